"""A question mark in code, in an address or before a particle does not end the question."""

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

DUE = turn(2)

# The question, and what the model says after it.
QUESTIONS = [
    ("Question 2: What does a ? b : c give in C?", "I"),
    ("What does x ? True : False give in it?", "I"),
    ("What does x ? y + 1 : z give?", "I"),
    ("What does x>0?x:-x give?", "I"),
    ("Open https://a.example/search?Q=1 now. Then, why Go?", "I"),
    ("Why is /search?Query=1 slow?", "I"),
    ("What does colou?r match?", "I"),
    ("What does .*? match here?", "I"),
    ("What does (ab)+? match here?", "I"),
    ("What does \\d? match here?", "I"),
    ("What does [A-Z]?[a-z]+ match?", "I"),
    ("What does x?.y do?", "I"),
    ("What does x?.Size do?", "I"),
    ("What does a ?? b do?", "I"),
    ("What does Optional<int?> mean?", "I"),
    ("What is int? in C#?", "I"),
    ("How do String and String? differ?", "I"),
    ("What does List<int>? mean?", "I"),
    ("What does id = ? AND x = ? do in SQL?", "I"),
    ("What does the ? operator do in Rust?", "I"),
    ("なぜですか？と聞かれたら、どう答えますか？", "私は"),
    ("なぜですか？という質問にどう答えますか？", "はい"),
    ("なぜですか？って聞かれたら、どう答えますか？", "はい"),
    ("Շնորհակալություն։ Ինչպե՞ս եք թեստավորում կոդը։", "Ես"),
    ("Ինչպե՞ս եք թեստավորում կոդը:", "Ես"),
    ("Have you used the What-if? tool in Excel?", "I"),
    ("In SWOT and *What-if?* analysis, what matters?", "I"),
    ("Why a who's-who? page?", "I"),
    ('What is a "What now? then" query good for?', "I"),
    ('What does an "Are you sure? yes/no" dialog need?', "I"),
    # Ends
    ("Did you do a what-if?", "i"),
    ("Did you do a What-if?", "I"),
    ('Is "a who-is-who?" good?', "i"),
    ("Is it int or string?", "I"),
    ("Have you used a List<int>?", "I"),
    ("Is plan A or B better?", "I"),
    ("Who am I?", "and"),
    ("Why use C++?", "I"),
    ("How do you test ?", "I"),
    ("How do you test?", "i"),
    ("Pourquoi ?", "Parce que"),
    ("Comment testez-vous ?", "Je teste : oui"),
    ("Pourquoi\xa0?", "parce que"),
    ("Really?? Why?", "I"),
    ("Have you used **bold.**?", "I"),
    ("Do you know https://a.example/?", "I"),
    ("どのようにテストしますか？", "とても"),
    ("您如何测试代码？", "我"),
]


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize(("question", "more"), QUESTIONS)
def test_the_question_ends_with_its_own_mark(question: str, more: str, size: int) -> None:
    result = read(TurnReader(DUE), pieces_of(f"{question} {more} say so.", size), End())
    assert (result.turn.text, result.turn.lacks_question) == (question, False)
    assert result.resets == 0


@pytest.mark.parametrize(("question", "more"), QUESTIONS)
def test_the_question_may_be_all_there_is(question: str, more: str) -> None:
    assert turn_of(question, DUE).text == question
    assert turn_of(f"{question}\n{more}", DUE).text == question


def test_an_armenian_question_needs_no_full_stop() -> None:
    asked = turn_of("Ինչպե՞ս եք թեստավորում", DUE)
    assert (asked.text, asked.lacks_question) == ("Ինչպե՞ս եք թեստավորում", False)


@pytest.mark.parametrize(("question", "more"), QUESTIONS)
def test_a_summary_may_hold_such_marks(question: str, more: str) -> None:
    words = f"{question} {more}."
    assert summary_of(words, DUE.session) == words


texts = texts_of(
    [
        *(question for question, _ in QUESTIONS),
        *(" ? ", "? ", "?", "a", "B", " : ", "int", "と", "聞", "？", "։", "՞", ":", " ", "\n"),
        *("https://a.example/", ".*", "=", "Why", '"', "(", ")"),
    ],
)


@settings(max_examples=examples(200), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_marks_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)
