"""Interviews to fill a log with."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from eventlog.protocol import EventLog, InterviewList
from eventlog.readmodels import Overview
from statemachine.brief import Brief
from statemachine.commands import give_answer, give_summary, start_interview
from statemachine.errors import IllegalMove
from statemachine.events import (
    Ending,
    Event,
    InterviewCompleted,
    InterviewStarted,
    Origin,
    Purpose,
    QuestionAsked,
    QuestionKept,
    SessionAdopted,
    SessionRefused,
)
from statemachine.interview import Interview, evolve
from statemachine.listening.stopping import STOP_QUESTIONS
from statemachine.roles import DATA_ANALYST, PRODUCT_MANAGER, Role
from statemachine.session import Config, Session, Speaker

AT = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
TEMPLATES = Origin(backend="templates")
REFUSAL = SessionRefused(place="messages[2].content", fingerprint="00" * 32)


def new_id() -> str:
    return str(uuid4())


def start(role: Role = DATA_ANALYST, total: int = 2) -> InterviewStarted:
    return start_interview(Config(role=role, total_questions=total), "Be kind.")


def ask(number: int, content: str = "Why?") -> QuestionAsked:
    return QuestionAsked(number=number, content=content, origin=TEMPLATES)


def keep(
    number: int = 1, content: str = "Why, once more?", purpose: Purpose = Purpose.REPEAT
) -> QuestionKept:
    return QuestionKept(number=number, content=content, purpose=purpose, origin=TEMPLATES)


def close(ending: Ending = Ending.ALL_ANSWERED) -> InterviewCompleted:
    return InterviewCompleted(ending=ending, content="Thank you.", origin=TEMPLATES)


def adopt(session: Session, id: str) -> SessionAdopted:
    return SessionAdopted(session=session.model_copy(update={"interview_id": id}))


def practise(name: str | None = "Zoë Ångström", kit: str | None = "nurse") -> InterviewStarted:
    """The start of a practice interview of somebody."""
    brief = Brief(kit=kit, candidate_name=name, practice=True)
    return start().model_copy(update={"brief": brief})


OPENING = (start(), ask(1))
WHOLE = (*OPENING, give_answer("Because."), ask(2), give_answer("It works."), close())

STOPPED = (
    *OPENING,
    give_answer("I want to stop."),
    keep(purpose=Purpose.ASK_STOP, content=STOP_QUESTIONS["en"]),
    give_answer("Yes."),
    close(Ending.STOPPED_BY_CANDIDATE),
)
"""An interview that the candidate ended."""


async def tell(log: EventLog, id: str, *events: Event, at: datetime = AT) -> Interview:
    """Append `events` wherever the interview stands."""
    before = await log.interview(id)
    appended = await log.append(id, before.version if before else 0, events, at)
    return appended.interview


async def listed(
    log: InterviewList, *, limit: int = 20, before: int | None = None, **asked: Any
) -> list[Overview]:
    """Up to `limit` interviews of the list, from as many pages as it takes."""
    rows: list[Overview] = []
    while True:
        page = await log.overviews(limit=limit - len(rows), before=before, **asked)
        rows += page.rows
        before = page.next
        if before is None or len(rows) == limit:
            return rows


def legal_moves(interviews: Mapping[str, Interview], id: str, words: str) -> Iterator[Event]:
    """Every kind of event, with these words, that the interview `id` may take next."""
    interview = interviews.get(id)
    if interview is None:
        yield start()
        yield start(PRODUCT_MANAGER, 1)
        for other in interviews.values():
            yield from (adopt(session, id) for session in sessions_of(other))
        return
    for event in (
        ask(interview.questions_asked + 1, words),
        give_answer(words),
        close(),
        close(Ending.CLOSED_BY_INTERVIEWER),
        give_summary(interview, words, origin=TEMPLATES),
        REFUSAL,
    ):
        try:
            evolve(interview, event)
        except IllegalMove:
            continue
        yield event


def sessions_of(interview: Interview) -> Iterator[Session]:
    """Every session that the interview's client has held."""
    for length, message in enumerate(interview.messages, start=1):
        if message.role is Speaker.ASSISTANT:
            yield interview.session_at(length)
