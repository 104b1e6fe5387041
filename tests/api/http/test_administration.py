"""What administrators see and change, who they are, and what the gateway's output says of it."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backends.address import Address
from tests.api.http.signin.people import BY_SECRET, SECRET, signed_in, token
from tests.desktop import Desktop
from tests.eventlog.evidence import reading
from tests.fakes import OllamaServer
from tests.forked import PATIENCE
from tests.gateways import Served, serving
from tests.streams import listening

ADMIN = "/api/v1/admin"
RESPOND = "/api/v1/interviews/respond"
ENGINEER: dict[str, Any] = {"role": "Software Engineer", "totalQuestions": 2}
MODEL = "llama3.2:1b"
BACKENDS = ["granite-interview-service", "conversation-service", "ollama"]


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("administration")


@pytest.fixture(scope="module")
def gateway(ollama: OllamaServer, folder: Path) -> Iterator[Served]:
    with serving(ollama, eventlog_url=f"sqlite:///{folder}/interviews.db") as gateway:
        gateway.wait_until_noticed(ollama="online")
        yield gateway


def look(gateway: Served, what: str) -> Any:
    answer = gateway.get(f"{ADMIN}/{what}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def change(gateway: Served, what: str, method: str = "POST", **query: str) -> Any:
    answer = gateway.client.request(method, f"{ADMIN}/{what}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def chats(ollama: OllamaServer) -> int:
    return sum(request.path == "/api/chat" for request in ollama.requests)


def test_the_settings_in_force_are_shown_without_secrets() -> None:
    with (
        serving(
            **BY_SECRET,
            openai_base_url=Address("https://me:hunter2@models.example/v1"),
            openai_api_key="sk-hunter3",
            allowed_hosts="a.example,b.example",
            strict_sessions=True,
        ) as gateway,
        signed_in(gateway, token("root", "admin")) as root,
    ):
        answer = root.get(f"{ADMIN}/settings")
    shown = {setting["name"]: setting for setting in answer.json()["settings"]}
    assert shown["OPENAI_BASE_URL"]["value"] == "https://***@models.example/v1"
    assert shown["OPENAI_API_KEY"]["value"] == shown["AUTH_SECRET"]["value"] == "***"
    assert shown["ALLOWED_HOSTS"]["value"] == "a.example,b.example"
    assert shown["STRICT_SESSIONS"] == {
        "name": "STRICT_SESSIONS", "value": "true", "isSet": True,
    }  # fmt: skip
    assert shown["PORT"] == {"name": "PORT", "value": "8009", "isSet": False}
    assert shown["RETENTION_DAYS"] == {"name": "RETENTION_DAYS", "isSet": False}
    for secret in ("hunter", SECRET, "me:"):
        assert secret not in answer.text


def test_nobody_asks_a_backend_whose_circuit_an_administrator_opened(
    gateway: Served, ollama: OllamaServer
) -> None:
    ollama.script = ["What would you build?"]
    assert [c["backend"] for c in look(gateway, "circuits")["circuits"]] == BACKENDS
    opened = change(gateway, "circuits/ollama/open")
    assert opened == {
        "backend": "ollama",
        "state": "open",
        "byHand": True,
        "detail": "An administrator switched it off",
    }
    asked = chats(ollama)
    desktop = Desktop(gateway).start(**ENGINEER)
    assert chats(ollama) == asked
    event = gateway.get(f"/api/v1/interviews/{desktop.interview_id}/events").text
    assert "Not asked: an administrator switched it off" in event
    services = {s["name"]: s for s in gateway.get("/health").json()["services"]}
    assert services["ollama"]["state"] == "down"
    assert services["ollama"]["status"] == "online"

    assert change(gateway, "circuits/ollama/close")["state"] == "closed"
    Desktop(gateway).start(**ENGINEER)
    assert chats(ollama) > asked


def test_models_are_loaded_and_unloaded(gateway: Served, ollama: OllamaServer) -> None:
    assert MODEL in [model["id"] for model in look(gateway, "models")["models"]]
    change(gateway, "models/unload", modelId=MODEL)
    assert MODEL not in ollama.loaded
    ollama.load_seconds = 0.05
    assert change(gateway, "models/load", modelId=MODEL)["state"] == "loading"
    deadline = time.monotonic() + PATIENCE
    while MODEL not in ollama.loaded:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert change(gateway, "models/unload", modelId=MODEL)["state"] == "installed"
    assert MODEL not in ollama.loaded


def test_a_model_that_ollama_does_not_have_can_not_be_loaded(gateway: Served) -> None:
    answer = gateway.client.post(f"{ADMIN}/models/load", params={"modelId": "granite:8b"})
    assert answer.status_code == 404
    assert MODEL in answer.json()["knownModels"]
    assert "Ollama does not have the model 'granite:8b'" in answer.json()["detail"]


def test_a_probe_finds_at_once_what_has_gone(folder: Path) -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.stop()
        services = {s["name"]: s for s in change(gateway, "probe")["services"]}
    assert services["ollama"]["status"] == "offline"


def test_replies_under_way_are_listed_without_their_words(
    gateway: Served, ollama: OllamaServer
) -> None:
    assert look(gateway, "replies") == {"replies": []}
    desktop = Desktop(gateway).start(**ENGINEER)
    ollama.script, ollama.tokens_per_second = ["A secret question, slowly asked?"], 4.0
    body = {"session": desktop.session, "message": "An answer."}
    with listening(gateway, "POST", RESPOND, body):
        deadline = time.monotonic() + PATIENCE
        while not (found := look(gateway, "replies")["replies"]) or "phase" not in found[0]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        text = gateway.get(f"{ADMIN}/replies").text
        (reply,) = found
        assert reply["interviewId"] == desktop.interview_id
        assert (reply["backend"], reply["ofSummary"], reply["listeners"]) == ("ollama", False, 1)
        assert reply["madeHere"]
        assert reply["elapsedMs"] >= 0
        assert "secret" not in text
        assert look(gateway, "drain")["underWay"] >= 1
        gateway.client.delete(f"/api/v1/interviews/{desktop.interview_id}/reply")
    ollama.tokens_per_second = 1000.0


def test_the_log_is_measured_sealed_and_scrubbed(gateway: Served, folder: Path) -> None:
    desktop = Desktop(gateway).start(**ENGINEER)
    log = look(gateway, "log")
    assert log["where"].endswith("interviews.db")
    assert log["isWritable"]
    assert log["bytes"] > log["events"] > log["sealed"]
    assert change(gateway, "log/seal")["sealed"] == log["events"]
    with reading(folder / "interviews.db"):
        gateway.client.delete(f"/api/v1/interviews/{desktop.interview_id}")
        assert change(gateway, "log/scrub")["scrubsDue"] == 1
    assert change(gateway, "log/scrub")["scrubsDue"] == 0


def test_a_drain_is_begun_and_ended(gateway: Served) -> None:
    assert change(gateway, "drain")["draining"]
    assert gateway.get("/ready").status_code == 503
    refused = gateway.post("/api/v1/interviews/start", ENGINEER)
    assert refused.json()["type"] == "/problems/draining"
    assert not change(gateway, "drain", "DELETE")["draining"]
    assert gateway.get("/ready").status_code == 200
    assert gateway.post("/api/v1/interviews/start", ENGINEER).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:3000"},  # may use all else
        {"origin": "https://team.example"},  # so may this one
        {"origin": "null", "user-agent": "Electron/30"},
        {"origin": "https://evil.example"},
        {"referer": "https://team.example/page"},
        {
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
        },
    ],
)
def test_no_page_of_another_origin_administers_also_none_that_may_use_all_else(
    headers: dict[str, str],
) -> None:
    with serving(allowed_origins="https://team.example") as gateway:
        for method, path in (("GET", "settings"), ("POST", "drain"), ("OPTIONS", "drain")):
            answer = gateway.client.request(method, f"{ADMIN}/{path}", headers=headers)
            assert answer.status_code == 403, (method, path)
            assert answer.json()["type"] == "/problems/foreign-origin"
        own = {"origin": gateway.url}
        assert gateway.client.get(f"{ADMIN}/drain", headers=own).json()["draining"] is False


def test_without_sign_in_only_this_machine_administers_and_not_through_a_proxy(
    gateway: Served,
) -> None:
    for headers in (
        {"x-forwarded-for": "192.0.2.1"},
        {"forwarded": "for=192.0.2.1"},
        {"via": "1.1 proxy"},
    ):
        answer = gateway.client.post(f"{ADMIN}/drain", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["type"] == "/problems/only-on-this-machine"
    assert not look(gateway, "drain")["draining"]


def test_who_changed_what_is_logged(caplog: pytest.LogCaptureFixture, folder: Path) -> None:
    url = f"sqlite:///{folder}/{uuid4()}.db"
    with (
        caplog.at_level(logging.WARNING, "api.usecases.administration"),
        serving(**BY_SECRET, eventlog_url=url) as gateway,
        signed_in(gateway, token("root 'n' ann closed it", "admin")) as root,
        signed_in(gateway, token("eve", "interviewer", "auditor")) as eve,
    ):
        assert eve.client.post(f"{ADMIN}/drain").status_code == 403
        for method, path in (
            ("POST", "circuits/ollama/open"),
            ("POST", "probe"),
            ("POST", "log/seal"),
            ("POST", "log/scrub"),
            ("POST", "drain"),
            ("DELETE", "drain"),
        ):
            root.client.request(method, f"{ADMIN}/{path}")
        root.client.post("/api/v1/audit/checkpoint")
        root.client.get(f"{ADMIN}/settings")
        model = root.get("/api/v1/models").json()["models"][0]["id"]
        root.post("/api/v1/models/select", {"modelId": model})
        # It is the role that counts with sign-in, not the machine.
        through = {"x-forwarded-for": "192.0.2.1"}
        assert root.client.get(f"{ADMIN}/drain", headers=through).status_code == 200
    who = "\"root 'n' ann closed it\""
    assert [r.getMessage() for r in caplog.records if r.name.endswith("administration")] == [
        f"{who} opened the circuit of ollama",
        f"{who} had the services probed",
        f"{who} stored a checkpoint in the event log",
        f"{who} had erased words overwritten in the event log's files",
        f"{who} began to drain the gateway: it takes no new steps of interviews",
        f"{who} ended the drain: the gateway takes new steps again",
        f"{who} stored a checkpoint in the event log",
        f"{who} selected the model {model}",
    ]
