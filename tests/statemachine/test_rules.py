"""The table of rules, and the machine that is made of it."""

import inspect

import pytest

from statemachine.errors import IllegalMove
from statemachine.events import KIND_OF, AnswerGiven, QuestionAsked
from statemachine.interview import evolve, replay
from statemachine.machine import transition_table
from statemachine.rules import RULES
from statemachine.states import State
from tests.statemachine.examples import ASKED, CLOSED, STARTED


def test_every_state_can_be_reached() -> None:
    reached = {State.NEW}
    for _ in State:
        reached |= {rule.target for rule in RULES if rule.source in reached}
    assert reached == set(State)


def test_a_complete_interview_can_only_be_forgotten() -> None:
    targets = {rule.target for rule in RULES if rule.source is State.COMPLETE}
    assert targets == {State.COMPLETE, State.FORGOTTEN}


def test_nothing_happens_to_a_forgotten_interview() -> None:
    assert State.FORGOTTEN not in {rule.source for rule in RULES}


def test_no_rule_leads_back_before_the_first_event() -> None:
    assert State.NEW not in {rule.target for rule in RULES}


def test_every_kind_of_event_has_a_rule() -> None:
    assert {rule.event for rule in RULES} == set(KIND_OF)


GUARDS = dict.fromkeys(guard for rule in RULES for guard in rule.guards)
"""Each once, in an order that is the same in every process: a set of functions has none."""


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_every_guard_has_a_name_and_completes_the_sentence_refused_unless(guard: object) -> None:
    assert inspect.isfunction(guard)
    assert guard.__name__.isidentifier()
    sentence = inspect.getdoc(guard)
    assert sentence
    assert not sentence.endswith(".")
    assert "\n" not in sentence


def test_the_machine_runs_on_every_rule_and_on_nothing_else() -> None:
    rows = [tuple(row.values()) for row in transition_table()]
    assert rows == [(KIND_OF[r.event], r.source, r.target, list(r.guards)) for r in RULES]


def test_a_refusal_says_which_guard_did_not_agree() -> None:
    with pytest.raises(IllegalMove, match="answer-given is refused unless a question is waiting"):
        replay([*ASKED, AnswerGiven(content="One."), AnswerGiven(content="Two.")])


def test_a_refusal_names_the_state_where_no_rule_allows_the_event() -> None:
    with pytest.raises(
        IllegalMove, match="question-asked cannot happen to an interview that is complete"
    ):
        evolve(replay(CLOSED), QuestionAsked(number=2, content="And why?"))


def test_an_answer_is_refused_before_the_first_question() -> None:
    with pytest.raises(
        IllegalMove, match="answer-given cannot happen to an interview that is started"
    ):
        replay([*STARTED, AnswerGiven(content="One.")])
