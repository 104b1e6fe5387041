"""Every status that the OpenAPI document lists can be had, and its answer is as documented: one
request for each, and none for a status that is not listed."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http import protocol
from backends.address import Address
from backends.kits.reading import read_kit
from tests.backends.kits.examples import SMALL
from tests.desktop import Desktop
from tests.eventlog.evidence import reading
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.fakes.forwarded import ForwardedServer
from tests.gateways import Served, serving
from tests.reliability.documented import Documented, Operation
from tests.streams import listening

INTERVIEWS = "/api/v1/interviews"
INTERVIEW = f"{INTERVIEWS}/{{interviewId}}"
AUDIT = "/api/v1/audit"

ENGINEER: dict[str, Any] = {"role": "Software Engineer", "totalQuestions": 1}
REASON = {"reason": "It is asked for."}
NO_FILE = "no-file"
"""The id of a kit that can be neither read nor written: a folder has its name."""
DIVER = read_kit(SMALL.encode(), "diver.toml").model_dump(mode="json", by_alias=True)


@dataclass
class Stage:
    """A gateway with a folder of kits, what stands in its log, and the other services that it
    passes calls on to; one that takes no unknown sessions, keeps its log in memory, and has no
    service and no folder; and one without its log."""

    gateway: Served
    strict: Served
    broken: Served
    broken_desktop: Desktop
    path: Path
    services: ForwardedServer

    def desktop(self) -> Desktop:
        return Desktop(self.gateway).start(**ENGINEER)

    def forgotten(self) -> Desktop:
        desktop = self.desktop()
        self.gateway.client.delete(f"{INTERVIEWS}/{desktop.interview_id}")
        return desktop

    def answered(self) -> Desktop:
        """A copy of a session that is behind by now."""
        desktop = self.desktop()
        desktop.copy().answer("An answer.")
        return desktop


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("statuses")
    broken_url = f"sqlite:///{folder}/broken.db"
    (folder / "kits" / f"{NO_FILE}.toml").mkdir(parents=True)
    with (
        ForwardedServer() as services,
        serving(
            services,
            eventlog_url=f"sqlite:///{folder}/interviews.db",
            analytics_url=Address(services.url),
            scout_url=Address(services.url),
            agents_url=Address(services.url),
            kits=folder / "kits",
        ) as gateway,
        serving(strict_sessions=True) as strict,
        serving(eventlog_url=broken_url) as broken,
    ):
        desktop = Desktop(broken).start(**ENGINEER)
        (folder / "broken.db").rename(folder / "away.db")
        (folder / "broken.db.key").write_text("no key")
        yield Stage(gateway, strict, broken, desktop, folder, services)


@pytest.fixture(scope="module")
def documented(stage: Stage) -> Documented:
    return Documented(stage.gateway.get("/openapi.json").json())


@dataclass
class Asked:
    """A request, for one interview or kit or none. Where `body` is not None it is sent as JSON."""

    operation: Operation
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    id: str = ""

    def send(self, gateway: Served, **more: Any) -> httpx.Response:
        method, path = self.operation
        more = {"params": self.query} | more
        if self.body is not None and "content" not in more and "json" not in more:
            more["json"] = self.body
        path = path.replace("{interviewId}", self.id).replace("{id}", self.id)
        return gateway.client.request(method, path, **more)


Make = Callable[[Desktop], Asked]


def plain(method: str, path: str, **query: Any) -> Make:
    return lambda _: Asked((method, path), query)


def posted(path: str, **body: Any) -> Make:
    return lambda _: Asked(("POST", path), {}, body)


def about(method: str, path: str, body: Any = None) -> Make:
    return lambda desktop: Asked((method, path), {}, body, desktop.interview_id)


def of_kit(method: str, id: str, body: Any = None) -> Make:
    return lambda _: Asked((method, "/api/v1/kits/{id}"), {}, body, id)


def respond(desktop: Desktop) -> Asked:
    body = {"session": desktop.session, "message": "Another answer."}
    return Asked(("POST", f"{INTERVIEWS}/respond"), {}, body)


def sum_up(desktop: Desktop) -> Asked:
    return Asked(("POST", f"{INTERVIEWS}/summary"), {}, {"session": desktop.session})


def start(desktop: Desktop) -> Asked:
    body = ENGINEER | {"interviewId": desktop.interview_id}
    return Asked(("POST", f"{INTERVIEWS}/start"), {}, body)


def start_anew(_: Desktop) -> Asked:
    return Asked(("POST", f"{INTERVIEWS}/start"), {}, ENGINEER)


def select(_: Desktop) -> Asked:
    return Asked(("POST", "/api/v1/models/select"), {}, {"modelId": "granite4:2b"})


HOLD = about("POST", f"{INTERVIEW}/hold", REASON)
RELEASE = about("POST", f"{INTERVIEW}/release", REASON)
FORGET = about("DELETE", INTERVIEW)
ONE = about("GET", INTERVIEW)
EVENTS = about("GET", f"{INTERVIEW}/events")
SESSION = about("GET", f"{INTERVIEW}/session")
TRANSCRIPT = about("GET", f"{INTERVIEW}/transcript")
BUNDLE = about("GET", f"{INTERVIEW}/bundle")
REPLY = about("GET", f"{INTERVIEW}/reply")
STOP = about("DELETE", f"{INTERVIEW}/reply")
ASSESS = about("POST", f"{INTERVIEW}/assessments", {})
ASSESSMENTS = about("GET", f"{INTERVIEW}/assessments")
LIST = plain("GET", INTERVIEWS)
CHECKPOINT = plain("GET", f"{AUDIT}/checkpoint")
STORE_CHECKPOINT = plain("POST", f"{AUDIT}/checkpoint")
KEY = plain("GET", f"{AUDIT}/key")
INCLUSION = plain("GET", f"{AUDIT}/inclusion", position=0)
CONSISTENCY = plain("GET", f"{AUDIT}/consistency", old=1)
VERIFY = plain("POST", f"{AUDIT}/verify")
RULES = plain("GET", "/api/v1/statemachine")
HEALTH = plain("GET", "/health")
MODELS = plain("GET", "/api/v1/models")

LIVE = plain("GET", "/live")
READY = plain("GET", "/ready")
OVERVIEWS = (
    plain("GET", "/api/v1/system/status"),
    plain("GET", "/api/v1/services"),
    plain("GET", "/api/v1/dashboard"),
)
REGISTRY = plain("GET", "/api/v1/scout/agents")
POSTED = (
    posted("/api/v1/voice/synthesize", text="Hello"),
    posted("/api/v1/voice/transcribe", audio_base64="UklG"),
    posted("/api/v1/analytics/sentiment", text="Hello"),
    posted("/api/v1/analytics/trust-report", interview_id="i-1"),
    posted("/api/v1/scout/search", query="Rust"),
    posted("/api/v1/agents/execute", action="status", interview_id="i-1"),
)

ADMIN = "/api/v1/admin"
LOOKS = tuple(
    plain("GET", f"{ADMIN}/{name}") for name in ("settings", "circuits", "models", "redis")
)
CHANGES = (
    plain("POST", f"{ADMIN}/probe"),
    plain("GET", f"{ADMIN}/replies"),
    plain("GET", f"{ADMIN}/drain"),
    END_DRAIN := plain("DELETE", f"{ADMIN}/drain"),
)
BEGIN_DRAIN = plain("POST", f"{ADMIN}/drain")
SWITCHES = tuple(plain("POST", f"{ADMIN}/circuits/{{backend}}/{how}") for how in ("open", "close"))
LOG, SEAL, SCRUB = (
    plain(method, f"{ADMIN}/log{part}")
    for method, part in (("GET", ""), ("POST", "/seal"), ("POST", "/scrub"))
)
LOAD, UNLOAD = (
    plain("POST", f"{ADMIN}/models/{how}", modelId="llama3.2:1b") for how in ("load", "unload")
)

DOCUMENT = posted("/api/v1/documents")

KITS = plain("GET", "/api/v1/kits")
KIT, DELETE_KIT = (of_kit(method, "nurse") for method in ("GET", "DELETE"))
PUT_KIT = of_kit("PUT", "diver", DIVER)
UNKNOWN_KITS = (of_kit("GET", "chef"), of_kit("DELETE", "chef"))
UNWRITTEN_KITS = (of_kit("PUT", NO_FILE, DIVER), of_kit("DELETE", NO_FILE))

WITH_BODY = (start_anew, respond, sum_up, select, HOLD, RELEASE, *POSTED, ASSESS, PUT_KIT)
ON_THE_LOG = (
    *(start_anew, respond, sum_up, HOLD, RELEASE, FORGET, ONE, EVENTS, SESSION, TRANSCRIPT),
    *(BUNDLE, REPLY, LIST, CHECKPOINT, STORE_CHECKPOINT, KEY, INCLUSION, CONSISTENCY),
    *(LOG, SEAL, SCRUB, ASSESS, ASSESSMENTS),
)
EVERY = (
    *(*ON_THE_LOG, VERIFY, select, HEALTH, MODELS, RULES),
    *(LIVE, READY, *OVERVIEWS, REGISTRY, *POSTED, *LOOKS, *CHANGES, DOCUMENT),
    *(KITS, KIT, PUT_KIT),
)
GATED = (*EVERY, STOP, *SWITCHES, LOAD, UNLOAD, BEGIN_DRAIN, DELETE_KIT)
IN_PATH = (
    *(HOLD, RELEASE, FORGET, ONE, EVENTS, SESSION, TRANSCRIPT, BUNDLE, REPLY),
    *(ASSESS, ASSESSMENTS),
)

Reach = Callable[[Stage], httpx.Response]


def on(gateway: str, make: Make, desktop: str, **more: Any) -> Reach:
    """How to ask: of which of the stage's gateways, about which of its interviews."""

    def reach(stage: Stage) -> httpx.Response:
        found = getattr(stage, desktop)
        chosen = found if isinstance(found, Desktop) else found()
        return make(chosen).send(getattr(stage, gateway), **more)

    return reach


def with_body(make: Make, **changes: Any) -> Reach:
    def reach(stage: Stage) -> httpx.Response:
        asked = make(stage.desktop())
        asked.body = asked.body | changes
        return asked.send(stage.gateway)

    return reach


def of_nobody(make: Make) -> Reach:
    def reach(stage: Stage) -> httpx.Response:
        asked = make(stage.desktop())
        asked.id = str(uuid4())
        return asked.send(stage.gateway)

    return reach


def dripping(make: Make) -> Reach:
    """A body that does not come in within the time there is for it."""

    def reach(stage: Stage) -> httpx.Response:
        def drip() -> Iterator[bytes]:
            yield b"{"
            time.sleep(1)
            yield b" "

        headers = {"content-type": "application/json"}
        with pytest.MonkeyPatch.context() as hurried:
            hurried.setattr(protocol, "REQUEST_SECONDS", 0.5)
            return make(stage.desktop()).send(stage.gateway, content=drip(), headers=headers)

    return reach


def of_a_broken_service(make: Make) -> Reach:
    def reach(stage: Stage) -> httpx.Response:
        stage.services.mood = Mood.ERROR_500
        try:
            return make(stage.desktop()).send(stage.gateway)
        finally:
            stage.services.mood = Mood.GOOD

    return reach


def without_a_log(stage: Stage) -> httpx.Response:
    LIST(stage.broken_desktop).send(stage.broken)  # so that it is noticed
    return READY(stage.broken_desktop).send(stage.broken)


def of_a_model_that_no_source_has(_: Stage) -> httpx.Response:
    with GraniteServer() as granite, OllamaServer() as ollama, serving(granite, ollama) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online", ollama="online")
        gateway.get("/api/v1/models")
        return gateway.post(f"{INTERVIEWS}/start", ENGINEER | {"model": "no-such-model"})


def of_one_on_hold(stage: Stage) -> httpx.Response:
    desktop = stage.desktop()
    HOLD(desktop).send(stage.gateway)
    return FORGET(desktop).send(stage.gateway)


def beside_a_reader(stage: Stage) -> httpx.Response:
    desktop = stage.desktop()
    with reading(stage.path / "interviews.db"):
        return FORGET(desktop).send(stage.gateway)


def while_a_reply_is_under_way(_: Stage) -> httpx.Response:
    with OllamaServer() as ollama, serving(ollama, reply_budget_seconds=0.3) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.prompt_seconds = 5.0
        desktop = Desktop(gateway).start(**ENGINEER)
        asked = respond(desktop)
        method, path = asked.operation
        with listening(gateway, method, path, asked.body):
            return STOP(desktop).send(gateway)


def before_its_first_question(_: Stage) -> httpx.Response:
    with OllamaServer() as ollama, serving(ollama, reply_budget_seconds=0.3) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.prompt_seconds = 5.0
        body = ENGINEER | {"interviewId": str(uuid4())}
        with listening(gateway, "POST", f"{INTERVIEWS}/start", body):
            path = f"{INTERVIEWS}/{body['interviewId']}/assessments"
            return gateway.post(path, {})


def once_put(stage: Stage) -> httpx.Response:
    desktop = stage.desktop()
    of_kit("PUT", "nurse", DIVER)(desktop).send(stage.gateway)
    return DELETE_KIT(desktop).send(stage.gateway)


def of_ollama(make: Make) -> Reach:
    """With an Ollama that has the model."""

    def reach(stage: Stage) -> httpx.Response:
        with OllamaServer() as ollama, serving(ollama) as gateway:
            return make(stage.desktop()).send(gateway)

    return reach


def of_an_ollama_that_fails(stage: Stage) -> httpx.Response:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.get(f"{ADMIN}/models")
        ollama.mood = Mood.ERROR_500
        return UNLOAD(stage.desktop()).send(gateway)


def of_granite(make: Make) -> Reach:
    def reach(stage: Stage) -> httpx.Response:
        method, path = make(stage.desktop()).operation
        path = path.replace("{backend}", "granite-interview-service")
        return stage.gateway.client.request(method, path)

    return reach


def begun_and_ended(stage: Stage) -> httpx.Response:
    desktop = stage.desktop()
    begun = BEGIN_DRAIN(desktop).send(stage.gateway)
    END_DRAIN(desktop).send(stage.gateway)  # or nobody else gets a step of an interview
    return begun


def while_it_drains(make: Make) -> Reach:
    def reach(stage: Stage) -> httpx.Response:
        with serving() as gateway:
            gateway.app.state.gateway.drain.begin()
            return make(stage.desktop()).send(gateway)

    return reach


def of_one_that_stops(stage: Stage) -> httpx.Response:
    with serving() as gateway:
        asyncio.run(gateway.app.state.gateway.drain.run(0))
        return END_DRAIN(stage.desktop()).send(gateway)


def moved_on(stage: Stage) -> httpx.Response:
    return start(stage.answered()).send(stage.gateway)


FOREIGN = {"headers": {"origin": "https://evil.example"}}
UNNAMED = {"headers": {"host": "evil.example"}}
HUGE = {"content": b" " * (1024 * 1024 + 1), "headers": {"content-type": "application/json"}}
STALE = {"headers": {"if-match": '"another"'}}
NOT_JSON = {"content": b"role=Chef", "headers": {"content-type": "text/plain"}}

TABLE: list[tuple[Make, int, Reach]] = [
    *((make, 200, on("gateway", make, "desktop")) for make in EVERY),
    *((make, 400, on("gateway", make, "desktop", **UNNAMED)) for make in GATED),
    *((make, 403, on("gateway", make, "desktop", **FOREIGN)) for make in GATED),
    *((make, 408, dripping(make)) for make in WITH_BODY),
    (DOCUMENT, 408, dripping(DOCUMENT)),
    *((make, 413, on("gateway", make, "desktop", **HUGE)) for make in WITH_BODY),
    (DOCUMENT, 413, on("gateway", DOCUMENT, "desktop", content=b" " * (5 * 1024 * 1024 + 1))),
    *((make, 415, on("gateway", make, "desktop", **NOT_JSON)) for make in WITH_BODY),
    *((make, 503, on("broken", make, "broken_desktop")) for make in (*ON_THE_LOG, STOP)),
    (READY, 503, without_a_log),
    *((make, 502, of_a_broken_service(make)) for make in (*POSTED, REGISTRY)),
    *((make, 503, on("strict", make, "desktop")) for make in (*POSTED, REGISTRY)),
    *((make, 422, on("gateway", make, "desktop", json=[])) for make in POSTED),
    (STOP, 202, while_a_reply_is_under_way),
    (STOP, 404, on("gateway", STOP, "desktop")),
    *((make, 404, of_nobody(make)) for make in IN_PATH),
    (FORGET, 202, beside_a_reader),
    (start, 404, of_a_model_that_no_source_has),
    (respond, 404, on("strict", respond, "desktop")),
    (sum_up, 404, on("strict", sum_up, "desktop")),
    (select, 404, with_body(select, modelId="no-such-model")),
    (start, 409, moved_on),
    (respond, 409, on("gateway", respond, "answered")),
    (sum_up, 409, on("gateway", sum_up, "answered")),
    (FORGET, 409, of_one_on_hold),
    (VERIFY, 409, on("strict", VERIFY, "desktop")),
    *(
        (make, 410, on("gateway", make, "forgotten"))
        for make in (
            *(start, respond, sum_up, HOLD, RELEASE, ONE, SESSION, REPLY, STOP),
            *(ASSESS, ASSESSMENTS),
        )
    ),
    (start, 422, with_body(start_anew, role="Chef")),
    (respond, 422, with_body(respond, message=" ")),
    (sum_up, 422, with_body(sum_up, session={"messages": []})),
    (select, 422, with_body(select, modelId="")),
    (HOLD, 422, with_body(HOLD, reason="")),
    (RELEASE, 422, with_body(RELEASE, reason="")),
    (FORGET, 422, on("gateway", FORGET, "desktop", params={"reason": ""})),
    (SESSION, 422, on("gateway", SESSION, "desktop", params={"version": 1})),
    (TRANSCRIPT, 422, on("gateway", TRANSCRIPT, "desktop", params={"format": "docx"})),
    (LIST, 422, on("gateway", LIST, "desktop", params={"limit": 0})),
    (INCLUSION, 422, on("gateway", INCLUSION, "desktop", params={})),
    *((make, 200, of_granite(make)) for make in SWITCHES),
    *((make, 404, on("gateway", make, "desktop")) for make in SWITCHES),
    *((make, 200, of_ollama(make)) for make in (LOAD, UNLOAD)),
    *((make, 404, on("gateway", make, "desktop")) for make in (LOAD, UNLOAD)),
    *((make, 422, on("gateway", make, "desktop", params={})) for make in (LOAD, UNLOAD)),
    (UNLOAD, 503, of_an_ollama_that_fails),
    (DOCUMENT, 422, on("gateway", DOCUMENT, "desktop", content=b"")),
    (DOCUMENT, 503, while_it_drains(DOCUMENT)),
    (BEGIN_DRAIN, 200, begun_and_ended),
    (END_DRAIN, 409, of_one_that_stops),
    (ASSESS, 409, before_its_first_question),
    (ASSESS, 422, with_body(ASSESS, by="Ada")),
    (DELETE_KIT, 204, once_put),
    *((make, 404, on("gateway", make, "desktop")) for make in UNKNOWN_KITS),
    (KIT, 409, on("gateway", of_kit("GET", NO_FILE), "desktop")),
    *((make, 409, on("strict", make, "desktop")) for make in (PUT_KIT, DELETE_KIT)),
    (PUT_KIT, 412, on("gateway", PUT_KIT, "desktop", **STALE)),
    (DELETE_KIT, 412, on("gateway", of_kit("DELETE", NO_FILE), "desktop", **STALE)),
    (PUT_KIT, 422, with_body(PUT_KIT, role="")),
    *((make, 503, on("gateway", make, "desktop")) for make in UNWRITTEN_KITS),
    (CONSISTENCY, 422, on("gateway", CONSISTENCY, "desktop", params={"old": -1})),
]

_SOMEBODY = Desktop.__new__(Desktop)
_SOMEBODY.session = {"interviewId": ""}
"""To ask a request what it is of, before there is a gateway."""

CASES = [(make(_SOMEBODY).operation, status, reach) for make, status, reach in TABLE]


@pytest.mark.parametrize(
    ("operation", "status", "reach"), CASES, ids=[f"{s} {m} {p}" for (m, p), s, _ in CASES]
)
def test_the_status_is_reached_and_answered_as_documented(
    stage: Stage, documented: Documented, operation: Operation, status: int, reach: Reach
) -> None:
    response = reach(stage)
    assert response.status_code == status, response.text
    assert documented.check(response) == operation


def test_each_documented_status_has_a_request_and_no_other_has(documented: Documented) -> None:
    assert {(operation, status) for operation, status, _ in CASES} == documented.statuses
    assert len(CASES) == len(documented.statuses)
