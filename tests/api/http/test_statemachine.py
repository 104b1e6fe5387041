"""The rules as the gateway tells them are the rules that it goes by."""

from typing import Any

import pytest

from statemachine.events import KINDS
from statemachine.rules import RULES
from tests.gateways import Served


@pytest.fixture(scope="module")
def told(alone: Served) -> dict[str, Any]:
    response = alone.get("/api/v1/statemachine")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_it_tells_where_an_interview_begins_and_all_its_states(told: dict[str, Any]) -> None:
    assert told["initial"] == "new"
    assert told["states"] == ["new", "started", "questioning", "complete", "forgotten"]


def test_a_transition_tells_its_event_its_ends_and_its_guards(told: dict[str, Any]) -> None:
    assert {
        "event": "question-asked",
        "from": "questioning",
        "to": "questioning",
        "guards": ["answer_is_in", "is_next_question"],
        "requires": [
            "the question last asked has been answered",
            "it is the question after the last one asked, and not past the total",
        ],
    } in told["transitions"]
    assert told["transitions"][0] == {
        "event": "interview-started", "from": "new", "to": "started", "guards": [], "requires": [],
    }  # fmt: skip


def test_every_rule_is_told_and_each_guard_in_a_sentence(told: dict[str, Any]) -> None:
    assert len(told["transitions"]) == len(RULES)
    assert {transition["event"] for transition in told["transitions"]} == set(KINDS)
    for transition in told["transitions"]:
        assert len(transition["requires"]) == len(transition["guards"])
        assert all(transition["requires"])
