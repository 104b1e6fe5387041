"""A template's token or tag that a sentence is about is a word, and one that ends a turn is not."""

import pytest
from hypothesis import given, settings

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
from tests.growth import assert_in_proportion

DUE = turn(2)

SUBJECTS = [
    "What does the token <|endoftext|> do in GPT-2?",
    "What does [INST] mark in a template?",
    "Why is <|im_start|> used before a role?",
    "When is <s> added and when is </s> added?",
    "How would you strip <|eot_id|>, <|im_end|> and </s> from a text?",
    "What is the difference between [CLS] and [INST] tokens?",
    "How does a tokenizer treat <|endoftext|>?",
    "Is the token (<|endoftext|>) added by itself?",
    "What is </user> closing here?",
    "Why do [INST], [/INST] and <<SYS>> come in pairs?",
    "Where does [/INST] stand in a prompt?",
    "How would you handle the <tool_call> tag?",
    "How would you find the <thought> and <response> elements in XML?",
    "What does the </think> tag end?",
    "Tokens such as <eos> and <bos> are special; why?",
    "GPT-2 中的 <|endoftext|> 有什么作用？",
    "<|endoftext|> ends a text; does it begin one?",
    "Good. [INST] marks what a user says; what marks the rest?",
    "Tell me what <|endoftext|> is.",
    "How would you parse this?\n```xml\n<user>Ann</user>\n```",
    "How would you parse this?\n```xml\n<a>\n<response>1</response>\n<think>no</think>\n```",
    "How would you parse this?\n~~~\n<system>1</system>\n</s>\n~~~",
    "How is this prompt read?\n```\n<|im_start|>user\nHi<|im_end|>\n```",
    "What does this do?\n```python\nx = text.split('</s>')\ny = a <|eos|> b\n```",
    "```xml\n<user>Ann</user>\n```\nHow would you parse this?",
]
ENDED = [
    "Thanks. Tell me more<|eot_id|>I use pytest.",
    "Thanks. Tell me more <|eot_id|> I use pytest.",
    "Thanks. Tell me more <|eot_id|> i use pytest.",
    "Thanks. Tell me more <|endoftext|>The token is",
    "Thanks. Tell me more <|endoftext|>    a text",
    "Thanks. Tell me more </s> I use pytest.",
    "Thanks. Tell me more [/INST] I use pytest.",
    "Thanks. Tell me more <|im_end|>\n<|im_start|>user\nI",
    "Thanks. Tell me more <|im_end|>\n",
    "Thanks. Tell me more <|im_end|> ",
]


@pytest.mark.parametrize("words", SUBJECTS)
@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_a_mark_that_a_sentence_is_about_is_a_word(words: str, size: int) -> None:
    result = read(TurnReader(DUE), pieces_of(f"{words}\nI do", size), End())
    assert (result.turn.text, result.turn.lacks_question, result.resets) == (words, False, 0)
    assert summary_of(words, DUE.session, size=size) == words


@pytest.mark.parametrize("words", ENDED)
@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_a_mark_behind_a_sentence_ends_the_turn(words: str, size: int) -> None:
    assert turn_of(words, DUE, size=size).text == "Thanks. Tell me more"


@pytest.mark.parametrize("more", [" i use", " it", " is", "\n", " ", ""])
def test_a_mark_where_a_line_begins_ends_the_turn_unless_a_verb_follows(more: str) -> None:
    assert turn_of(f"Thanks. I see.\n<|im_end|>{more}", DUE).text == "Thanks. I see."
    asked = turn_of(f"Thanks. <|im_end|> ends it; why?{more}", DUE)
    assert asked.text == "Thanks. <|im_end|> ends it; why?"


def test_a_fence_that_is_never_closed_ends_with_the_turn() -> None:
    words = "What does this do?\n```python\nx()\n<|im_end|>\n<|im_start|>user\nI use"
    assert turn_of(words, DUE).text == "What does this do?\n```python\nx()"


def test_a_thought_may_hold_a_fence_that_is_never_closed() -> None:
    assert turn_of("<think>So:\n```\nx\n</think>Why Go?", DUE).text == "Why Go?"
    assert turn_of("He is weak:\n```\nx\n</think>\nWhy Go?", DUE).text == "Why Go?"


def test_a_thought_that_is_asked_about_withdraws_nothing() -> None:
    assert turn_of("He is weak </think> and why?", DUE).text == "and why?"
    assert turn_of("What does </think> end?", DUE).text == "What does </think> end?"


texts = texts_of(
    [
        *(*SUBJECTS, *ENDED),
        *("<|im_end|>", "[INST]", "</s>", "<user>", "</user>", "<response>", "</think>", "<think>"),
        *(" ", "\n", "```", "```xml\n", "~~~", "`", " is ", " i", " it", "(", ")", "Why?", "What"),
    ],
)


@settings(max_examples=examples(250), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_marks_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)


@pytest.mark.parametrize("piece", ["a <|eos|> ", "a `", "```\n<user> ", "[INST] i", "~", " </s>"])
def test_marks_without_end_are_read_in_little_time(piece: str) -> None:
    def read_pieces(count: int) -> None:
        reader = TurnReader(DUE)
        for character in (piece * count)[:count]:
            reader.feed(character)
            if reader.is_whole:
                break

    assert_in_proportion(read_pieces, 9_000)
