"""The translated kits and words: complete, in their script, and read by our own rules as meant."""

import re
import unicodedata
from collections import Counter

import pytest

from statemachine.endings import ENDINGS
from statemachine.wording import asks, closes
from tests.backends.kits.texts import read, strings

ROLES = {
    "software-engineer": {"delivery", "debugging", "design", "testing", "judgement"},
    "product-manager": {
        *("discovery", "prioritisation", "delivery"),
        *("measurement", "collaboration"),
    },
    "data-analyst": {"framing", "data-quality", "analysis", "communication", "judgement"},
}
SCRIPTS = {"hi": "DEVANAGARI", "bn": "BENGALI", "ar": "ARABIC", "zh": "CJK"}
LATIN = re.compile(r"OpenTalent Interviewer|A/B|\{\w+\}")
KITS = [f"{role}-{language}" for role in ROLES for language in SCRIPTS]


def assert_is_written_in(language: str, text: str) -> None:
    assert text == unicodedata.normalize("NFC", text), text
    letters = [letter for letter in LATIN.sub("", text) if letter.isalpha()]
    foreign = [at for at in letters if not unicodedata.name(at).startswith(SCRIPTS[language])]
    assert not foreign, text
    marks = {"hi": ".。？؟،", "bn": ".。？؟،", "ar": "?,;。", "zh": ".?!,;"}[language]
    assert not set(marks) & set(text), text


@pytest.mark.parametrize("name", KITS)
def test_a_translated_kit_asks_and_closes_in_its_language(name: str) -> None:
    role, _, language = name.rpartition("-")
    kit = read(f"kits/files/{name}")
    assert kit["language"] == language
    for text in strings(kit):
        assert_is_written_in(language, text)
    asked = [
        text
        for question in kit["questions"]
        for text in (question["text"], question["simpler"], *question["follow_ups"])
    ]
    assert all(asks(text) and not closes(text) for text in asked)
    assert len(set(asked)) == len(asked)
    assert not asks(kit["greeting"])
    assert closes(kit["closing"])
    evidence = Counter(name for question in kit["questions"] for name in question["criteria"])
    assert len(kit["questions"]) == 15
    assert {criterion["id"] for criterion in kit["rubric"]} == set(evidence) == ROLES[role]
    assert min(evidence.values()) >= 2
    assert all(len(criterion["levels"]) == 4 for criterion in kit["rubric"])


@pytest.mark.parametrize("role", ROLES)
def test_a_question_is_evidence_for_the_same_in_each_of_these_languages(role: str) -> None:
    evidence = [
        [question["criteria"] for question in read(f"kits/files/{role}-{language}")["questions"]]
        for language in SCRIPTS
    ]
    assert all(criteria == evidence[0] for criteria in evidence)


@pytest.mark.parametrize("language", SCRIPTS)
def test_an_interviewers_words_are_read_as_they_are_meant(language: str) -> None:
    words = read(f"templates/words/{language}")
    for text in strings(words):
        assert_is_written_in(language, text)
    remarks = [
        *words["acknowledgements"],
        *words["acknowledge_unknown"],
        *words["acknowledge_skip"],
        *(words["acknowledge_stop"], words["pause"]),
    ]
    assert not [text for text in remarks if asks(text) or closes(text)]
    asked = [text for texts in words["follow_up"].values() for text in texts]
    asked.append(words["comfort"])
    assert all(asks(text) and not closes(text) for text in asked)
    for key in ("repeat", "explain", "resume", "ask_again", "language"):
        assert words[key].count("{question}") == 1, key
    assert "{language}" in words["language"]
    assert "{number}" in words["question_label"]
    assert language in ENDINGS
    assert closes(words["stopped_closing"])
