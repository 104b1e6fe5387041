"""Those who listen to a reply: however many there are, whether they read or not, and how they
leave, the reply is made once, and nothing of it is left behind."""

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.http import protocol
from tests.desktop import Desktop
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.http_clients import async_http_client
from tests.processes import gateway_process
from tests.reliability.counting import CAN_COUNT, held_at_rest, held_by
from tests.streams import EVENTS, events_in, heard, listening, shown

RESPOND = "/api/v1/interviews/respond"
REPLY = "Thank you, that is clear to me. Question 2: How do you test what you build for others?"
SLOWLY = 15.0

MANY = 100
SILENT = 10
LONG_REPLY = " ".join(f"word{number}" for number in range(380)) + " and why?"
"""As long as a model may get, and as events more than the system takes for a client that does not
read."""

REPLIES = 200
MOST_GROWTH = 12
"""MB that a gateway may hold more after so many replies. It keeps the interviews it has held."""


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        running.loaded = {running.models[0]["name"]: 4096}
        yield running


def begun(gateway: Served, ollama: OllamaServer, reply: str, pace: float | None) -> Desktop:
    """An interview at its first question, with this reply to come."""
    gateway.wait_until_noticed(ollama="online")
    desktop = Desktop(gateway).start(totalQuestions=3)
    ollama.script, ollama.tokens_per_second = [reply], pace
    return desktop


def answer_to(desktop: Desktop) -> dict[str, Any]:
    return {"session": desktop.session, "message": "I wrote a parser."}


def reply_path(desktop: Desktop) -> str:
    return f"/api/v1/interviews/{desktop.interview_id}/reply"


def test_a_hundred_listeners_hear_the_same_reply_to_its_end(ollama: OllamaServer) -> None:
    async def listen(client: httpx.AsyncClient, path: str) -> str:
        async with client.stream("GET", path, headers=EVENTS) as response:
            lines = [line async for line in response.aiter_lines()]
        data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
        resets = [at for at, each in enumerate(data) if "reason" in each]
        words = "".join(each.get("text", "") for each in data[resets[-1] if resets else 0 :])
        assert words == data[-1]["session"]["messages"][-1]["content"]
        return words

    async def listen_all(url: str, path: str) -> list[str]:
        limits = httpx.Limits(max_connections=MANY)
        async with async_http_client(base_url=url, timeout=30, limits=limits) as client:
            return await asyncio.gather(*(listen(client, path) for _ in range(MANY)))

    with serving(ollama) as gateway:
        desktop = begun(gateway, ollama, REPLY, SLOWLY / 3)
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            next(event for event in events if event.name == "delta")
            found = asyncio.run(listen_all(gateway.url, reply_path(desktop)))
            assert list(events)[-1].name == "done"
    assert found == [REPLY] * MANY
    assert ollama.count("/api/chat") == 2, "the opening, and this reply, once"


def test_listeners_that_never_read_are_let_go_and_keep_nobody_waiting(
    ollama: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.5)
    with serving(ollama, send_buffer=4096) as gateway:
        desktop = begun(gateway, ollama, LONG_REPLY, 300)
        path = reply_path(desktop)
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            had = [next(events)]
            silent = [_listener_that_does_not_read(gateway, path) for _ in range(SILENT)]
            had += events
        assert shown(had) == LONG_REPLY
        for sock in silent:
            with sock:
                assert b"event: done" not in _all_that_was_sent(sock)


def _listener_that_does_not_read(gateway: Served, path: str) -> socket.socket:
    url = httpx.URL(gateway.url)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect((url.host, url.port))
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    return sock


def _all_that_was_sent(sock: socket.socket) -> bytes:
    """What had come when the gateway ended the connection."""
    received = b""
    sock.settimeout(20)
    with suppress(ConnectionResetError):
        while piece := sock.recv(65536):
            received += piece
    return received


def test_who_says_twice_to_wait_no_longer_ends_one_reply(ollama: OllamaServer) -> None:
    with serving(ollama) as gateway:
        desktop = begun(gateway, ollama, REPLY, SLOWLY)
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            next(event for event in events if event.name == "delta")
            path = reply_path(desktop)
            statuses = [gateway.client.delete(path).status_code for _ in range(2)]
            rest = list(events)
        assert statuses[0] == 202
        assert statuses[1] in (202, 404), "it may be over by then"
        assert [event.name for event in rest].count("done") == 1
        recorded = gateway.get(f"/api/v1/interviews/{desktop.interview_id}/events").json()
        kinds = [event["kind"] for event in recorded["events"]]
        assert kinds.count("answer-given") == 1
        assert kinds.count("question-asked") == 2
        assert gateway.client.delete(path).status_code == 404


def test_no_task_outlives_its_reply(ollama: OllamaServer) -> None:
    """Tasks cannot be counted from outside: so this gateway is one of this process."""
    with serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")

        async def tasks() -> list[str]:
            return [task.get_name().rstrip("0123456789") for task in asyncio.all_tasks()]

        gateway.app.add_api_route("/tasks", tasks)
        before = Counter(gateway.get("/tasks").json())
        for leave in (_hear_all, _leave_in_the_midst, _wait_no_longer):
            ollama.tokens_per_second = None
            leave(gateway, begun(gateway, ollama, REPLY, SLOWLY))
        deadline = time.monotonic() + 20
        while more := Counter(gateway.get("/tasks").json()) - before:
            # A probe may be under way just now; what was left behind would stay.
            assert time.monotonic() < deadline, more
            time.sleep(0.05)


def _hear_all(gateway: Served, desktop: Desktop) -> None:
    assert heard(gateway, RESPOND, answer_to(desktop))[-1].name == "done"


def _leave_in_the_midst(gateway: Served, desktop: Desktop) -> None:
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        next(event for event in events_in(response) if event.name == "delta")


def _wait_no_longer(gateway: Served, desktop: Desktop) -> None:
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        events = events_in(response)
        next(event for event in events if event.name == "delta")
        gateway.client.delete(reply_path(desktop))
        assert list(events)[-1].name == "done"


@pytest.mark.alone
@pytest.mark.skipif(not CAN_COUNT, reason="only Linux shows what a process holds")
def test_two_hundred_replies_leave_nothing_behind(ollama: OllamaServer, tmp_path: Path) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = Served(FastAPI(), process.url, process.client)
        gateway.wait_until_noticed(ollama="online")
        _hear_replies(gateway, REPLIES // 4)  # what is done once is done
        before = held_by(process.popen.pid)
        _hear_replies(gateway, REPLIES)
        after = held_at_rest(process.popen.pid, before)
        assert after.is_within(before), (before, after)
        assert after.memory - before.memory <= MOST_GROWTH, (before, after)


def _hear_replies(gateway: Served, count: int) -> None:
    """So many replies, each in words; every fourth one is left in its midst."""
    desktop = Desktop(gateway).start(totalQuestions=15)
    for number in range(count):
        if desktop.session["currentQuestion"] == 15:
            desktop = Desktop(gateway).start(totalQuestions=15)
        body = {"session": desktop.session, "message": f"This is answer {number}."}
        if number % 4 == 0:
            with listening(gateway, "POST", RESPOND, body) as response:
                next(events_in(response))
        desktop.session = heard(gateway, RESPOND, body)[-1].data["session"]
