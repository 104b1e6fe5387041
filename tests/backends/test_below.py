"""What a question is about stays with it, and what a model says of it does not."""

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

# The question with what belongs to it, and what the model says after it.
QUESTIONS = [
    ("What does this print?\n```python\nprint(1)\n```", "\nIt prints 1."),
    ("Thanks. What does this return?\n\n```\nwhy()  # ?\n```", "\n\nIt returns None."),
    ("What does this print? ```print(1)```", " It prints 1."),
    ("What is wrong here?\n```sql\nSELECT ?\n```", "\nCandidate: Nothing."),
    ("Can you spot the bug?\n```c\nint a;\n```", "\n```c\nint b;\n```"),
    ("How would you shorten it?\n```python\nx = 1\n```", "\nI"),
    ("What does it print?\n~~~python\nprint(1)\n~~~", "\nIt"),
    ("What does it print?\n````md\n```\nwhy?\n```\n````", "\nIt"),
    ("What does it print?\n~~~\n```\nwhy?\n```\n~~~~", "\nIt"),
    ("Please explain what it does.\n```\nx\n```", "\nIt"),
    ("What does this code do?\n```\nx = `y`\n  ```", "\nIt"),
    ("Was gibt das aus?\n```python\nprint(1)\n```", "\nEs"),
    ("¿Qué imprime esto?\n```python\nprint(1)\n```", "\nImprime"),
    ("这段代码输出什么？\n```python\nprint(1)\n```", "\n它"),
    ('How would you parse this?\n{"text": "Is it raining?"}', "\nI would"),
    ('How would you parse this?\n\n[\n  {"a": [1, 2]}\n]', "\nI would"),
    ("Which of these fits?\n- a\n- b", "\n\n- Question 3: Why?"),
    # Nothing belongs to it
    ("How would you reverse a list?", "\n```python\nlist[::-1]\n```"),
    ("How do you test?", "\n\nI use:\n```python\nx\n```"),
    ("What does this print?", "\nIt prints:\n```\n1\n```"),
    ("What does this print?", " `1`"),
    ("What does this print?", "\n{name} prints."),
    ("What does this print?", '\n{"' + "[" * 40),
    ("What is wrong here?", "\n- Question 3: Why?"),
    ("Tell me about a bug that you found. What was wrong?", " I"),
    ("Please explain this. How does it work?", " It"),
]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("question", "more"), QUESTIONS)
def test_a_question_ends_with_what_belongs_to_it(question: str, more: str, size: int) -> None:
    result = read(TurnReader(DUE), pieces_of(f"{question}{more} And so on.", size), End())
    assert (result.turn.text, result.turn.lacks_question) == (question, False)
    assert result.resets == 0


@pytest.mark.parametrize(("question", "more"), QUESTIONS)
def test_it_may_be_all_there_is(question: str, more: str) -> None:
    assert turn_of(question, DUE).text == question
    words = question + more
    assert summary_of(words, DUE.session).startswith(question)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("What does this print?\n```python\nprint(", "What does this print?\n```python\nprint("),
        ("What does this print?\n```", "What does this print?"),
        ('How would you parse this?\n{"text": "Is', "How would you parse this?"),
        ("How would you parse this?\n{", "How would you parse this?"),
        ("Which of these?\n- a", "Which of these?\n- a"),
    ],
)
def test_code_that_is_not_closed_stays_if_the_model_ended(words: str, text: str) -> None:
    assert turn_of(words, DUE).text == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("What does this print?\n```python\nprint(", "What does this print?"),
        ("What does this print?\n```\nx\n```", "What does this print?\n```\nx\n```"),
        ("Which of these?\n- a\n- b", "Which of these?\n- a"),
    ],
)
def test_what_was_cut_off_below_is_left_out(words: str, text: str) -> None:
    asked = turn_of(words, DUE, None)
    assert (asked.text, asked.lacks_question) == (text, False)


@pytest.mark.parametrize(
    "words",
    [
        "`x` is None. Why?",
        "Good.\n`x` is None. Why?",
        "```x``` is None. Why?",
        "Good.\n```x``` is None. Why so, e.g. here?",
        "Good.\n` ` ` ` is odd. Why?",
        "Good.\n~ and ~~ are signs. Why?",
        "Consider this:\n~~~\nx = why?\n~~~\nWhat is x?",
        "Consider this:\n````\n```\nx = why?\n```\n````\nWhat is x?",
        "Consider this:\n```\nx = why?\n```\nWhat is x?",
    ],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_a_fence_is_closed_by_its_own_marks(words: str, size: int) -> None:
    assert turn_of(f"{words} I", DUE, size=size).text == words


texts = texts_of(
    [
        *(question for question, _ in QUESTIONS),
        *(more for _, more in QUESTIONS),
        *("```", "````", "~~~", "\n```\n", "\n", " ", "`", "~", "x", '{"', '"}', "[", "- a", "?"),
        *("What does this print?", "Question 3:", "Candidate:"),
    ],
)


@settings(max_examples=examples(200), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_code_is_read_alike(text: str, cuts: list[int], end: End | None) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)


@pytest.mark.parametrize("piece", ["\n", "`", "~\n", "x", "- a\n", '{"', "```\n", " 1) "])
def test_what_never_ends_below_is_read_in_little_time(piece: str) -> None:
    def read_pieces(count: int) -> None:
        reader = TurnReader(DUE)
        for character in "Which of these?\n" + (piece * count)[:count]:
            reader.feed(character)
            if reader.is_whole:
                break

    assert_in_proportion(read_pieces, 9_000)
