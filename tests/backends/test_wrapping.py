"""A reply that is whole in a code fence or in JSON is read without it."""

from contextlib import suppress

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
    summary_of,
    texts_of,
    turn_of,
)
from tests.depth import examples
from tests.growth import assert_in_proportion

DUE = turn(2)
LAST = turn(6)
BOTH = '{"message": "Thanks.", "question": "How?"}'

# Input and the words; None where all of it stays.
READ = [
    ("```\nThanks. Question 2: How?\n```", "Thanks. Question 2: How?"),
    ("```Thanks. How?```", "Thanks. How?"),
    ("```markdown\nThanks. How?", "Thanks. How?"),
    ("```text\nThanks. How?\n```\n\nCandidate: I do", "Thanks. How?"),
    ("```markdown\nWhat does this code do?\n```python\nx()\n```\n```",
     "What does this code do?\n```python\nx()\n```"),
    ("```\n<think>Hm?</think>Interviewer: Thanks. How?\n```", "Thanks. How?"),
    ("```\n谢谢。您如何测试代码？\n```", "谢谢。您如何测试代码？"),
    ('{"question": "How?"}', "How?"),
    (BOTH, "Thanks.\n\nHow?"),
    (f"```json\n{BOTH}\n```", "Thanks.\n\nHow?"),
    (f"Here is the next question:\n\n```json\n{BOTH}\n```", "Thanks.\n\nHow?"),
    (f"Sure! {BOTH}", "Thanks.\n\nHow?"),
    (f"Interviewer: {BOTH}", "Thanks.\n\nHow?"),
    (f"<think>Hm?</think>\n{BOTH}", "Thanks.\n\nHow?"),
    (f"{BOTH}<|im_end|>", "Thanks.\n\nHow?"),
    (f"{BOTH}\n\nCandidate: I do", "Thanks.\n\nHow?"),
    ('{"role":"assistant","content":"Thanks. How?"}', "Thanks. How?"),
    ('[{"role":"assistant","content":"How?"},{"role":"user","content":"I"}]', "How?"),
    ('{"choices":[{"message":{"role":"assistant","content":"How?"}}]}', "How?"),
    ('{"content":"\\u003cthink\\u003eHm?\\u003c/think\\u003eThanks. How?"}', "Thanks. How?"),
    ('{"content":"Interviewer: Thanks.\\nQuestion 9: How?"}', "Thanks.\nQuestion 2: How?"),
    ('{"thought": "He is weak.", "evaluation": {"comment": "weak"}, "question": "How?"}', "How?"),
    ('{"question": "How?", "answer": "With pytest.", "score": 2}', "How?"),
    ('{"question": "Which fits?", "options": ["one", "two"]}', "Which fits?"),
    ('{"question": "Which of these fits?", "options": ["one", "two"]}',
     "Which of these fits?\n\n- one\n- two"),
    ('{"question": "What does this code do?", "code": "x()"}',
     "What does this code do?\n\n```\nx()\n```"),
    ("{'question': \"What's up?\",}", "What's up?"),
    ('{"question": "How?"', "How?"),
    ('{"pregunta": "¿Cómo prueba su código?"}', "¿Cómo prueba su código?"),
    ('{"number": 2, "質問": "どのようにテストしますか？"}', "どのようにテストしますか？"),
    ('{"question": "```\\nHow?\\n```"}', "How?"),
    ("````\nThanks. How?\n````", "Thanks. How?"),
    ("~~~\nThanks. How?\n~~~~", "Thanks. How?"),
    ("```\nThanks. How?\n`````\n\nCandidate: I do", "Thanks. How?"),
    ("````markdown\nWhat does this code do?\n```python\nx()\n```\n````",
     "What does this code do?\n```python\nx()\n```"),
    (f"~~~json\n{BOTH}\n~~~", "Thanks.\n\nHow?"),
    (f"<json>{BOTH}</json>", "Thanks.\n\nHow?"),
    (f"<json>\n{BOTH}\n</json>\n\nCandidate: I do", "Thanks.\n\nHow?"),
    (f"json\n{BOTH}", "Thanks.\n\nHow?"),
    (f"JSON {BOTH}", "Thanks.\n\nHow?"),
    (f"json: {BOTH}", "Thanks.\n\nHow?"),
    (f"Just so: {BOTH}", "Thanks.\n\nHow?"),
    ('{"thought": "weak"}\n{"question": "How?"}', "How?"),
    ('{"thought": "weak"}, {"question": "How?"}', "How?"),
    ('{"score": 2} {"message": "Thanks. How?"} {"message": "I do"}', "Thanks. How?"),
    (f"```json {BOTH} ```", "Thanks.\n\nHow?"),
    (f"{BOTH}.", "Thanks.\n\nHow?"),
    ('{bad: 1} {"question": "How?"}', None),
    ('{"bad": x} {"question": "How?"}', "How?"),
    ('{"message": "Thanks. How?"} {"message": "I', "Thanks. How?"),
    ('```json\n{"thought": "weak"}\n{"question": "How?"}\n```', "How?"),
    ('{"text": "Thanks. How?"}\nThe end.', "Thanks. How?"),
    ('{"text": "Thanks. How?"}\n{"score": 3}', "Thanks. How?"),
    ('{"text": "Thanks. How?"}\nCandidate: Is this a test? Yes', "Thanks. How?"),
    ('{"role": "assistant", "text": "How?"}\nIs this fine?', "How?"),
    ('{"question": "How?"}\nIs this fine?', "How?"),
    # A part of the text
    ('{"text": "Is it raining?"}\nHow would you parse this?', None),
    ('{"text": "Is it raining?"}\n\nWhat is wrong with this record?', None),
    ('```json\n{"text": "Is it raining?"}\n```\nHow would you parse this?', None),
    ('How would you parse {"text": "Is it raining?"} in Python?', None),
    ('Given {"text": "Is it raining?"}, how would you parse it?', None),
    ('{"text": "Is it raining?"} arrives. How would you parse it?', None),
    ("~~~python\nx()\n~~~\nWhat does this do?", None),
    ("JSON is a format. What is it good for?", None),
    ("json, or YAML?", None),
    ("Java?", None),
    ("J", None),
    ("```python\nx()\n```\nWhat does this do?", None),
    ("```\nprint(1)\n```\nWhat does this print?", None),
    ("What does this code print?\n```json\n{\"question\": 1}\n```", None),
    ("Take this record:\n```json\n{\"text\": \"Is it raining?\"}\n```\nHow do you load it?", None),
    ("Here it is:\n```json\n{\"question\": \"How?\"}\n```\nGo.", "How?"),
    ("Consider this:\n```\nx = 1\n```\nWhat is x?", None),
    ("Question 2: Mend this sentence:\n```\nThe data is wrong.\n```\nHow?", None),
    ("```x``` and ``y``, what are they?", None),
    ("`x` is None. Why?", None),
    ('{"a": 1} is a dict; what is it good for?', None),
    ('["a", "b"][0] is what?', None),
    ('{"message": "a"} is sent. What happens?', None),
    ('Look at this:\n{"message": "a"}\nWhat is wrong with it?', None),
    ('Question 2: What is the type of this: {"a": 1}', None),
    ('Good. {"message": "a"} is sent. What happens?', None),
    ("{name}, thanks. How?", None),
    ("[Question 2]\nHow?", None),
]  # fmt: skip

REFUSED = [
    ("```\nSELECT 1\n```", "Answered in code"),
    ("```python\nprint('Why?')\n```", "Answered in code"),
    ('{"a": 1}', "Answered in JSON without words to say"),
    ('{"user": "I use it. Why?"}', "Answered in JSON without words to say"),
    ('{"thought": "He is weak."}', "Said nothing but thoughts"),
    ('{"question": "How do you', "Was cut off in JSON"),
    ('Interviewer: {"question": "How do you', "Was cut off in JSON"),
    ('{"question": How?}', "Answered in JSON that cannot be read"),
    ('{"a":' + "[" * 500, "Answered in JSON that cannot be read"),
    ('{"question": ' + "1" * 6000 + "}", "Answered in JSON that cannot be read"),
    ('{"question": "Half \\ud800?"}', "Said half a character"),
    ('{"question": "' + "a" * 50_000, "Said more than 10,000 characters"),
]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("words", "text"), READ)
def test_a_wrapped_reply_is_read_without_its_wrapping(
    words: str, text: str | None, size: int
) -> None:
    assert turn_of(words, DUE, size=size).text == (text or words)


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_a_wrapped_reply_without_words_is_refused(words: str, reason: str, size: int) -> None:
    with pytest.raises(BackendError, match=f"^{reason}$"):
        turn_of(words, DUE, size=size)


def test_json_is_not_shown_before_it_is_understood() -> None:
    reader = TurnReader(DUE)
    for character in BOTH:
        reader.feed(character)
        assert reader.shown == ""
    assert reader.asks_whole_question()
    assert reader.finish(End()).text == "Thanks.\n\nHow?"
    assert reader.resets == 0


def test_a_closing_may_be_wrapped() -> None:
    closing = turn_of('{"message": "Thank you for taking part. Goodbye."}', LAST)
    assert (closing.text, closing.closes) == ("Thank you for taking part. Goodbye.", True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("```markdown\n# Summary\n\nShe knows SQL.\n```", "# Summary\n\nShe knows SQL."),
        ('{"summary": "She knows SQL. Is she good?"}', "She knows SQL. Is she good?"),
        (
            '{"summary": "She knows SQL.", "strengths": ["SQL", "tests"], "score": 4,'
            ' "reasoning": "Hm."}',
            "She knows SQL.\nStrengths:\n- SQL\n- tests\nScore: 4",
        ),
        ('Here it is:\n```json\n{"overall": "good"}\n```', "Overall: good"),
        ("She wrote:\n```\nx = 1\n```\nIt works.", "She wrote:\n```\nx = 1\n```\nIt works."),
    ],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_a_wrapped_summary_is_read_without_its_wrapping(words: str, text: str, size: int) -> None:
    assert summary_of(words, DUE.session, size=size) == text


texts = texts_of(
    [
        *(words for words, _ in READ),
        *(words for words, _ in REFUSED if len(words) < 100),
        *("````", "~~~", "json ", "<json>", "</json>", '{"text": "', "How is this?\n"),
        *("```", "```\n", "\n```", "\n", '{"', '"}', "}", "[", '"', "\\", "'", ": ", "How? "),
        *('"question": "', '"content": "', "<think>", "</think>", "<|im_end|>", "User: "),
    ],
    max_size=6,
)


@settings(max_examples=examples(200), deadline=None)
@given(texts, CUTS, ENDS)
def test_any_split_of_a_wrapped_reply_is_read_alike(
    text: str, cuts: list[int], end: End | None
) -> None:
    assert_any_split_is_read_alike(DUE, text, cuts, end)


@pytest.mark.parametrize(
    "opening", ["```\n", '{"', '{"a": 1}', "```\nx.\n```", "~~~", '{"text": "?"}\n']
)
@pytest.mark.parametrize("piece", ["\n", " ", "a", "[", "{", "```", "\n```", '"', "{'a': 1}\n"])
def test_a_wrapping_without_end_is_read_in_little_time(opening: str, piece: str) -> None:
    def read_pieces(count: int) -> None:
        reader = TurnReader(DUE)
        with suppress(BackendError):
            for character in opening + piece * (count // len(piece)):
                reader.feed(character)
            reader.finish(End())

    assert_in_proportion(read_pieces, 24_000)
