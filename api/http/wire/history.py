"""The interviews that the log holds: the list, and one to go on from."""

from typing import Annotated, Any, Literal

from pydantic import Field

from eventlog.readmodels import Overview
from statemachine.brief import Brief
from statemachine.interview import Interview
from statemachine.session import InterviewId, Role, Session, Value
from statemachine.states import State

ShownState = Literal[State.STARTED, State.QUESTIONING, State.COMPLETE, State.FORGOTTEN]
"""The states that an interview in the log can be in."""

Limit = Annotated[int, Field(ge=1, le=100)]


class InterviewOverview(Value):
    """One interview in the list."""

    interview_id: InterviewId
    role: Role
    model: str | None = None
    total_questions: int
    state: ShownState
    questions_asked: int
    responses_given: int
    adopted: bool = Field(
        description="True if it began with a session that the log did not know. Nothing "
        "proves what was said before."
    )
    on_hold: bool = Field(description="True while its words cannot be erased.")
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
    draft_key: str | None = Field(
        None,
        description="16 random bytes in hexadecimal, which are erased with the interview's words. "
        "A client can encrypt what it stores of an unsent answer with them.",
    )

    brief: Brief | None = Field(
        None,
        description="What the interview was started with, besides its role, model and length. Left "
        "out for one that was started before there were briefs.",
    )

    @classmethod
    def of_interview(
        cls, row: Overview, interview: Interview, draft_key: bytes | None
    ) -> "InterviewReply":
        return cls(
            **_overview_fields(row),
            session=interview.session,
            pending_answer=interview.pending_answer,
            draft_key=None if draft_key is None else draft_key.hex(),
            brief=interview.brief,
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


class InterviewsReply(Value):
    interviews: list[InterviewOverview]
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")
