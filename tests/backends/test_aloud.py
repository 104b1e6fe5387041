"""A model that thinks aloud is not heard, and an interviewer who tells of a user is."""

import pytest
from hypothesis import example, given, settings

from backends.errors import BackendError
from backends.turn import End
from backends.turnreader import TurnReader
from tests.backends.interviews import turn
from tests.backends.reading import (
    CUTS,
    ENDS,
    assert_any_split_is_read_alike,
    pieces_of,
    read,
    summary_of,
    texts_of,
)
from tests.depth import examples

DUE = turn(2)

SCENES = [
    "The user wants a report every morning. How would you build it?",
    "The user wants to export a table. How would you build it?",
    "The user has a slow laptop. How do you help?",
    "Now the user says that the page is slow. Where do you look?",
    "Suppose the user asked me for a refund. The user is angry with me. What do you say?",
    "I must ask: how did you test it?",
    "I have to ask about your tests. How did you write them?",
    "I have to ask you about the user table. How is it filled?",
    "I should ask how you test it. So, how do you?",
    "I have to ask how the index works?",
    "I must acknowledge your honesty. How do you test?",
    "We need to generate a report each night. How would you do it?",
    "We have to respond to a customer within an hour. How would you do it?",
    "We have to ask the database first. How would you do it?",
    "Let me think of another one. How would you scale it?",
    "We should keep it in mind. How do you test?",
    "Let me think of a scenario. You run a shop. How would you scale it?",
    "Let me think about what you said. How do you test?",
    "The candidate key has two columns. Why?",
    "The candidate has to sort a list. How would you do it?",
]
THOUGHTS = [
    "The user wants me to ask question 2.",
    "The user wants to practice for interviews.",
    "The user just gave a short answer.",
    "The user has replied. I ask on.",
    "The user's answer is good.",
    "Okay, the user wants tests.",
    "So, hmm, the user seems tired.",
    "The candidate has answered.",
    "I should ask about testing.",
    "I should ask a technical question.",
    "I need to ask the next question, so that you can go on.",
    "We should ask the candidate how your tests work.",
    "I should acknowledge that.",
    "We need to respond as the interviewer.",
    "I need to come up with a good interview question.",
    "I should greet the candidate.",
    "We have to keep it short.",
    "Let me think.",
    "Let me think about what to ask next.",
]


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("words", SCENES)
def test_a_scene_is_no_thought(words: str, size: int) -> None:
    asked = read(TurnReader(DUE), pieces_of(f"{words} I", size), End())
    assert (asked.turn.text, asked.turn.lacks_question, asked.resets) == (words, False, 0)


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("words", THOUGHTS)
def test_a_thought_is_refused_and_little_of_it_is_shown(words: str, size: int) -> None:
    reader = TurnReader(DUE)
    for piece in pieces_of(f"{words} Thanks. How do you test?", size):
        reader.feed(piece)
        assert len(reader.shown.split()) <= 4
    with pytest.raises(BackendError, match=r"^Thought aloud instead of asking$"):
        reader.finish(End())


def test_a_long_sentence_about_the_user_is_shown_before_it_is_over() -> None:
    words = f"The user wants a report that tells how the shop did, {'a, b, c, d, e, f, ' * 2}" + (
        "and which of the many columns of each table were never filled at all"
    )
    reader = TurnReader(DUE)
    reader.feed(words[:80])
    assert reader.shown == ""
    reader.feed(words[80:])
    assert len(reader.shown) > 100


@pytest.mark.parametrize(
    "words",
    [
        "The user has five years of experience in SQL. She knows it well.",
        "The user is good at tests.",
        "The user gave short answers. They were right.",
    ],
)
def test_a_summary_may_call_the_candidate_the_user(words: str) -> None:
    assert summary_of(words, DUE.session) == words


@pytest.mark.parametrize(
    "words",
    [
        "The user wants a summary.",
        "The user has provided a transcript of an interview.",
        "I should write three sentences.",
    ],
)
def test_a_summary_that_begins_with_a_thought_is_refused(words: str) -> None:
    with pytest.raises(BackendError, match=r"^Thought aloud instead of summing up$"):
        summary_of(f"{words} She knows SQL.", DUE.session)


texts = texts_of(
    [*SCENES, *THOUGHTS, "The user ", "wants ", "I need to ", "ask ", "your ", "Okay, ", "How? "],
    between=" ",
)


@settings(max_examples=examples(150), deadline=None)
@given(texts, CUTS, ENDS)
# The sentence is too long for a thought within its last word.
@example(
    "We need to ask which of these records from every old branch were moved by another team, and "
    "what became of those afterwards ",
    [],
    None,
)
def test_any_split_of_a_thought_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)
