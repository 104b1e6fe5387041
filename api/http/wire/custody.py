"""Holding, releasing and forgetting an interview."""

from collections.abc import Sequence

from pydantic import ConfigDict, Field

from eventlog.records import Record
from statemachine.events import ContentForgotten
from statemachine.session import InterviewId, Reason, Value


class ReasonRequest(Value):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "A court asks for it."}]})

    reason: Reason = Field(description="Why, in a few words; it is kept as evidence.")


class ForgottenReply(Value):
    """The event that records a forgetting, and whether the words are also overwritten in the log's
    files."""

    interview_id: InterviewId
    reason: str
    forgotten_at: str
    position: int
    forks: list[InterviewId] = Field(
        description="Interviews that began with a session of this one. They still have its words. "
        "To erase those too, forget these interviews."
    )
    overwritten: bool = Field(
        description="Whether all erased words are overwritten in the log's files.  "
        "In either case, no response shows them any more."
    )
    detail: str | None = Field(
        None, description="If they are not: why, and when they will be, in words for a person."
    )

    @classmethod
    def of(cls, record: Record, forks: Sequence[str], left_because: str | None) -> "ForgottenReply":
        assert isinstance(record.event, ContentForgotten)
        detail = left_because and (
            "The words are erased, and no response shows them any more. The log's files still "
            f"contain them, because {left_because}. The gateway tries again every few seconds. "
            "To see whether it is done, send the same request again."
        )
        return cls(
            interview_id=record.interview_id,
            reason=record.event.reason,
            forgotten_at=record.time,
            position=record.position,
            forks=list(forks),
            overwritten=left_because is None,
            detail=detail,
        )
