"""Health and models: right, and in time whatever the services do."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from backends.services import SERVICES
from tests.desktop import Desktop
from tests.fakes import (
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
    ollama_model,
)
from tests.gateways import Served, serving
from tests.stopwatch import Stopwatch


def all_services() -> list[FakeServer]:
    others = ("voice-service", "avatar-service", "interview-service", "analytics-service")
    speaking: list[FakeServer] = [GraniteServer(), ConversationServer(), OllamaServer()]
    return speaking + [HealthOnlyServer(name) for name in others]


@pytest.fixture
def services() -> Iterator[list[FakeServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(service) for service in all_services()]


def test_health_tells_of_the_gateway_and_its_seven_services(services: list[FakeServer]) -> None:
    with serving(*services) as gateway:
        health = gateway.get("/health").json()
    assert health["status"] == "online"
    assert health["summary"] == {"online": 7, "total": 7}
    assert set(health["gateway"]) == {"version", "uptime_seconds", "eventLog"}
    assert health["gateway"]["eventLog"] == "online"
    assert [s["name"] for s in health["services"]] == [info.name for info in SERVICES]
    for service in health["services"]:
        assert set(service) == {"name", "status", "latencyMs", "lastChecked", "state"}
        assert service["state"] == "up"
        assert service["lastChecked"].endswith("Z")
        datetime.fromisoformat(service["lastChecked"])


@pytest.mark.parametrize(
    ("up", "status"),
    [(7, "online"), (6, "online"), (5, "degraded"), (3, "degraded"), (2, "offline")],
)
def test_the_whole_is_what_its_services_make_it(
    services: list[FakeServer], up: int, status: str
) -> None:
    for service in services[up:]:
        service.mood = Mood.ERROR_500
    with serving(*services) as gateway:
        health = gateway.get("/health").json()
    assert (health["status"], health["summary"]["online"]) == (status, up)
    errors = [s["error"] for s in health["services"] if s["status"] == "offline"]
    assert errors == ["HTTP 500"] * (7 - up)


def test_however_many_ask_one_round_of_probes_runs(services: list[FakeServer]) -> None:
    with serving(*services) as gateway:
        for _ in range(50):
            assert gateway.get("/health").status_code == 200
    assert [service.count("/health") for service in services if service.name != "ollama"] == [1] * 6


@pytest.mark.alone
def test_all_services_hanging_keep_nobody_waiting(services: list[FakeServer]) -> None:
    for service in services:
        service.mood = Mood.HANG
    with serving(*services) as gateway:
        watch = Stopwatch()
        health = gateway.get("/health")
        assert watch.seconds() < 1
        assert health.json()["services"][0]["error"] == "No answer yet after 800 ms"

        watch = Stopwatch()
        models = gateway.get("/api/v1/models").json()["models"]
        assert watch.seconds() < 0.5
        assert [model["id"] for model in models] == ["granite4:2b", "llama3.2:1b"]

        watch = Stopwatch()
        desktop = Desktop(gateway).start(totalQuestions=3)
        assert watch.seconds() < 5

        gateway.wait_until_noticed(ollama="offline")
        error = "No answer within 3 s"
        while gateway.get("/health").json()["services"][0]["error"] != error:
            time.sleep(0.1)
        assert seconds_of(lambda: Desktop(gateway).start()) < 0.1
        assert seconds_of(lambda: desktop.answer("Noticed.")) < 0.1


def state_of(gateway: Served, name: str) -> tuple[str, str | None]:
    """A service's state, and why it is so."""
    services = gateway.get("/health").json()["services"]
    (found,) = [service for service in services if service["name"] == name]
    return found["state"], found.get("detail")


def test_a_service_that_is_offline_is_down_and_says_why(fresh: Served) -> None:
    fresh.wait_until_noticed(ollama="offline")
    assert state_of(fresh, "ollama") == ("down", "Connection refused")


def test_a_model_that_is_being_loaded_shows() -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.load_seconds = 5.0
        Desktop(gateway).start()
        state, detail = state_of(gateway, "ollama")
        assert (state, detail) == ("loading", detail)
        assert str(detail).startswith("Loading llama3.2:1b, for ")


def test_a_backend_that_fails_is_down_until_its_next_try_and_one_too_slow_is_busy() -> None:
    with ExitStack() as stack:
        ollama = stack.enter_context(OllamaServer())
        ollama.loaded = {"llama3.2:1b": 4096}
        ollama.prompt_seconds = 2.0
        gateway = stack.enter_context(serving(ollama, reply_budget_seconds=0.5))
        gateway.wait_until_noticed(ollama="online")
        desktop = Desktop(gateway).start()
        state, detail = state_of(gateway, "ollama")
        assert state == "busy"
        assert str(detail).startswith("It needs more than ")
        watch = Stopwatch()
        desktop.answer("One.")
        assert watch.seconds() < 0.4, "nobody waits for it again so soon"
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.moods["/api/chat"] = Mood.ERROR_500
        desktop = Desktop(gateway).start()
        for answer in ("One.", "Two."):
            desktop.answer(answer)
        state, detail = state_of(gateway, "ollama")
        assert state == "down"
        assert str(detail).startswith("It failed 3 times, last with “HTTP 500”; next try in ")


def seconds_of(act: Callable[[], object]) -> float:
    """The shorter of two tries: a machine that does something else too is not our claim."""
    took = []
    for _ in range(2):
        watch = Stopwatch()
        act()
        took.append(watch.seconds())
    return min(took)


def test_models_of_both_sources_are_merged() -> None:
    with GraniteServer() as granite, OllamaServer() as ollama, serving(granite, ollama) as gateway:
        models = gateway.get("/api/v1/models").json()["models"]
    assert {model["source"] for model in models} == {"granite-interview-service", "ollama"}
    fields = {"id", "name", "paramCount", "ramRequired", "downloadSize", "description", "source"}
    for model in models:
        assert fields <= set(model) <= fields | {"dataset", "state"}
        assert all(isinstance(value, str) for value in model.values())


def test_health_can_be_asked_for_its_head_alone(fresh: Served) -> None:
    response = fresh.client.head("/health")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.alone
def test_a_megabyte_of_the_wrong_json_keeps_nobody_waiting() -> None:
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        granite.mood = Mood.DEEP_JSON
        granite.models = [{}] * 300_000
        watch = Stopwatch()
        Desktop(gateway).start(totalQuestions=1)
        gateway.get("/health")
        assert watch.seconds() < 1


class TestSelection:
    """Choosing a model."""

    def test_a_posted_session_without_a_model_is_held_with_the_selected_one(self) -> None:
        ollama = OllamaServer()
        ollama.models = [ollama_model(f"o{n}:latest", "llama", "1B", 10**9) for n in (1, 2)]
        with ollama, serving(ollama) as gateway:
            gateway.wait_until_noticed(ollama="online")
            gateway.get("/api/v1/models")
            gateway.post("/api/v1/models/select", {"modelId": "o2"})
            config = {"role": "Data Analyst", "totalQuestions": 2}
            question = {"role": "assistant", "content": "Question 1: How are you?"}
            session = {"config": config, "messages": [question], "currentQuestion": 1}
            desktop = Desktop(gateway, session={**session, "isComplete": False})
            desktop.answer("Well.")
            asked = [r.body["model"] for r in ollama.requests if r.path == "/api/chat"]
            assert asked == ["o2:latest"]
            assert desktop.session["config"].get("model") is None

    def test_an_empty_body_leaves_the_choice_to_the_query(self, fresh: Served) -> None:
        reply = fresh.post("/api/v1/models/select?model_id=llama3.2:1b", {})
        assert reply.json()["selected"] == "llama3.2:1b"

    def test_the_selected_model_is_used_where_none_is_named(self) -> None:
        with OllamaServer() as ollama, serving(ollama) as gateway:
            gateway.wait_until_noticed(ollama="online")
            first, second = (model["name"] for model in ollama.models)
            assert Desktop(gateway).start().session["config"]["model"] == first
            reply = gateway.post("/api/v1/models/select", {"modelId": second})
            assert reply.json()["selected"] == second
            assert Desktop(gateway).start().session["config"]["model"] == second

    def test_a_selected_model_is_loaded_at_once(self) -> None:
        with OllamaServer() as ollama, serving(ollama) as gateway:
            ollama.load_seconds = 0.5
            gateway.wait_until_noticed(ollama="online")
            _, second = (model["name"] for model in ollama.models)
            gateway.post("/api/v1/models/select", {"modelId": second})
            states = {m["id"]: m["state"] for m in gateway.get("/api/v1/models").json()["models"]}
            assert states[second] == "loading"
            while second not in ollama.loaded:
                time.sleep(0.02)
            assert Desktop(gateway).start().said == ["Ollama question 1?"]

    def test_an_interview_names_no_model_that_nobody_offers(self, fresh: Served) -> None:
        models = fresh.get("/api/v1/models").json()["models"]
        assert {model["state"] for model in models} == {"unavailable"}
        assert "model" not in Desktop(fresh).start().session["config"]
        fresh.post("/api/v1/models/select", {"modelId": "llama3.2:1b"})
        assert "model" not in Desktop(fresh).start().session["config"]

    def test_older_desktops_select_by_query_and_send_no_body(self) -> None:
        with serving() as gateway:
            path = "/api/v1/models/select?model_id=llama3.2:1b"
            assert gateway.client.post(path).json()["selected"] == "llama3.2:1b"
            headers = {"content-type": "application/json"}
            assert gateway.client.post(path, headers=headers).json()["selected"] == "llama3.2:1b"

    def test_an_unknown_model_gets_the_list_of_known_ones(self) -> None:
        with serving() as gateway:
            response = gateway.post("/api/v1/models/select", {"modelId": "gpt-9"})
        assert response.status_code == 404
        assert response.json()["knownModels"] == ["granite4:2b", "llama3.2:1b"]
        assert "llama3.2:1b" in response.json()["detail"]

    def test_a_start_names_any_model_while_a_source_is_down(self) -> None:
        with OllamaServer() as ollama, serving(ollama) as gateway:
            desktop = Desktop(gateway).start(model="vetta-granite-2b-gguf-v4")
        assert desktop.session["config"]["model"] == "vetta-granite-2b-gguf-v4"

    def test_a_start_with_a_model_that_no_source_offers_is_refused(self) -> None:
        with (
            OllamaServer() as ollama,
            GraniteServer() as granite,
            serving(ollama, granite) as gateway,
        ):
            gateway.get("/api/v1/models")
            body = {"role": "Data Analyst", "model": "gpt-9"}
            response = gateway.post("/api/v1/interviews/start", body)
        assert response.status_code == 404
        assert "vetta-granite-2b-gguf-v4" in response.json()["knownModels"]

    def test_the_source_that_offers_the_model_is_asked_first(self) -> None:
        with (
            OllamaServer() as ollama,
            GraniteServer() as granite,
            serving(ollama, granite) as gateway,
        ):
            gateway.wait_until_noticed(ollama="online", granite_interview_service="online")
            gateway.get("/api/v1/models")
            model = ollama.models[0]["name"]
            desktop = Desktop(gateway).start(model=model)
        assert "Ollama question" in desktop.said[0]
        assert granite.count("/api/v1/interviews") == 0
