"""Thoughts are taken out in every form, and marks that are spoken of are words."""

import pytest
from hypothesis import given, settings

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
    turn_of,
)
from tests.depth import examples

DUE = turn(2)

THOUGHTS = [
    "<details><summary>Thinking</summary>He is weak. Why?</details>",
    '<details type="reasoning" done="true">\n<summary>Thought for 5</summary>\n> Why?\n</details>',
    "<DETAILS>\n<SUMMARY>🤔 Show thinking</SUMMARY>Why?</DETAILS>",
    "<details><summary>思考过程</summary>为什么？</details>",
    "<details><summary>Gedankengang</summary>Warum?</details>",
    "<details><summary>Raisonnement</summary>Pourquoi ?</details>",
    "<details><summary>Ход мыслей</summary>Почему?</details>",
    "<scratchpad>Why?</scratchpad>",
    "<analysis>Why?</analysis>",
    "<plan>Ask. Why?</plan>",
    "<chain_of_thought>Why?</chain_of_thought>",
    "<internal_reasoning>Why?</internal_reasoning>",
    "<think>What do <think> and </think> do?</think>",
    "<think>The tag `</think>` ends it. Why?</think>",
]

WORDS = [
    "What does <think> do in such models?",
    "How would you parse <user>Ann</user> in XML?",
    "How do you write a <system> block in log4j?",
    "What is <s> in HTML?",
    "What is a <candidate> key element?",
    "What does `<think>` do in such models?",
    'What does "<think>" do in such models?',
    "What do <think> and </think> do?",
    "What do `<think>` and `</think>` do?",
    "What does `</think>` end?",
    "Is <thinking>, or [THINK], a tag?",
    "Why the tag (`<think>`)?",
    "`<think>` opens what?",
    "What does `<|im_end|>` do?",
    "What does `</s>` end?",
    "What is a <plan> in XML?",
    "What does `<details>` do in HTML?",
    "What does <details> do in HTML?",
    "<details><summary>Hint</summary>Use SQL.</details>\nHow?",
    "<details>\n<summary>The plants</summary>Roses.</details>\nHow?",
]


@pytest.mark.parametrize("thought", THOUGHTS)
@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("{}Thanks. How?", "Thanks. How?"),
        ("{}\n\nThanks. How?", "Thanks. How?"),
        ("Thanks. {}\nHow?", "Thanks. \nHow?"),
        ("Thanks.\n{}\nHow?", "Thanks.\n\nHow?"),
    ],
)
def test_a_thought_is_taken_out(thought: str, size: int, words: str, text: str) -> None:
    result = read(TurnReader(DUE), pieces_of(words.format(thought), size), End())
    assert (result.turn.text, result.resets) == (text, 0)


@pytest.mark.parametrize("thought", THOUGHTS)
def test_a_thought_is_taken_out_of_a_summary(thought: str) -> None:
    words = f"{thought}She knows."
    assert summary_of(words, DUE.session) == "She knows."


@pytest.mark.parametrize("thought", THOUGHTS)
def test_a_thought_alone_says_nothing(thought: str) -> None:
    with pytest.raises(BackendError, match=r"^Said nothing but thoughts$"):
        turn_of(thought, DUE)
    with pytest.raises(BackendError, match=r"^Said nothing but thoughts$"):
        turn_of(thought[: thought.rindex("<")], DUE)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_a_mark_that_is_spoken_of_is_a_word(words: str, size: int) -> None:
    assert turn_of(f"Thanks. {words} I do", DUE, size=size).text == f"Thanks. {words}"
    assert summary_of(words, DUE.session, size=size) == words


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_thought_may_begin_behind_an_unfinished_sentence(blank: str) -> None:
    words = f"Thanks <think>{blank}Ask? Why?</think>for that. Why Go?"
    assert turn_of(words, DUE).text == "Thanks for that. Why Go?"


texts = texts_of(
    [
        *(*THOUGHTS, *WORDS),
        *("<think>", "</think>", " ", "\n", "`", '"', "and ", "Why?", "Thanks. ", "[THINK]"),
        *("<details>", "<summary>", "Thinking", "</summary>", "</details>", "<d", "<"),
    ],
)


@settings(max_examples=examples(200), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_marks_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)
