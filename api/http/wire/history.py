"""The interviews that the log holds: the list, and one to go on from."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from eventlog.readmodels import Overview
from eventlog.searching import Found
from statemachine.brief import Brief
from statemachine.interview import Interview
from statemachine.session import InterviewId, Role, Session, Value
from statemachine.states import State

ShownState = Literal[State.STARTED, State.QUESTIONING, State.COMPLETE, State.FORGOTTEN]
"""The states that an interview in the log can be in."""

Limit = Annotated[int, Field(ge=1, le=100)]

NO_CURSOR = "must be the `next` of the page before"
CURSOR = "^([0-9]{1,18}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"


def _is_cursor(text: str) -> str:
    if re.fullmatch(CURSOR, text) is None:
        raise ValueError(NO_CURSOR)
    return text


Cursor = Annotated[
    str, AfterValidator(_is_cursor), WithJsonSchema({"type": "string", "pattern": CURSOR})
]
"""The position before which the interviews of a page began, or the interview that did."""

ShownPractice = Literal["false", "true", "only"]
"""Whether a list leaves practice out, shows it too, or shows nothing else."""

WITH_PRACTICE: dict[ShownPractice | None, bool | None] = {
    None: False,
    "false": False,
    "true": None,
    "only": True,
}
"""What the log is asked for it; nothing said is as "false"."""


class InterviewOverview(Value):
    """One interview in the list."""

    interview_id: InterviewId
    role: Role
    candidate_name: str | None = Field(None, description="Missing where it was not told.")
    kit: str | None = Field(None, description="The kit that it was begun with, if one was chosen.")
    practice: bool = Field(
        False, description="True if it is a candidate's practice, which is not to be judged."
    )
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


class FoundWords(Value):
    """Where the text that was sought is found first in an interview."""

    position: int | None = Field(
        None,
        description="Of the event in the whole log, if it was said in the interview. A candidate "
        "is not told it.",
    )
    message: int | None = Field(
        None,
        description="The index of the session's message that it is in. Without it and `position`, "
        "it is in the candidate's name, the role, the model or the id.",
    )
    before: str = Field(description="Up to 60 characters before it.")
    text: str = Field(description="What was found, as it stands there.")
    after: str = Field(description="Up to 60 characters after it.")


class ListedInterview(InterviewOverview):
    """One interview in the list, and where a search found its text."""

    found: FoundWords | None = Field(None, description="Only in a search.")

    @classmethod
    def in_list(cls, row: Overview, found: Found | None) -> "ListedInterview":
        words = None if found is None else FoundWords(**vars(found))
        return cls(**_overview_fields(row), found=words)


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
        "candidate_name": row.candidate_name,
        "kit": row.kit,
        "practice": row.practice,
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
    interviews: list[ListedInterview]
    next: str | None = Field(
        description="The `cursor` of the next page; null on the last. A page that is not full, or "
        "empty, may have one: to look through a long log takes more than one request."
    )
    looked_back_to: str | None = Field(
        None,
        description="On a page that is neither full nor the last: the time of the oldest event "
        "that was looked at so far.",
    )
