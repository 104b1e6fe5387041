"""The built-in words: fifteen questions for each role, in an order, and nothing left to chance."""

from itertools import chain
from pathlib import Path

import pytest

from backends.kits.kit import Kit
from backends.kits.library import Kits
from backends.kits.writing import written
from backends.services import TEMPLATES
from backends.templates import Templates
from backends.templates.words import words_in
from backends.turn import Turn
from statemachine.roles import DATA_ANALYST, FIELD_ROLES, Role
from statemachine.session import MAX_QUESTIONS, Config
from statemachine.wording import asks, closes, renumber
from tests.backends.interviews import turn

BACKEND = Templates()
KITS = {role: found.kit for role in FIELD_ROLES if (found := Kits().for_role(role))}
WORDS = words_in("en")
TOTALS = range(1, MAX_QUESTIONS + 1)

every_role = pytest.mark.parametrize("role", FIELD_ROLES)
every_total = pytest.mark.parametrize("total", TOTALS)


def spoken(due: Turn) -> str:
    return BACKEND.reply(due)


def interview(role: Role, total: int) -> list[str]:
    """All that the templates say in an interview that nobody else speaks in."""
    said: list[str] = []
    for number in range(1, total + 2):
        said.append(spoken(turn(number, total=total, role=role, said=said)))
    return said


def place(role: Role, words: str) -> int:
    """Where in the script the one question in these words stands."""
    (place,) = [i for i, question in enumerate(texts(KITS[role])) if question in words]
    return place


@every_role
@every_total
def test_what_they_say_is_as_an_interviewers_words_must_be(role: Role, total: int) -> None:
    said: list[str] = []
    for number in range(1, total + 2):
        due = turn(number, total=total, role=role, said=said)
        words = BACKEND.reply(due)
        assert words == words.strip() == renumber(words, number, total)
        is_last = number == total + 1
        assert (closes(words), asks(words)) == (is_last, not is_last)
        said.append(words)


# The kits


def test_there_are_fifteen_different_questions_for_each_role_and_none_is_shared() -> None:
    questions = list(chain.from_iterable(texts(kit) for kit in KITS.values()))
    assert len(questions) == len(set(questions)) == 15 * len(FIELD_ROLES)
    for question in questions:
        assert not any(question in other for other in questions if other != question)


@every_role
def test_questions_ask_and_close_nothing(role: Role) -> None:
    for question in texts(KITS[role]):
        assert question.endswith("?")
        assert asks(question)
        assert not closes(question)


def texts(kit: Kit) -> list[str]:
    return [question.text for question in kit.questions]


@every_role
def test_greetings_and_acknowledgements_neither_ask_nor_close(role: Role) -> None:
    for words in (KITS[role].greeting, *WORDS.acknowledgements):
        assert not asks(words)
        assert not closes(words)


@every_role
def test_closings_close(role: Role) -> None:
    assert closes(KITS[role].closing)


@every_role
def test_prompts_name_their_role(role: Role) -> None:
    prompt = BACKEND.begin(Config(role=role)).messages[0].content
    assert role in prompt
    assert prompt == prompt.strip()


# An interview


@every_role
@every_total
def test_questions_go_from_easy_to_hard_and_none_is_asked_twice(role: Role, total: int) -> None:
    *said, _ = interview(role, total)
    places = [place(role, words) for words in said]
    assert places == sorted(set(places))
    if total > 1:
        assert (places[0], places[-1]) == (0, MAX_QUESTIONS - 1)
    else:
        assert places[0] < MAX_QUESTIONS / 2


@every_role
def test_each_turn_asks_under_its_number_until_the_closing(role: Role) -> None:
    *said, closing = interview(role, MAX_QUESTIONS)
    for number, words in enumerate(said, 1):
        assert f"Question {number}: " in words
        assert words == renumber(words, number, MAX_QUESTIONS)
        assert asks(words)
        assert not closes(words)
    assert closing == KITS[role].closing


@every_role
def test_the_opening_greets_and_the_turns_after_it_acknowledge_the_answer(role: Role) -> None:
    opening, *others, _ = interview(role, 5)
    assert opening.startswith(KITS[role].greeting)
    acknowledgements = [words.partition(" Question ")[0] for words in others]
    assert set(acknowledgements) <= set(WORDS.acknowledgements)
    assert len(set(acknowledgements)) == len(others)


@every_role
def test_the_same_turn_gets_the_same_words(role: Role) -> None:
    assert interview(role, 5) == interview(role, 5)


@pytest.mark.parametrize("number", [2, 15])
def test_a_question_that_was_asked_before_is_not_asked_again(number: int) -> None:
    # Whoever asked before us asked from the script too: the one due, and the one after it.
    questions = texts(KITS[DATA_ANALYST])
    due = number - 1
    said = [f"Topic {n}?" for n in range(1, number - 1)]
    said.append(f"{questions[due]} {questions[(due + 1) % 15]}")
    words = spoken(turn(number, total=15, said=said))
    assert place(DATA_ANALYST, words) == (due + 2) % 15


def test_a_script_that_is_used_up_still_gives_a_question() -> None:
    questions = texts(KITS[DATA_ANALYST])
    words = spoken(turn(2, total=15, said=[" ".join(questions)]))
    assert place(DATA_ANALYST, words) == 1


# A summary


WHY = "These are the built-in words: granite-interview-service is offline."


def summary(due: Turn) -> str:
    return BACKEND.summary(due, WHY)


@every_role
def test_a_summary_says_what_was_asked_and_why_no_model_wrote_it(role: Role) -> None:
    words = summary(turn(4, role=role))
    assert words.startswith(f"{role} interview: 3 of 5 questions asked, ")
    assert WHY in words


def test_it_is_named_where_a_backend_is_named() -> None:
    assert BACKEND.name == TEMPLATES


def test_an_interview_for_a_role_that_has_no_kit_any_more_goes_on() -> None:
    *said, closing = interview("Lighthouse Keeper", 15)
    assert all(asks(words) and not closes(words) for words in said)
    assert closes(closing)


@pytest.mark.parametrize("total", TOTALS)
def test_a_session_may_have_more_questions_than_its_kit(tmp_path: Path, total: int) -> None:
    kit = KITS[DATA_ANALYST]
    (tmp_path / "tiny.toml").write_text(
        written(kit.model_copy(update={"role": "Tiny", "questions": kit.questions[:2]}))
    )
    templates = Templates(Kits(tmp_path))
    said: list[str] = []
    for number in range(1, total + 2):
        due = turn(number, total=total, role="Tiny", said=said)
        said.append(templates.reply(due))
    assert said[-1] == kit.closing
    told = [subject for subject in templates.prepared(due).subjects if subject]
    assert told == [question.text for question in kit.questions[: min(2, total)]]
