"""What may be done to an interview, and the event that each command makes."""

import pytest
from hypothesis import given

from statemachine.commands import (
    OPENING_WORDS,
    give_answer,
    give_summary,
    start_interview,
    take_reply,
)
from statemachine.events import Ending, InterviewCompleted, Origin, QuestionAsked
from statemachine.interview import Interview, evolve, rebuild, replay
from statemachine.session import Speaker
from tests.statemachine.examples import ANSWERED, CONFIG, STARTED, session_of
from tests.statemachine.strategies import Run, few, interviews

ORIGIN = Origin(backend="ollama", model="llama3.2:1b", elapsed_ms=12)


def test_an_interview_starts_with_its_prompt_and_the_candidates_wish() -> None:
    prompt, wish = start_interview(CONFIG, "You interview.").messages
    assert (prompt.role, prompt.content) == (Speaker.SYSTEM, "You interview.")
    assert (wish.role, wish.content) == (Speaker.USER, OPENING_WORDS)


@pytest.mark.parametrize(("run", "number"), [(STARTED, 1), (ANSWERED, 2)])
def test_words_that_close_nothing_are_the_next_question(run: Run, number: int) -> None:
    event = take_reply(replay(run), "Why?", closes=False, origin=ORIGIN)
    assert event == QuestionAsked(number=number, content="Why?", origin=ORIGIN)


def test_words_that_close_complete_the_interview() -> None:
    event = take_reply(replay(ANSWERED), "Thank you.", closes=True, origin=ORIGIN)
    assert event == InterviewCompleted(
        ending=Ending.CLOSED_BY_INTERVIEWER, content="Thank you.", origin=ORIGIN
    )


@pytest.mark.parametrize("closes", [True, False])
def test_after_the_last_answer_any_words_are_the_closing(closes: bool) -> None:
    last = evolve(rebuild(session_of("sua", total=1)), give_answer("It held."))
    event = take_reply(last, "Question 2: Why?", closes=closes, origin=ORIGIN)
    assert event == InterviewCompleted(
        ending=Ending.ALL_ANSWERED, content="Question 2: Why?", origin=ORIGIN
    )


@few
@given(interviews())
def test_every_command_in_its_turn_makes_an_event_that_the_interview_takes(
    interview: Interview,
) -> None:
    evolve(interview, give_summary(interview, "So far.", origin=ORIGIN))
    if interview.awaits_interviewer:
        for closes in (True, False):
            evolve(interview, take_reply(interview, "Well.", closes=closes, origin=ORIGIN))
    elif not interview.is_complete:
        assert evolve(interview, give_answer("It held.")).pending_answer == "It held."
