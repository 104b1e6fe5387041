"""The kits and words in German, French, Spanish and Portuguese: complete, punctuated as these
languages are, and read by our own rules as meant."""

import re
import unicodedata
from collections import Counter

import pytest

from statemachine.languages import requests_elsewhere
from statemachine.wording import asks, closes, renumber
from tests.backends.kits.texts import read, strings

LETTERS = {"de": "äöüß", "fr": "àâçéèêëîïôûùœ", "es": "áéíóúüñ", "pt": "áâãàçéêíóôõú"}
NEVER_IN = {
    "de": r"[?!:;,.] {2}| [?!:;,.]|\b(?:du|dein\w*|dich)\b",
    # A no-break space stands before these marks and inside the quotation marks.
    "fr": r"(?<!\u00a0)[?!:;»]|«(?!\u00a0)|\b(?:tu|ton|tes)\b",
    "es": r"(?<!\w)[?!]|\b(?:tú|tus?|vosotros)\b",
    # Usual in only one of Brazil and Portugal.
    "pt": r" [?!:;,.]|\b(?:você|equip[ae]|usuári\w+|utilizador\w*|registr?\w+|plane[aj]\w+)\b",
}
ROLES = ["software-engineer", "product-manager", "data-analyst"]
KITS = [f"{role}-{language}" for role in ROLES for language in LETTERS]


def assert_is_written_in(language: str, text: str) -> None:
    assert text == unicodedata.normalize("NFC", text)
    foreign = {letter for letter in text.lower() if letter.isalpha() and not letter.isascii()}
    assert foreign <= set(LETTERS[language]), text
    assert not re.search(NEVER_IN[language], text.rstrip(" "), re.IGNORECASE), text
    if language == "es":
        assert (text.count("?"), text.count("!")) == (text.count("¿"), text.count("¡")), text


@pytest.mark.parametrize("name", KITS)
def test_a_translated_kit_asks_and_closes_in_its_language(name: str) -> None:
    language = name.rpartition("-")[2]
    kit = read(f"kits/files/{name}")
    assert kit["language"] == language
    for text in strings(kit):
        assert_is_written_in(language, text)
    asked = [
        text
        for question in kit["questions"]
        for text in (question["text"], question["simpler"], *question["follow_ups"])
    ]
    assert all(text.endswith("?") and asks(text) and not closes(text) for text in asked)
    assert all(text == renumber(text, 9, 9) for text in asked)
    assert len(set(asked)) == len(asked)
    assert not asks(kit["greeting"])
    assert not requests_elsewhere(kit["greeting"])
    assert closes(kit["closing"])
    evidence = Counter(name for question in kit["questions"] for name in question["criteria"])
    assert len(kit["questions"]) == 15
    assert {criterion["id"] for criterion in kit["rubric"]} == set(evidence)
    assert min(evidence.values()) >= 2
    assert all(len(set(criterion["levels"])) == 4 for criterion in kit["rubric"])


@pytest.mark.parametrize("role", ROLES)
def test_a_question_is_evidence_for_the_same_in_each_of_these_languages(role: str) -> None:
    kits = [read(f"kits/files/{role}-{language}") for language in LETTERS]
    evidence = [[question["criteria"] for question in kit["questions"]] for kit in kits]
    assert all(criteria == evidence[0] for criteria in evidence)


@pytest.mark.parametrize("language", LETTERS)
def test_an_interviewers_words_are_read_as_they_are_meant(language: str) -> None:
    words = read(f"templates/words/{language}")
    for text in strings(words):
        assert_is_written_in(language, text)
    choices = ("acknowledgements", "acknowledge_unknown", "acknowledge_skip")
    remarks = [text for key in choices for text in words[key]]
    remarks += [words["acknowledge_stop"], words["pause"]]
    assert not [text for text in remarks if asks(text) or closes(text)]
    asked = [text for texts in words["follow_up"].values() for text in texts]
    assert all(asks(text) and not closes(text) for text in [*asked, words["comfort"]])
    for key in ("repeat", "explain", "resume", "ask_again", "language"):
        assert words[key].count("{question}") == 1, key
    assert "{language}" in words["language"]
    assert "{number}" in words["question_label"]
    assert closes(words["stopped_closing"])
