"""What is remembered of answers is what was heard."""

import pytest

from statemachine.listening.reading import listen
from statemachine.listening.remembered import heard_as


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asked", ["How do you test?", "Wie testen Sie?"])
@pytest.mark.parametrize("text", ["I don't know.", "Weiter bitte", "ok", "We wrote a test first."])
def test_an_answer_is_heard_again_as_it_was_heard(text: str, language: str, asked: str) -> None:
    heard = listen(text, language, asked)
    assert [heard_as(text, language, asked) for _ in range(2)] == [heard, heard]
