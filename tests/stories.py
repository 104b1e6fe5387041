"""Records of interviews as a log would hold them, one event a second."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from eventlog.records import Record, draft, interview_of
from statemachine.assessment import CriterionResult, Quotation
from statemachine.commands import forget_content, give_answer, give_summary
from statemachine.events import (
    OUTLIVES_FORGETTING,
    AssessmentGiven,
    Attempt,
    Event,
    ExportFormat,
    Fork,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    Origin,
    QuestionAsked,
    ReplyInterrupted,
    SessionAdopted,
    Timing,
)
from statemachine.interview import replay
from statemachine.session import Session
from tests.eventlog.interviews import AT, REFUSAL, WHOLE, ask, close, start

ID = "5f0c7c1e-6f3c-4d0e-9c57-0f4c2a7d9b11"
OTHER_ID = "0b9f1b52-2c43-4a7b-8a41-3a3b8e0d5c22"
FIRST_POSITION = 40

OLLAMA = Origin(
    backend="ollama",
    model="llama3.2:1b",
    elapsed_ms=1350,
    attempts=(
        Attempt(backend="granite-interview-service", reason="Connection refused", elapsed_ms=12),
    ),
)


def records_of(*events: Event, id: str = ID) -> list[Record]:
    """The records of one interview, in the middle of a log."""
    return [
        draft(id, n + 1, event, AT + timedelta(seconds=n)).at(FIRST_POSITION + n)
        for n, event in enumerate(events)
    ]


def with_summary(*events: Event, words: str = "It went well.") -> tuple[Event, ...]:
    return (*events, give_summary(replay(events), words, origin=OLLAMA))


def asked_by_ollama(number: int, content: str) -> QuestionAsked:
    return QuestionAsked(number=number, content=content, origin=OLLAMA)


def adopted(length: int = 5, *, forked: bool = False) -> SessionAdopted:
    """A session of `length` messages that the log takes on: 3, 5, or 7 for a complete one."""
    session: Session = replay(WHOLE, id=ID).session_at(length)
    fork = Fork(interview_id=OTHER_ID, version=4) if forked else None
    return SessionAdopted(session=session, forked_from=fork)


def forget(records: Sequence[Record], reason: str = "The candidate asked for it.") -> list[Record]:
    """The records after their words were forgotten."""
    event = forget_content(interview_of(records), reason)
    last = records[-1]
    told = draft(last.interview_id, last.version + 1, event, AT + timedelta(days=30))
    kept = [
        record if record.kind in OUTLIVES_FORGETTING else replace(record, payload=None, salt=None)
        for record in records
    ]
    return [*kept, told.at(last.position + 1)]


EVERYTHING: tuple[Event, ...] = with_summary(
    adopted(3, forked=True),
    REFUSAL,
    give_answer("Because it scales.\n\nAnd it is simple."),
    InterviewHeld(reason="A court asked for it."),
    asked_by_ollama(2, "Question 2: How do you know?"),
    give_answer("I measured."),
    InterviewReleased(reason="The court is done."),
    InterviewExported(format=ExportFormat.BUNDLE, by="ada"),
    close(),
    AssessmentGiven(
        criteria=(
            CriterionResult(
                id="debugging",
                name="Debugging",
                level=1,
                anchor="Looks.",
                quotations=(Quotation(message=3, start=8, end=18, text="it scales."),),
                note="Short.",
            ),
            CriterionResult(id="design", name="Design", not_asked=True),
        ),
        kit="software-engineer",
        kit_version="ab" * 32,
        by="ada",
    ),
)
"""An interview in which every kind of event that can follow an adoption happened."""

FROM_THE_START: tuple[Event, ...] = with_summary(
    start(), ask(1), REFUSAL, give_answer("Because."), ask(2), give_answer("It works."), close()
)

STREAMED = Origin(
    backend="ollama",
    model="llama3.2:1b",
    elapsed_ms=13_000,
    attempts=(
        Attempt(
            backend="openai",
            model="qwen3",
            reason="Broke off its answer",
            elapsed_ms=900,
            withdrawn="Thank you for",
        ),
    ),
    completed_by="templates",
    timing=Timing(loading_ms=8_000, reading_ms=2_000, writing_ms=2_000, tokens=24),
    trimmed=1,
)
"""Of words that came in a stream, with all that can be known of it."""

INTERRUPTED: tuple[Event, ...] = (
    start(),
    ReplyInterrupted(content="Hello", backend="ollama", model="llama3.2:1b"),
    QuestionAsked(number=1, content="Hello. Question 1: Why?", origin=STREAMED),
)
"""An interview whose opening was shown in part when the gateway stopped."""
