"""The story of one interview, told from its records: what happened, how long after the start,
and where the interview stood before and after. What a replay shows and a transcript is made of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from eventlog.errors import WordsForgotten
from eventlog.records import Record, interview_of
from statemachine.events import KIND_OF, ContentForgotten, Event, Origin
from statemachine.interview import Interview, evolve
from statemachine.rules import RULES
from statemachine.session import Session
from statemachine.states import State


@dataclass(frozen=True)
class Step:
    """One thing that happened.

    `event` is None where its words were forgotten; `before` and `after` are None where it
    cannot be told any more. `since_start_ms` is below 0 after a clock was set back.
    """

    record: Record
    event: Event | None
    since_start_ms: int
    before: State | None
    after: State | None

    @property
    def origin(self) -> Origin | None:
        """Where the words came from, if they are an interviewer's and not forgotten."""
        return getattr(self.event, "origin", None)


@dataclass(frozen=True)
class Story:
    """An interview and all that happened in it, first to last."""

    interview: Interview
    steps: tuple[Step, ...]

    @property
    def forgotten(self) -> ContentForgotten | None:
        """The event that tells what is left of a forgotten interview."""
        return _forgotten([step.record for step in self.steps])


def story_of(records: Sequence[Record]) -> Story:
    """The story that an interview's records, first to last and at least one, tell.

    Raises UnreadableEvent, or LogCorrupted where the records make no interview.
    """
    interview = interview_of(records)
    moves = _possible_moves(records) if interview.is_forgotten else _moves(records)
    start = records[0].moment
    steps = (
        Step(
            record=record,
            event=None if record.payload is None else record.event,
            since_start_ms=(record.moment - start) // timedelta(milliseconds=1),
            before=before,
            after=after,
        )
        for record, (before, after) in zip(records, moves, strict=True)
    )
    return Story(interview, tuple(steps))


def session_at_version(records: Sequence[Record], version: int) -> Session | None:
    """The session exactly as the client held it after event `version`; None while it held
    none, because no question had been asked.

    Raises WordsForgotten of an interview that was forgotten, IndexError of a version that
    it has not had, and otherwise as `story_of`.
    """
    if _forgotten(records) is not None:
        raise WordsForgotten("the words of this interview were erased")
    if not 1 <= version <= len(records):
        raise IndexError(f"the interview has versions 1 to {len(records)}, not {version}")
    interview = interview_of(records[:version])
    return None if interview.state is State.STARTED else interview.session


def _forgotten(records: Sequence[Record]) -> ContentForgotten | None:
    is_kept = bool(records) and records[-1].payload is not None
    last = records[-1].event if is_kept else None
    return last if isinstance(last, ContentForgotten) else None


_Move = tuple[State | None, State | None]


def _moves(records: Sequence[Record]) -> Iterable[_Move]:
    """The state before and after each record."""
    interview: Interview | None = None
    for record in records:
        before = interview.state if interview else State.NEW
        interview = evolve(interview, record.event, id=record.interview_id)
        yield before, interview.state


def _possible_moves(records: Sequence[Record]) -> Iterable[_Move]:
    """The same of an interview whose words were forgotten, as far as the rules let only one
    state be: what came before and what came after both rule some out. An adopted session was
    open if an answer follows it, and what was forgotten tells the state that it was in."""
    last = records[-1].event
    assert isinstance(last, ContentForgotten)
    reached = [{State.NEW}]
    for record in records:
        reached.append({target for _, target in _rules(record.kind, reached[-1])})
    reached[-2] &= {last.state}
    for index in range(len(records) - 1, -1, -1):
        leads_on = _rules(records[index].kind, reached[index])
        reached[index] = {source for source, target in leads_on if target in reached[index + 1]}
    told = [next(iter(states)) if len(states) == 1 else None for states in reached]
    return pairwise(told)


def _rules(kind: str, sources: set[State]) -> set[tuple[State, State]]:
    """From where to where an event of this kind can lead out of `sources`."""
    return {
        (rule.source, rule.target)
        for rule in RULES
        if KIND_OF[rule.event] == kind and rule.source in sources
    }
