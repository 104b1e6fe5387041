"""The small and fast fold of `audit verify` comes to what the whole one does."""

from dataclasses import astuple
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from eventlog.readmodels import overview, project
from eventlog.verification.compactfold import CompactFold
from statemachine.brief import Brief
from statemachine.commands import forget_content
from statemachine.errors import IllegalMove
from statemachine.events import Event, InterviewStarted, SessionAdopted
from statemachine.interview import Interview, evolve
from statemachine.machine import next_state
from statemachine.rules import RULES, target
from statemachine.states import State
from tests.eventlog.interviews import new_id
from tests.statemachine.strategies import (
    Run,
    adoptions,
    few,
    interview_ids,
    interviews,
    runs,
    words,
)

ID = new_id()
briefs = st.none() | st.builds(
    Brief,
    kit=st.none() | st.just("nurse"),
    candidate_name=st.none() | words,
    practice=st.booleans(),
)
anything = runs() | adoptions().map(lambda both: both[1])


def fold_of(run: Run) -> CompactFold:
    first = run[0]
    assert isinstance(first, InterviewStarted | SessionAdopted)
    config = first.config if isinstance(first, InterviewStarted) else first.session.config
    fold = CompactFold(config)
    for event in run:
        state = target(fold, event)
        assert state is not None
        fold.take(event, state)
    return fold


@few
@given(run=anything, id=interview_ids, brief=briefs)
def test_it_comes_to_the_same_list_and_fingerprints(run: Run, id: str, brief: Brief | None) -> None:
    if isinstance(run[0], InterviewStarted):
        run = (run[0].model_copy(update={"brief": brief}), *run[1:])
    projection = project(None, id, run)
    fold = fold_of(run)
    assert astuple(overview(fold, id, 3, "then", "now")) == astuple(
        overview(projection.interview, id, 3, "then", "now")
    )
    assert tuple(fold.fingerprints) == projection.fingerprints
    assert fold.current_fingerprint == projection.current_fingerprint


@few
@given(run=anything, id=interview_ids)
def test_a_first_step_that_was_made_already_changes_nothing(run: Run, id: str) -> None:
    first = evolve(None, run[0], id=id)
    assert project(None, id, run, first=first) == project(None, id, run)


@few
@given(interview=interviews(at_least=0), run=anything, other=interviews(at_least=0))
def test_the_table_and_the_machine_say_the_same(
    interview: Interview, run: Run, other: Interview
) -> None:
    for event in (*run, forget_content(interview, "."), forget_content(other, ".")):
        try:
            expected: State | None = next_state(interview, event)
        except IllegalMove:
            expected = None
        assert target(interview, event) is expected


def test_every_event_has_a_rule() -> None:
    assert {rule.event for rule in RULES} == set(get_args(Event))
