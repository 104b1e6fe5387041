"""A summary ends where the model goes on with the dialogue, and keeps its headings."""

import pytest
from hypothesis import given, settings

from backends.turn import End
from backends.turnreader import SummaryReader
from tests.backends.interviews import turn
from tests.backends.reading import (
    CUTS,
    ENDS,
    assert_any_split_is_read_alike,
    pieces_of,
    read,
    texts_of,
)
from tests.depth import examples

SESSION = turn(6).session

# Input and the summary; None where all of it stays.
SUMMARIES = [
    ("She knows SQL.\n\nCandidate: I use pytest.", "She knows SQL."),
    ("She knows SQL.\n\nInterviewer: Question 3: Why?", "She knows SQL."),
    ("She knows SQL. Candidate: Thanks!", "She knows SQL."),
    ("She knows SQL.\n\n**User:** And me?", "She knows SQL."),
    ("She knows SQL.\n\nYou: Thanks.", "She knows SQL."),
    ("**She knows SQL.**\n\nCandidate (Alice): Thanks.", "**She knows SQL.**"),
    ("Candidate: Al\n\nShe knows.\n\nCandidate: Thanks.", "Candidate: Al\n\nShe knows."),
    ("她会SQL。\n\n候选人：谢谢。", "她会SQL。"),
    ("彼女はSQLができる。\n\n候補者：はい。", "彼女はSQLができる。"),
    ("Sie kann SQL.\n\nKandidat: Danke.", "Sie kann SQL."),
    ("Она знает SQL.\n\nКандидат: Спасибо.", "Она знает SQL."),
    # Headings
    ("Candidate: Alice\nOutput: good\n\nQuestion 1: fine.", None),
    ("# Summary\n\n**Candidate:** Alice\n\nShe knows SQL.", None),
    ("She knows SQL.\n\nStrengths: SQL.\nOverall: good.\nInput: fine.\nAnswer: clear.", None),
    ("She knows SQL.\n\nCandidate's strengths: SQL.", None),
    ("- Candidate: Alice\n- Role: analyst", None),
    ("候选人：王\n她会SQL。", None),
    ("Role: analyst\nCandidate: Alice", None),
]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("words", "text"), SUMMARIES)
def test_a_summary_ends_before_the_dialogue_goes_on(
    words: str, text: str | None, size: int
) -> None:
    result = read(SummaryReader(SESSION), pieces_of(words, size), End())
    assert (result.turn.text, result.resets) == (text or words, 0)


texts = texts_of(
    [
        *(words for words, _ in SUMMARIES),
        *("Candidate: ", "\n", "**", ". ", "She", '"', "```\n", '{"summary": "', '"}'),
        *("<think>", "</think>", "[Pause]", "I can't assist with that."),
    ],
    max_size=6,
)


@settings(max_examples=examples(200), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_a_summary_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(SESSION, text, cuts, end)
