"""Two gateway processes on one database: the same move at both is made once, and neither a gateway
that is killed in mid-reply nor one that sleeps through its claim loses or doubles anything."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import OllamaServer
from tests.http_clients import http_client
from tests.postgres import needs_postgres
from tests.processes import Process, gateway_process
from tests.sharing import InDatabase

pytestmark = needs_postgres

START, RESPOND = (f"/api/v1/interviews/{name}" for name in ("start", "respond"))
MOVES = int(os.environ.get("MOVES_AT_BOTH", "30"))
ROUNDS = int(os.environ.get("GATEWAYS_KILLED", "2"))
SLOWLY = 25.0
REPLY = "Thank you, that is clear to me now, and I see it. Question 2: How do you test it?"


@dataclass
class Pair:
    """Two gateways and their backend."""

    gateways: list[Process]
    folder: Path
    ollama: OllamaServer
    environment: dict[str, str]
    stack: ExitStack
    log: InDatabase

    def start(self) -> Process:
        """Another gateway on the log."""
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        gateway = self.stack.enter_context(gateway_process(folder, **self.environment))
        give_up = time.monotonic() + 20
        while not _is_online(gateway):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        return gateway

    def begun(self) -> dict[str, Any]:
        """An answer to an interview's first question, whose reply comes slowly."""
        self.ollama.tokens_per_second, self.ollama.script = None, []
        session = self.gateways[0].client.post(
            START, json={"role": "Software Engineer", "totalQuestions": 3}
        )
        self.ollama.tokens_per_second, self.ollama.script = SLOWLY, [REPLY]
        self.ollama.requests.clear()
        return {"session": session.json(), "message": "I wrote a parser."}

    def wait_for_draft(self, body: dict[str, Any]) -> None:
        """Wait until the log keeps what has been said of the reply."""
        give_up = time.monotonic() + 20
        while body["session"]["interviewId"] not in self.log.drafted():
            assert time.monotonic() < give_up
            time.sleep(0.01)

    def kinds(self, gateway: Process, body: dict[str, Any]) -> list[str]:
        id = body["session"]["interviewId"]
        events = gateway.client.get(f"/api/v1/interviews/{id}/events").json()["events"]
        return [event["kind"] for event in events]


def _is_online(gateway: Process) -> bool:
    services = gateway.client.get("/health").json()["services"]
    return bool({s["name"]: s["status"] for s in services}["ollama"] == "online")


@contextmanager
def pair_in(folder: Path) -> Iterator[Pair]:
    log = InDatabase(folder)
    with OllamaServer() as ollama, ExitStack() as stack:
        ollama.loaded = {ollama.models[0]["name"]: 4096}
        environment = {
            "EVENTLOG_URL": log.url,
            "EVENTLOG_KEY": str(folder / "log.key"),
            "OLLAMA_URL": ollama.url,
        }
        (folder / "gateways").mkdir()
        pair = Pair([], folder / "gateways", ollama, environment, stack, log)
        pair.gateways = [pair.start(), pair.start()]
        yield pair


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pair_in(tmp_path) as found:
        yield found


class Stream:
    """The events of a stream, read in the background."""

    def __init__(self, gateway: Process, body: dict[str, Any]) -> None:
        self.lines: list[str] = []
        self.broke = False
        self._thread = threading.Thread(target=self._read, args=(gateway.url, body))
        self._thread.start()

    def _read(self, url: str, body: dict[str, Any]) -> None:
        try:
            with (
                http_client(base_url=url, timeout=30) as client,
                client.stream(
                    "POST", RESPOND, json=body, headers={"accept": "text/event-stream"}
                ) as response,
            ):
                for line in response.iter_lines():
                    self.lines.append(line)
        except httpx.HTTPError:
            self.broke = True

    def wait_for(self, text: str) -> None:
        give_up = time.monotonic() + 30
        while not any(text in line for line in self.lines):
            assert time.monotonic() < give_up, self.lines
            time.sleep(0.01)

    def end(self) -> list[str]:
        self._thread.join(40)
        assert not self._thread.is_alive()
        return self.lines


def test_the_same_move_at_both_is_made_once(pair: Pair) -> None:
    session: dict[str, Any] = {"isComplete": True}
    with ThreadPoolExecutor(2) as pool:
        for n in range(MOVES):
            if session["isComplete"]:
                session = (
                    pair.gateways[0]
                    .client.post(START, json={"role": "Data Analyst", "totalQuestions": 15})
                    .json()
                )
                pair.ollama.requests.clear()
                asked = 0
            body, begin = {"session": session, "message": f"My answer {n}."}, threading.Barrier(2)

            def post(
                gateway: Process,
                body: dict[str, Any] = body,
                begin: threading.Barrier = begin,
            ) -> httpx.Response:
                begin.wait()
                return gateway.client.post(RESPOND, json=body)

            first, second = pool.map(post, pair.gateways)
            assert (first.status_code, second.status_code) == (200, 200)
            assert first.json() == second.json()
            session, asked = first.json(), asked + 1
            assert pair.ollama.count("/api/chat") == asked
    kinds = pair.kinds(pair.gateways[0], {"session": session})
    assert kinds.count("answer-given") == kinds.count("question-asked") - 1 + session["isComplete"]


def test_both_list_a_reply_and_one_says_that_it_makes_it(pair: Pair) -> None:
    body = pair.begun()
    pair.ollama.tokens_per_second = SLOWLY / 5  # while it lasts, both are asked
    streams = []
    for gateway in pair.gateways:
        streams.append(Stream(gateway, body))
        streams[-1].wait_for("clear")
    (here,), (there,) = (
        gateway.client.get("/api/v1/admin/replies").json()["replies"] for gateway in pair.gateways
    )
    assert here["interviewId"] == there["interviewId"]
    assert (here["madeHere"], there["madeHere"]) == (True, False)
    for stream in streams:
        assert any("event: done" in line for line in stream.end())


def test_the_other_gateway_goes_on_when_one_is_killed_in_mid_reply(pair: Pair) -> None:
    for _ in range(ROUNDS):
        body = pair.begun()
        stream = Stream(pair.gateways[0], body)
        stream.wait_for("clear")
        pair.wait_for_draft(body)
        pair.gateways[0].stop(signal.SIGKILL)
        reply = pair.gateways[1].client.post(RESPOND, json=body, timeout=20)
        assert reply.status_code == 200, reply.text
        stream.end()
        kinds = pair.kinds(pair.gateways[1], body)
        assert kinds[2:] == ["answer-given", "reply-interrupted", "question-asked"]
        again = pair.gateways[1].client.post(RESPOND, json=body)
        assert again.json() == reply.json()
        pair.gateways[0] = pair.start()
        assert pair.gateways[0].client.post(RESPOND, json=body).json() == reply.json()


def test_a_gateway_that_slept_through_its_claim_changes_nothing(pair: Pair) -> None:
    for _ in range(ROUNDS):
        body = pair.begun()
        stream = Stream(pair.gateways[0], body)
        stream.wait_for("clear")
        os.kill(pair.gateways[0].popen.pid, signal.SIGSTOP)
        try:
            reply = pair.gateways[1].client.post(RESPOND, json=body, timeout=20)
        finally:
            os.kill(pair.gateways[0].popen.pid, signal.SIGCONT)
        assert reply.status_code == 200, reply.text
        assert any("event: done" in line for line in stream.end())
        kinds = pair.kinds(pair.gateways[0], body)
        assert kinds.count("question-asked") == 2
        assert kinds.count("answer-given") == 1
        assert pair.gateways[0].client.post(RESPOND, json=body).json() == reply.json()
