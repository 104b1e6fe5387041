"""A gateway that is told to stop: it loses no reply, and takes nothing new; and its probes."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from api.http import protocol, server
from api.http.listening import bound
from tests.fakes import OllamaServer
from tests.fakes.forwarded import ForwardedServer
from tests.fakes.moods import Mood
from tests.forked import PATIENCE
from tests.gateways import Served, serving
from tests.processes import Process, gateway_process
from tests.stopwatch import Stopwatch
from tests.streams import EVENTS, Event, events_in, shown

START, RESPOND, SUMMARY = (f"/api/v1/interviews/{name}" for name in ("start", "respond", "summary"))
TTS = "/api/v1/voice/synthesize"
ENGINEER = {"role": "Software Engineer", "totalQuestions": 3}
REPLY = "Thank you, that is clear. Question 2: How do you test what you build?"


class Listener(Thread):
    """Posts an answer and hears its reply out."""

    def __init__(self, gateway: Process, session: Any) -> None:
        super().__init__()
        self.body = {"session": session, "message": "I wrote a parser."}
        self.events: list[Event] = []
        self._gateway = gateway

    def run(self) -> None:
        with self._gateway.client.stream(
            "POST", RESPOND, json=self.body, headers=EVENTS, timeout=30
        ) as response:
            for event in events_in(response):
                self.events.append(event)

    def wait_for_words(self) -> None:
        deadline = time.monotonic() + 10
        while not any(event.name == "delta" for event in self.events):
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        yield server


def answering(gateway: Process, ollama: OllamaServer) -> Listener:
    """An interview whose second question is being written, slowly."""
    gateway.wait_for(r"Services up: (.*ollama.*)")
    session = gateway.client.post(START, json=ENGINEER).json()
    ollama.script, ollama.tokens_per_second = [REPLY], 8.0
    listener = Listener(gateway, session)
    listener.start()
    listener.wait_for_words()
    return listener


def wait_until_draining(gateway: Process) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE
    while (found := gateway.client.get("/ready")).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def test_sigterm_lets_a_reply_end_and_refuses_what_is_new(
    tmp_path: Path, ollama: OllamaServer
) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as gateway:
        other = gateway.client.post(START, json=ENGINEER).json()
        listener = answering(gateway, ollama)
        gateway.popen.send_signal(signal.SIGTERM)
        unready = wait_until_draining(gateway)
        assert unready.json()["type"] == "/problems/not-ready"
        assert unready.headers["retry-after"] == "5"
        assert gateway.client.get("/live").status_code == 200
        assert gateway.client.get("/health").json()["gateway"]["draining"] is True

        for path, body in (
            (START, ENGINEER),
            (RESPOND, {"session": other, "message": "An answer."}),
            (SUMMARY, {"session": other}),
            (TTS, {"text": "Hello"}),
        ):
            refused = gateway.client.post(path, json=body)
            assert (refused.status_code, refused.json()["type"]) == (503, "/problems/draining")
            assert refused.json()["answerTaken"] is False
            assert refused.headers["retry-after"] == "5"
        # A retry of what was taken before is no new step.
        retried = gateway.client.post(RESPOND, json=listener.body).json()

        listener.join()
        assert gateway.popen.wait(PATIENCE) == 0
    assert listener.events[-1].name == "done"
    assert shown(listener.events) == REPLY
    assert retried == listener.events[-1].data["session"]
    assert "Traceback" not in gateway.printed


def test_a_reply_that_outlasts_the_limit_ends_with_what_it_has(
    tmp_path: Path, ollama: OllamaServer
) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url, DRAIN_SECONDS="0.2") as gateway:
        listener = answering(gateway, ollama)
        watch = Stopwatch()
        gateway.popen.send_signal(signal.SIGTERM)
        listener.join()
        assert gateway.popen.wait(PATIENCE) == 0
        assert watch.seconds() < 3
    assert listener.events[-1].name == "done"
    assert shown(listener.events) != REPLY


@pytest.mark.parametrize("signals", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT,)])
def test_ctrl_c_or_a_second_signal_waits_for_no_model(
    tmp_path: Path, ollama: OllamaServer, signals: tuple[int, ...]
) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as gateway:
        listener = answering(gateway, ollama)
        for number in signals[:-1]:
            gateway.popen.send_signal(number)
            wait_until_draining(gateway)
        gateway.popen.send_signal(signals[-1])
        listener.join()
        assert gateway.popen.wait(PATIENCE) == 0
    assert listener.events[-1].name == "done"
    assert shown(listener.events) != REPLY


def test_a_call_to_another_service_ends_too(tmp_path: Path) -> None:
    with ForwardedServer() as voice, gateway_process(tmp_path, VOICE_URL=voice.url) as gateway:
        voice.moods["/voice"], voice.delay = Mood.SLOW, 0.6
        answers: list[httpx.Response] = []
        body = {"text": "Hello"}
        asking = Thread(target=lambda: answers.append(gateway.client.post(TTS, json=body)))
        asking.start()
        while not voice.count("/voice"):
            time.sleep(0.01)
        gateway.popen.send_signal(signal.SIGTERM)
        asking.join()
        assert gateway.popen.wait(PATIENCE) == 0
    assert answers[0].json() == {"echo": body}


def test_a_gateway_that_does_nothing_stops_at_once(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        watch = Stopwatch()
        assert gateway.stop(signal.SIGTERM) == 0
        assert watch.seconds() < 1.5


def test_a_request_on_its_way_is_answered_while_the_gateway_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy has connected and not sent it yet. Closing the connection would lose it."""
    monkeypatch.setattr(protocol, "FIRST_REQUEST_SECONDS", 30.0)

    async def nothing() -> None: ...

    async def answer_to_a_late_request() -> bytes:
        config = uvicorn.Config(
            PlainTextResponse("heard"), http=protocol.Protocol, log_config=None, lifespan="off"
        )
        stopped = server.Server(config, nothing, nothing)
        with bound("127.0.0.1", 0) as (listener,):
            place = listener.getsockname()
            serving = asyncio.create_task(stopped.serve([listener]))
            while not stopped.started:  # noqa: ASYNC110 - uvicorn has no event
                await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection(*place)
            stopped.should_exit = True
            while listener.fileno() != -1:  # noqa: ASYNC110 - nor here
                await asyncio.sleep(0.01)
            await asyncio.sleep(0)  # so that the connections are told, too
            writer.write(b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            heard = await reader.read()
            writer.close()
            await serving
        return heard

    assert asyncio.run(answer_to_a_late_request()).endswith(b"heard")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_gateway_in_order_is_alive_and_ready(alone: Served, method: str) -> None:
    for path in ("/live", "/ready"):
        response = alone.client.request(method, path)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"


def test_a_gateway_whose_log_cannot_be_written_is_alive_and_not_ready(tmp_path: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db") as gateway:
        (tmp_path / "interviews.db").rename(tmp_path / "away.db")
        gateway.post(START, ENGINEER)  # so that it is noticed
        assert gateway.get("/live").json() == {"status": "alive"}
        unready = gateway.get("/ready")
        assert unready.json()["detail"] == "The event log cannot be written."


def test_what_drains_can_take_work_again(alone: Served) -> None:
    drain = alone.app.state.gateway.drain
    drain.begin()
    assert alone.post(START, ENGINEER).status_code == 503
    assert drain.under_way == 0
    drain.end()
    assert alone.post(START, ENGINEER).status_code == 200
    assert alone.get("/ready").status_code == 200
