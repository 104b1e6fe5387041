"""What is remembered of words is what was found out about them, and not the words."""

import pytest

from statemachine.listening import remembered
from statemachine.listening.reading import heard_as, listen
from statemachine.listening.remembered import Remembered


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asked", ["How do you test?", "Wie testen Sie?"])
@pytest.mark.parametrize("text", ["I don't know.", "Weiter bitte", "ok", "We wrote a test first."])
def test_an_answer_is_heard_again_as_it_was_heard(text: str, language: str, asked: str) -> None:
    heard = listen(text, language, asked)
    assert [heard_as(text, language, asked) for _ in range(2)] == [heard, heard]


def test_it_finds_out_once_and_forgets_when_there_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    length_of = Remembered(length)
    given = ["a", "a", "bb", "ccc", "ccc", "a"]
    assert [length_of(text) for text in given] == [1, 1, 2, 3, 3, 1]
    assert asked == ["a", "bb", "ccc", "a"]
