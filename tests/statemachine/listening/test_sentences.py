"""What each sentence of `sentences_<language>.toml` is heard as, and the tables it is heard by."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from statemachine.listening.kinds import Said
from statemachine.listening.reading import listen
from statemachine.listening.table import LANGUAGES, table
from statemachine.listening.tokens import MARKS, tokens

ASKED = "Question 1: Tell me about a project you worked on."
MANY = 40


def sentences(language: str) -> dict[Said, list[str]]:
    file = Path(__file__).with_name(f"sentences_{language}.toml")
    return {Said(kind): said for kind, said in tomllib.loads(file.read_text("utf-8")).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_is_heard_as_what_it_is(language: str) -> None:
    asked = ASKED if language == "en" else ""
    wrong = [
        (sentence, heard, kind)
        for kind, said in sentences(language).items()
        for sentence in said
        if (heard := listen(sentence, language, asked)) is not kind
    ]
    assert not wrong


def test_there_are_many_english_sentences_of_each_kind() -> None:
    english = sentences("en")
    assert set(english) == set(Said)
    assert min(map(len, english.values())) >= MANY


@pytest.mark.parametrize("language", LANGUAGES)
def test_capitals_and_punctuation_make_no_difference(language: str) -> None:
    kinds = sentences(language)
    for kind in (Said.SKIP, Said.STOP, Said.PAUSE, Said.UNKNOWN, Said.PERSONAL, Said.ANSWER):
        for sentence in kinds[kind]:
            if "?" in sentence or any(mark in sentence for mark in "¿؟？=({+#%"):
                continue
            assert listen(sentence.upper().rstrip("."), language, "") is kind, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_heard_nowhere_are_single_words(language: str) -> None:
    file = files("statemachine.listening") / "languages" / f"{language}.toml"
    dropped = tomllib.loads(file.read_text("utf-8"))["dropped"]
    assert [word for word in dropped if len(list(tokens(word))) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pattern_is_made_of_nothing(language: str) -> None:
    assert table(language).patterns.labels([]) == 0
    for mark in MARKS - {"?"}:
        assert not table(language).patterns.labels([mark])
    assert not table(language).patterns.labels(["?"])
