"""Kits over HTTP: who sees what, writing without losing anybody's change, and starting with one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.backends.kits.examples import SMALL
from tests.gateways import Served, serving

KITS = "/api/v1/kits"
START = "/api/v1/interviews/start"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "diver.toml").write_text(SMALL)
    (tmp_path / "broken.toml").write_text(SMALL.replace('"How deep do you dive?"', '""'))
    return tmp_path


@pytest.fixture
def gateway(folder: Path) -> Iterator[Served]:
    with serving(kits=folder) as gateway:
        yield gateway


def listed(gateway: Served) -> dict[str, dict[str, Any]]:
    return {kit["id"]: kit for kit in gateway.get(KITS).json()["kits"]}


def kit_of(gateway: Served, id: str) -> tuple[dict[str, Any], str]:
    response = gateway.get(f"{KITS}/{id}")
    assert response.status_code == 200, response.text
    kit: dict[str, Any] = response.json()
    return kit, response.headers["etag"]


def put(gateway: Served, id: str, kit: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gateway.client.put(f"{KITS}/{id}", json=kit, headers=named)


def test_the_list_has_own_built_in_and_broken_kits(gateway: Served) -> None:
    kits = listed(gateway)
    assert kits["nurse"].items() >= {"role": "Nurse", "questions": 15, "builtIn": True}.items()
    version = kit_of(gateway, "diver")[1].strip('"')
    assert kits["diver"] == {
        "id": "diver", "role": "Diver", "seniority": "any", "language": "en", "questions": 2,
        "builtIn": False, "version": version,
    }  # fmt: skip
    assert kits["broken"]["error"].endswith(
        "broken.toml, line 6, questions[0].text: must not be blank"
    )
    problem = gateway.get(f"{KITS}/broken")
    assert problem.status_code == 409
    assert problem.json()["errors"] == [
        {"field": "questions[0].text", "message": "must not be blank"}
    ]


def test_a_kit_that_is_got_can_be_put_back_and_nobodys_change_is_lost(
    gateway: Served, folder: Path
) -> None:
    kit, etag = kit_of(gateway, "diver")
    kit["questions"][0]["text"] = "How far down do you dive?"
    response = put(gateway, "diver", kit, if_match=etag)
    assert response.status_code == 200
    assert kit_of(gateway, "diver") == (kit, response.headers["etag"])
    assert "How far down" in (folder / "diver.toml").read_text()
    assert put(gateway, "diver", kit, if_match=etag).status_code == 412
    assert put(gateway, "diver", kit, if_none_match="*").status_code == 412
    assert put(gateway, "diver-2", kit, if_none_match="*").status_code == 200
    stale = gateway.client.delete(f"{KITS}/diver", headers={"if-match": etag})
    assert stale.status_code == 412
    assert gateway.client.delete(f"{KITS}/diver").status_code == 204
    assert gateway.get(f"{KITS}/diver").status_code == 404


def test_a_built_in_kit_is_overridden_and_not_deleted(gateway: Served) -> None:
    kit, etag = kit_of(gateway, "nurse")
    assert gateway.client.delete(f"{KITS}/nurse").json()["type"] == "/problems/kit-built-in"
    kit["greeting"] = "Welcome to our ward."
    assert put(gateway, "nurse", kit, if_match=etag).status_code == 200
    assert not listed(gateway)["nurse"]["builtIn"]
    started = gateway.post(START, {"role": "Nurse"}).json()
    assert started["messages"][-1]["content"].startswith("Welcome to our ward. Question 1: ")
    assert gateway.client.delete(f"{KITS}/nurse").status_code == 204
    assert kit_of(gateway, "nurse")[1] == etag


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": ""}, "role"),
        ({"role": "<b>Nurse</b>"}, "role"),
        ({"questions": []}, "questions"),
        ({"unknown": 1}, "unknown"),
        ({"closing": "Goodbye."}, "closing"),
        ({"rubric": [{"id": "x", "name": "X", "levels": ["a", "b"]}]}, "questions[0].criteria[0]"),
        ({"greeting": "\x1b[31mHi"}, "greeting"),
    ],
)
def test_what_is_wrong_with_a_posted_kit_is_told_by_field(
    gateway: Served, folder: Path, change: dict[str, Any], field: str
) -> None:
    kit, _ = kit_of(gateway, "diver")
    response = put(gateway, "new", kit | change)
    assert response.status_code == 422
    assert field in [error["field"] for error in response.json()["errors"]]
    assert not (folder / "new.toml").exists()


def test_a_kit_that_is_too_large_or_misnamed_is_refused(gateway: Served, folder: Path) -> None:
    kit, _ = kit_of(gateway, "diver")
    question = kit["questions"][0] | {
        "listenFor": ["我" * 300] * 5,
        "followUps": ["我" * 999 + "?"],
    }
    many = [question | {"text": f"Question about {n} {'我' * 900}?"} for n in range(50)]
    assert put(gateway, "large", kit | {"questions": many}).status_code == 422
    for id in ("Diver", "a--b", "..%2Fx", "a" * 61):
        assert put(gateway, id, kit).status_code in (404, 422), id
    assert sorted(path.name for path in folder.iterdir()) == ["broken.toml", "diver.toml"]


def test_without_kits_nothing_is_written(alone: Served) -> None:
    assert alone.get(KITS).json()["hasFolder"] is False
    kit, _ = kit_of(alone, "nurse")
    for response in (put(alone, "new", kit), put(alone, "nurse", kit)):
        assert response.status_code == 409
        assert "Set KITS to a folder" in response.json()["detail"]


def test_an_interview_starts_with_a_kit_or_the_role_of_any(gateway: Served) -> None:
    bodies = ({"kit": "diver"}, {"role": "Diver"}, {"kit": "diver", "role": "Diver"})
    for setup in bodies:
        session = gateway.post(START, setup).json()
        assert session["config"]["role"] == "Diver"
        assert session["config"]["totalQuestions"] == 2
        assert "How deep do you dive?" in session["messages"][-1]["content"]
    assert gateway.post(START, {"kit": "nurse"}).json()["config"]["totalQuestions"] == 5
    for body, field, said in (
        ({"kit": "diver", "totalQuestions": 3}, "totalQuestions", "2"),
        ({"kit": "diver", "role": "Nurse"}, "role", "Diver"),
        ({"kit": "nobody"}, "kit", "nobody"),
        ({"kit": "broken"}, "kit", "must not be blank"),
        ({"role": "Astronaut"}, "role", "Diver"),
        ({}, "role", "kit"),
    ):
        refused = gateway.post(START, body)
        assert refused.status_code == 422, body
        assert field in [error["field"] for error in refused.json()["errors"]]
        assert said in refused.json()["detail"]


@pytest.mark.parametrize(
    ("setup", "language"),
    [
        ({"kit": "software-engineer-de"}, "German"),
        ({"kit": "software-engineer-de", "language": "en"}, "English"),
        ({"kit": "nurse"}, "English"),
        ({"role": "Nurse", "language": "de"}, "German"),
        ({"role": "Nurse"}, "English"),
    ],
)
def test_an_interview_is_held_in_its_own_language_else_in_its_kits(
    alone: Served, setup: dict[str, str], language: str
) -> None:
    session = alone.post(START, setup).json()
    assert f"Speak {language}." in session["messages"][0]["content"]
    if language == "German" and "kit" in setup:
        body = {"session": session, "message": "Wie bitte? Was meinen Sie damit?"}
        asked = alone.post("/api/v1/interviews/respond", body).json()
        assert "Ich versuche es mit anderen Worten" in asked["messages"][-1]["content"]


def test_an_interview_outlives_its_kit(gateway: Served) -> None:
    session = gateway.post(START, {"kit": "diver"}).json()
    gateway.client.delete(f"{KITS}/diver")
    for answer in ("I dive to forty metres with trimix.", "I check the valves first."):
        body = {"session": session, "message": answer}
        response = gateway.post("/api/v1/interviews/respond", body)
        assert response.status_code == 200
        session = response.json()
    assert session["isComplete"]


def test_candidates_see_which_kits_there_are_and_not_what_they_ask(folder: Path) -> None:
    with serving(kits=folder, **BY_SECRET) as gateway:
        with signed_in(gateway, token("ann", "candidate")) as ann:
            kits = listed(ann)
            assert kits["diver"] == {"id": "diver", "role": "Diver", "language": "en"}
            assert "broken" not in kits
            for method in ("GET", "PUT", "DELETE"):
                assert ann.client.request(method, f"{KITS}/diver").status_code == 403
        with signed_in(gateway, token("eve", "auditor")) as eve:
            kit, _ = kit_of(eve, "diver")
            assert put(eve, "diver", kit).status_code == 403
        with signed_in(gateway, token("ian", "interviewer")) as ian:
            assert put(ian, "diver", kit).status_code == 200
