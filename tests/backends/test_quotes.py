"""A turn that is whole in quotation marks is read without them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.turn import End, Turn
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
LAST = turn(6)

# Input and the turn; None where all of it stays.
QUOTED = [
    ('"Thanks. How?"', "Thanks. How?"),
    ("“Thanks. How?”", "Thanks. How?"),
    ("«\xa0Merci. Pourquoi\xa0?\xa0»", "Merci. Pourquoi\xa0?"),
    ("«Merci. Pourquoi ?»", "Merci. Pourquoi ?"),
    ("„Danke. Wie testen Sie?“", "Danke. Wie testen Sie?"),
    (
        "「ありがとうございます。なぜですか？」",
        "ありがとうございます。なぜですか？",
    ),
    ('"Tell me more."', "Tell me more."),
    ('"Thanks. How?" I hope so', "Thanks. How?"),
    ('"Thanks. How?"\n\nCandidate: I do', "Thanks. How?"),
    ('"Thanks. How?" [Waits for answer]', "Thanks. How?"),
    ('Interviewer: "Thanks. Question 9: How?"', "Thanks. Question 2: How?"),
    ('"Thanks. You said "it works", good. How?"', 'Thanks. You said "it works", good. How?'),
    ('"Thanks. How?', "Thanks. How?"),
    ('```\n"Thanks. How?"\n```', "Thanks. How?"),
    ('{"question": "\\"How?\\""}', "How?"),
    # A part of the text
    ('"Why?" is a good thing to ask. Question 2: How do you test?', None),
    ('"Why?" you asked. How do you test?', None),
    ('"x" or "y"?', None),
    ('What do you make of "it works"?', None),
    ("'Tis good. Why?", None),
    ("「はい」と言いました。なぜですか？", None),
]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("words", "text"), QUOTED)
def test_a_quoted_turn_is_read_without_quotation_marks(
    words: str, text: str | None, size: int
) -> None:
    result = read(TurnReader(DUE), pieces_of(words, size), End())
    assert (result.turn.text, result.turn.lacks_question) == (text or words, False)
    assert result.resets == 0


def test_what_begins_with_a_quotation_is_shown_behind_it() -> None:
    reader = TurnReader(DUE)
    reader.feed('"Ship it" is what')
    assert reader.shown == '"Ship it" is'


def test_quoted_closings_and_summaries_are_read_without_quotation_marks() -> None:
    closing = turn_of('"Thank you for taking part. Goodbye."', LAST)
    assert closing.text == "Thank you for taking part. Goodbye."
    for words, text in [
        ('"She knows SQL. Good."', "She knows SQL. Good."),
        ('"SQL" is known to her. She says "yes"', '"SQL" is known to her. She says "yes"'),
    ]:
        assert summary_of(words, DUE.session) == text


def test_a_quoted_turn_may_be_cut_off() -> None:
    assert turn_of('"Thanks. Tell me more. And th', DUE, None).text == "Thanks. Tell me more."


texts = texts_of(
    [
        *(words for words, _ in QUOTED),
        *(
            '"',
            "“",
            "”",
            "„",
            "«",
            "»",
            "「",
            "」",
            " ",
            "How?",
            "Thanks. ",
            "\n",
            "Question 2: ",
        ),
    ],
)


@settings(max_examples=examples(200), deadline=None)
@given(
    texts,
    CUTS,
    st.sampled_from([DUE, LAST]),
    ENDS,
)
def test_any_split_of_quotations_is_read_alike(
    text: str, cuts: list[int], due: Turn, end: End | None
) -> None:
    assert_any_split_is_read_alike(due, text, cuts, end)


def test_a_quotation_without_end_is_read_in_little_time() -> None:
    def read_sentences(count: int) -> None:
        reader = TurnReader(DUE)
        for character in '"' + "".join(f"It is {n}, " for n in range(count)):
            reader.feed(character)

    assert_in_proportion(read_sentences, 800)
