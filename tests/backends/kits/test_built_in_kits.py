"""The twelve kits of other trades keep to the format, read here by plain tomllib."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import backends

FILES = Path(backends.__file__).parent / "kits" / "files"
KITS = (
    "accountant",
    "customer-support-specialist",
    "data-engineer",
    "human-resources-partner",
    "marketing-manager",
    "nurse",
    "product-designer",
    "project-manager",
    "sales-representative",
    "site-reliability-engineer",
    "teacher",
    "warehouse-operative",
)
KEYS = {"role", "seniority", "language", "greeting", "closing", "questions", "rubric"}
QUESTION_KEYS = {"text", "simpler", "listen_for", "follow_ups", "criteria"}
MARKUP = set("<>*_#`{}[]|\\")


def read(kit: str) -> dict[str, Any]:
    return tomllib.loads((FILES / f"{kit}.toml").read_text(encoding="utf-8"))


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [str(value)]


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_opens_warmly_and_says_when_it_is_over(kit: str) -> None:
    content = read(kit)
    assert set(content) == KEYS
    assert content["language"] == "en"
    assert content["greeting"].startswith("Hello, I'm OpenTalent Interviewer. ")
    assert "?" not in content["greeting"]
    assert "thank you" in content["closing"].lower()
    assert "This concludes the interview." in content["closing"]


@pytest.mark.parametrize("kit", KITS)
def test_a_kit_is_plain_text(kit: str) -> None:
    for text in strings(read(kit)):
        assert text == text.strip() != "", text
        assert not MARKUP & set(text), text
        assert text.isprintable(), text


@pytest.mark.parametrize("kit", KITS)
def test_every_question_asks_and_is_short_enough_to_be_heard_once(kit: str) -> None:
    questions = read(kit)["questions"]
    assert len(questions) == 15
    for question in questions:
        assert set(question) == QUESTION_KEYS
        for asked in (question["text"], question["simpler"], *question["follow_ups"]):
            assert asked.endswith("?"), asked
            assert asked.count("?") == 1, asked
            assert len(asked.split()) <= 45, asked
        assert 2 <= len(question["listen_for"]) <= 5, question["text"]
        assert 1 <= len(question["follow_ups"]) <= 3, question["text"]


@pytest.mark.parametrize("kit", KITS)
def test_every_criterion_rests_on_two_questions_or_more(kit: str) -> None:
    content = read(kit)
    rubric = {criterion["id"]: criterion for criterion in content["rubric"]}
    assert 4 <= len(rubric) == len(content["rubric"]) <= 6
    for criterion in rubric.values():
        assert set(criterion) == {"id", "name", "levels"}
        assert len(set(criterion["levels"])) == 4
    evidence = Counter(c for question in content["questions"] for c in set(question["criteria"]))
    assert set(evidence) == set(rubric)
    assert min(evidence.values()) >= 2, evidence


def test_nothing_is_asked_twice() -> None:
    """Neither within a kit nor in two of them: a question that fits two trades fits neither."""
    asked = Counter(
        text
        for kit in KITS
        for question in read(kit)["questions"]
        for text in (question["text"], question["simpler"], *question["follow_ups"])
    )
    assert [text for text, times in asked.items() if times > 1] == []
