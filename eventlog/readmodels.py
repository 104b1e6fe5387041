"""What is derived from the events so that it can be found fast: the list of interviews,
and the fingerprints of every session a client has held and of every move made from one.
All of it can be made again from the events alone (`SqliteEventLog.rebuild_read_models`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eventlog.records import Draft, Record, interview_of
from statemachine.events import (
    AnswerGiven,
    Event,
    InterviewCompleted,
    QuestionAsked,
    SessionAdopted,
)
from statemachine.interview import Interview, evolve

HANDED_OUT = (QuestionAsked, InterviewCompleted, SessionAdopted)
"""The events after which a client holds a session it did not hold before."""


@dataclass(frozen=True)
class Overview:
    """One interview in the list. `sources` are the backends whose words are in it."""

    interview_id: str
    first_position: int
    role: str
    model: str | None
    total_questions: int
    state: str
    questions_asked: int
    answers_given: int
    adopted: bool
    on_hold: bool
    sources: tuple[str, ...]
    version: int
    started_at: str
    updated_at: str


@dataclass(frozen=True)
class Sighting:
    """An interview that reached, with its event number `version`, what a fingerprint is
    of: a session, or a move from one."""

    interview_id: str
    version: int


@dataclass(frozen=True)
class Projection:
    """What appending some events does to the read models: the interview after them, the
    fingerprints they add with the version of each, and that of the session the interview
    now stands at (None while it is the interviewer's turn, or when it is forgotten)."""

    interview: Interview
    fingerprints: tuple[tuple[bytes, int], ...]
    head: bytes | None


def project(interview: Interview | None, id: str, events: Sequence[Event]) -> Projection:
    """What `events`, at least one, make of `interview`. Raises IllegalMove: an event that
    the rules forbid enters no log."""
    fingerprints: list[tuple[bytes, int]] = []
    after = interview
    for event in events:
        before, after = after, evolve(after, event, id=id)
        if isinstance(event, HANDED_OUT):
            fingerprints.append((after.session.fingerprint(), after.version))
        elif isinstance(event, AnswerGiven) and before is not None:
            move = before.session.move_fingerprint(event.content)
            fingerprints.append((move, after.version))
    assert after is not None
    has_session = not (after.awaits_interviewer or after.is_forgotten)
    head = after.session.fingerprint() if has_session else None
    return Projection(after, tuple(fingerprints), head)


def projection_of(records: Sequence[Record]) -> Projection:
    """What all of an interview's records, first to last, make of the read models. Raises
    UnreadableEvent, WordsForgotten or IllegalMove."""
    interview = interview_of(records)
    if interview.is_forgotten:
        return Projection(interview, (), None)
    return project(None, records[0].interview_id, [record.event for record in records])


def overview(interview: Interview, first_position: int, started_at: str, last: Draft) -> Overview:
    """The interview's row in the list, `last` being its latest record."""
    return Overview(
        interview_id=last.interview_id,
        first_position=first_position,
        role=interview.config.role.value,
        model=interview.config.model,
        total_questions=interview.config.total_questions,
        state=interview.state.value,
        questions_asked=interview.questions_asked,
        answers_given=interview.answers_given,
        adopted=interview.adopted,
        on_hold=interview.on_hold,
        sources=interview.sources,
        version=interview.version,
        started_at=started_at,
        updated_at=last.time,
    )
