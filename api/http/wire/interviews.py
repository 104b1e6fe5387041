"""What goes over the wire beside the session itself: requests and answers, in camelCase."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from backends.health import ServiceStatus
from backends.models import Model
from eventlog.readmodels import Overview
from eventlog.records import Record
from eventlog.times import to_text
from statemachine.events import ContentForgotten
from statemachine.interview import Interview
from statemachine.session import (
    DEFAULT_QUESTIONS,
    Answer,
    InterviewId,
    ModelId,
    QuestionCount,
    Reason,
    Role,
    Session,
)
from statemachine.states import State

EXAMPLE_SESSION: dict[str, Any] = {
    "config": {"role": "Software Engineer", "model": "granite4:2b", "totalQuestions": 3},
    "messages": [
        {"role": "system", "content": "You are OpenTalent Interviewer."},
        {"role": "user", "content": "Please start the interview."},
        {
            "role": "assistant",
            "content": "Hello, I'm OpenTalent Interviewer. Question 1: What did you build last?",
        },
    ],
    "currentQuestion": 1,
    "isComplete": False,
}
"""A session that the log need not know: the examples of the OpenAPI page work as they stand,
on any gateway, because it is adopted."""


ShownState = Literal[State.STARTED, State.QUESTIONING, State.COMPLETE, State.FORGOTTEN]
"""The states that an interview in the log can be in."""


class Wire(BaseModel):
    """camelCase on the wire; unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class StartRequest(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"role": "Software Engineer", "totalQuestions": 3}],
        }
    )

    role: Role
    model: ModelId | None = Field(
        None, description="Left out: the selected model, else the first available."
    )
    total_questions: QuestionCount = DEFAULT_QUESTIONS
    interview_id: InterviewId | None = Field(
        None,
        description="A UUID of the client's own. With it, a start whose reply was lost can be "
        "posted again and gives the same interview.",
    )


class RespondRequest(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session": EXAMPLE_SESSION,
                    "message": "A queue that survives restarts, for the orders of a shop.",
                }
            ]
        }
    )

    session: Session
    message: Answer = Field(description="The candidate's answer, kept word for word.")


class SummaryRequest(Wire):
    """`{"session": …}`, or the bare session as older desktops post it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session": EXAMPLE_SESSION}]})

    session: Session

    @model_validator(mode="before")
    @classmethod
    def _wrap_bare_session(cls, body: Any) -> Any:
        if isinstance(body, dict) and "session" not in body:
            return {"session": body}
        return body


class SummaryReply(Wire):
    summary: str
    role: Role
    questions_asked: int
    responses_given: int
    timestamp: str


class SelectRequest(Wire):
    model_config = ConfigDict(protected_namespaces=())

    model_id: ModelId | None = None


class SelectReply(Wire):
    selected: str
    timestamp: str


class ModelsReply(Wire):
    models: list[Model]


class ServiceReply(Wire):
    name: str
    status: Literal["online", "offline"]
    latency_ms: int | None = None
    error: str | None = None
    last_checked: str

    @classmethod
    def of(cls, status: ServiceStatus, now: datetime) -> "ServiceReply":
        """What is known of a service `now`."""
        return cls(
            name=status.name,
            status="online" if status.online else "offline",
            latency_ms=status.latency_ms,
            error=status.error,
            last_checked=to_text(status.checked_at or now),
        )


class GatewayReply(BaseModel):
    """`uptime_seconds` and `eventLog` are spelled so in the contract."""

    version: str
    uptime_seconds: int
    eventLog: Literal["online", "offline"]  # noqa: N815 - the contract's spelling


class OnlineCount(Wire):
    online: int
    total: int


class HealthReply(Wire):
    status: Literal["online", "degraded", "offline"]
    timestamp: str
    gateway: GatewayReply
    services: list[ServiceReply]
    summary: OnlineCount


class InterviewOverview(Wire):
    """One interview in the list."""

    interview_id: InterviewId
    role: Role
    model: str | None
    total_questions: int
    state: ShownState
    questions_asked: int
    responses_given: int
    adopted: bool = Field(
        description="True when it began with a session that the log did not know: nothing "
        "vouches for what was said before."
    )
    on_hold: bool = Field(description="True while its words may not be forgotten.")
    sources: list[str] = Field(
        description="The backends whose words are in it, in the order they first spoke."
    )
    version: int = Field(description="How many events the log holds of it.")
    started_at: str
    updated_at: str

    @classmethod
    def of(cls, row: Overview) -> "InterviewOverview":
        return cls(**_overview_fields(row))


class InterviewReply(InterviewOverview):
    """One interview, with the session to go on from."""

    session: Session
    pending_answer: str | None = Field(
        None,
        description="An answer that is in the log without a reply, because the gateway stopped "
        "in between. Post it again with the session to go on.",
    )

    @classmethod
    def of_interview(cls, row: Overview, interview: Interview) -> "InterviewReply":
        return cls(
            **_overview_fields(row),
            session=interview.session,
            pending_answer=interview.pending_answer,
        )


def _overview_fields(row: Overview) -> dict[str, Any]:
    return {
        "interview_id": row.interview_id,
        "role": row.role,
        "model": row.model,
        "total_questions": row.total_questions,
        "state": row.state,
        "questions_asked": row.questions_asked,
        "responses_given": row.answers_given,
        "adopted": row.adopted,
        "on_hold": row.on_hold,
        "sources": list(row.sources),
        "version": row.version,
        "started_at": row.started_at,
        "updated_at": row.updated_at,
    }


class InterviewsReply(Wire):
    interviews: list[InterviewOverview]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")


class ReasonRequest(Wire):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "A court asks for it."}]})

    reason: Reason = Field(description="Why, in a few words; it is kept as evidence.")


class ForgottenReply(Wire):
    """What a forgetting left: the event that records it, and whether the words are gone from the
    bytes of the log's files too."""

    interview_id: InterviewId
    reason: str
    forgotten_at: str
    position: int
    forks: list[InterviewId] = Field(
        description="Interviews that began with a session of this one. They hold words of it "
        "still; forget them too if they are to go."
    )
    overwritten: bool = Field(
        description="Whether all forgotten words are overwritten in the bytes of the log's files. "
        "No answer shows them any more, either way."
    )
    detail: str | None = Field(
        None, description="Where they are not: why, and when they will be, for a person."
    )

    @classmethod
    def of(cls, record: Record, forks: Sequence[str], left_because: str | None) -> "ForgottenReply":
        assert isinstance(record.event, ContentForgotten)
        detail = left_because and (
            "The words are forgotten, and no answer shows them any more. They are not yet "
            f"overwritten in the bytes of the log's files, because {left_because}. The gateway "
            "tries again every few seconds by itself. Send the same request again to learn "
            "whether it is done."
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


Limit = Annotated[int, Field(ge=1, le=100)]


class InclusionReply(Wire):
    """Hashes are in hexadecimal, as RFC 6962 orders them: from the leaf up."""

    position: int
    size: int
    leaf: str
    proof: list[str]


class ConsistencyReply(Wire):
    """Hashes are in hexadecimal, as RFC 6962 orders them."""

    old: int
    new: int
    proof: list[str]
