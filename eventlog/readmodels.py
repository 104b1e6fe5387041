"""Read models, derived from the events so that a look-up is fast: the list of interviews,
and the fingerprints of every session a client has held and of every move made from one.
All of it can be made again from the events alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, assert_never

from eventlog.records import Record, interview_of
from statemachine.events import (
    KIND_OF,
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Event,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.interview import Interview, evolve
from statemachine.rules import InterviewProgress
from statemachine.session import InterviewId, Role, move_fingerprint
from statemachine.states import State

COMPLETING = (KIND_OF[InterviewCompleted], KIND_OF[SessionAdopted])
"""The kinds of event that an interview can be complete with."""


@dataclass(frozen=True)
class Overview:
    """One interview in the list. `sources` are the backends whose words are in it. `started_by` is
    who began it, if they had signed in, and `candidate_name` who is interviewed: whose it was is
    forgotten with its words. `kit` is what it was begun with."""

    interview_id: InterviewId
    first_position: int
    role: Role
    model: str | None
    total_questions: int
    state: State
    questions_asked: int
    answers_given: int
    adopted: bool
    on_hold: bool
    sources: tuple[str, ...]
    version: int
    started_at: str
    updated_at: str
    started_by: str | None = None
    candidate_name: str | None = None
    kit: str | None = None
    practice: bool = False


@dataclass(frozen=True)
class OverviewPage:
    """A part of the list of interviews, newest first. The next part is of those that began before
    the position `next`; None where all were looked at."""

    rows: list[Overview]
    next: int | None = None

    @classmethod
    def of(cls, rows: list[Overview], limit: int, next: int | None = None) -> "OverviewPage":
        """The first `limit` of the rows. `next` is where the rest begins if these are all that was
        found."""
        if len(rows) > limit:
            return cls(rows[:limit], rows[limit - 1].first_position)
        return cls(rows, next)


@dataclass(frozen=True)
class FingerprintMatch:
    """An interview that reached, with its event number `version`, what a fingerprint is
    of: a session, or a move from one."""

    interview_id: InterviewId
    version: int


@dataclass(frozen=True)
class Projection:
    """The change that some events make to the read models: the interview after them, the
    fingerprints they add with the version of each, and that of the session the interview
    now stands at (None while it is the interviewer's turn, or when it is forgotten)."""

    interview: Interview
    fingerprints: tuple[tuple[bytes, int], ...]
    current_fingerprint: bytes | None


def project(
    interview: Interview | None,
    id: str,
    events: Sequence[Event],
    current: bytes | None = None,
    first: Interview | None = None,
) -> Projection:
    """Return what `events`, at least one, make of `interview`. `current` is the fingerprint of
    its session now, and `first` the interview after the first event, where they are known. Raises
    IllegalMove: no log takes an event that the rules forbid."""
    fingerprints: list[tuple[bytes, int]] = []
    after = interview
    for event in events:
        before, after = after, first or evolve(after, event, id=id)
        first = None
        match event:
            case QuestionAsked() | QuestionKept() | InterviewCompleted() | SessionAdopted():
                current = after.fingerprint()
                fingerprints.append((current, after.version))
            case AnswerGiven():
                assert before is not None, "the rules let no interview begin with an answer"
                move = move_fingerprint(current or before.fingerprint(), event.content)
                fingerprints.append((move, after.version))
            case InterviewStarted() | SummaryGiven() | SessionRefused() | ContentForgotten():
                pass  # the client holds what it held before
            case InterviewHeld() | InterviewReleased() | ReplyInterrupted() | InterviewExported():
                pass
            case AssessmentGiven():
                pass
            case _:
                assert_never(event)
    assert after is not None
    if after.awaits_interviewer or after.is_forgotten:
        return Projection(after, tuple(fingerprints), None)
    return Projection(after, tuple(fingerprints), current or after.fingerprint())


def projection_of(records: Sequence[Record]) -> Projection:
    """What all of an interview's records, first to last, make of the read models. Raises
    UnreadableEvent or LogCorrupted."""
    interview = interview_of(records)
    if interview.is_forgotten:
        return Projection(interview, (), None)
    return project(None, records[0].interview_id, [record.event for record in records])


@dataclass(frozen=True)
class Change:
    """The change to the read models of an interview that began at `began`: its newest `records`,
    which were written just now, or all it has."""

    projection: Projection
    records: Sequence[Record]
    began: int

    @classmethod
    def whole(cls, records: Sequence[Record]) -> "Change":
        """Of all the records of an interview. Raises what `projection_of` does."""
        return cls(projection_of(records), records, records[0].position)

    @property
    def interview_id(self) -> InterviewId:
        return self.records[0].interview_id

    def overview(self) -> Overview:
        """The interview's row in the list. Where it began, and when, counts only for one that is
        new to it."""
        interview, first, last = self.projection.interview, self.records[0], self.records[-1]
        return overview(interview, self.interview_id, self.began, first.time, last.time)


class Listed(InterviewProgress, Protocol):
    """An interview's row in the list."""

    @property
    def version(self) -> int: ...
    @property
    def adopted(self) -> bool: ...
    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def started_by(self) -> str | None: ...
    @property
    def candidate_name(self) -> str | None: ...
    @property
    def kit(self) -> str | None: ...
    @property
    def practice(self) -> bool: ...


def overview(
    interview: Listed, interview_id: str, first_position: int, started_at: str, updated_at: str
) -> Overview:
    """The interview's row in the list."""
    return Overview(
        interview_id=interview_id,
        first_position=first_position,
        role=interview.config.role,
        model=interview.config.model,
        total_questions=interview.config.total_questions,
        state=interview.state,
        questions_asked=interview.questions_asked,
        answers_given=interview.answers_given,
        adopted=interview.adopted,
        on_hold=interview.on_hold,
        sources=interview.sources,
        version=interview.version,
        started_at=started_at,
        updated_at=updated_at,
        started_by=interview.started_by,
        candidate_name=interview.candidate_name,
        kit=interview.kit,
        practice=interview.practice,
    )
