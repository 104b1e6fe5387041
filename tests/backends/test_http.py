"""HTTP to services that may be broken or hostile: a checked value, or a reason, at small cost."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TypeVar

import pytest
from pydantic import BaseModel

from backends import http
from backends.address import Address
from backends.errors import BackendError
from backends.http import (
    CONNECTIONS_KEPT,
    MAX_BYTES,
    MAX_REFUSAL_BYTES,
    Busy,
    Connections,
    Missing,
    Refusal,
    Service,
)
from tests.backends.faults import REASONS
from tests.backends.surroundings import NOWHERE, PATIENCE, eventually
from tests.fakes import FakeServer, Mood
from tests.fakes.server import Routes
from tests.fakes.streams import Piece, StreamReply
from tests.fakes.wire import Reply, json_reply
from tests.stopwatch import Stopwatch

T = TypeVar("T")


class Health(BaseModel):
    status: str


class Desk(FakeServer):
    """Echoes what is posted, and sends `reply` to who asks for it."""

    name = "desk"
    reply = json_reply({"status": "healthy"})

    def routes(self) -> Routes:
        return {
            **super().routes(),
            ("GET", "/reply"): lambda _body, _mood: self.reply,
            ("POST", "/reply"): lambda _body, _mood: self.reply,
            ("POST", "/echo"): lambda body, _mood: json_reply(body),
        }


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as server:
        yield server


def asked(url: str, ask: Callable[[Service], Awaitable[T]]) -> T:
    """What `ask` makes of the service at `url`."""

    async def use() -> T:
        async with aclosing(Connections()) as connections, asyncio.timeout(PATIENCE):
            return await ask(Service(connections, Address(url)))

    return asyncio.run(use())


def health_of(server: FakeServer, path: str = "/health") -> Health:
    return asked(server.url, lambda service: service.get(path, Health))


def refusal_of(server: FakeServer, path: str = "/health") -> str:
    with pytest.raises(BackendError) as caught:
        health_of(server, path)
    return str(caught.value)


def test_a_get_gives_the_answer_in_its_shape(desk: Desk) -> None:
    assert health_of(desk) == Health(status="healthy")
    (request,) = desk.requests
    assert (request.method, request.path, request.body) == ("GET", "/health", None)
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


def test_a_post_sends_json(desk: Desk) -> None:
    body = {"message": "Grüße, 世界"}
    assert asked(desk.url, lambda service: service.post("/echo", body, dict[str, str])) == body
    (request,) = desk.requests
    assert (request.method, request.path, request.body) == ("POST", "/echo", body)
    assert request.headers["content-type"] == "application/json"


def test_a_slash_at_the_end_of_the_base_url_is_not_doubled(desk: Desk) -> None:
    asked(f"{desk.url}/", lambda service: service.get("/health", Health))
    assert desk.requests[0].path == "/health"


def test_a_status_is_given_as_it_came_and_its_body_left_unread(desk: Desk) -> None:
    for mood, status in [(Mood.ENDLESS, 200), (Mood.REDIRECT, 302), (Mood.ERROR_500, 500)]:
        desk.mood = mood
        assert asked(desk.url, lambda service: service.status("/health")) == status


def test_what_is_not_there_is_missing(desk: Desk) -> None:
    with pytest.raises(Missing, match="HTTP 404"):
        health_of(desk, "/nothing")


def test_a_redirect_is_refused_and_not_followed(desk: Desk) -> None:
    desk.mood = Mood.REDIRECT
    assert refusal_of(desk) == "Redirects elsewhere (HTTP 302)"
    assert desk.count() == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_answer_is_refused(desk: Desk, encoding: str) -> None:
    desk.reply = Reply(b"\x00", headers={"content-encoding": encoding})
    assert refusal_of(desk, "/reply") == "Sent a compressed answer, which was not asked for"


def test_an_answer_of_1_mib_is_taken_and_one_byte_more_is_not(desk: Desk) -> None:
    answer = b'{"status": "healthy"}'
    desk.reply = Reply(answer.rjust(1024 * 1024))
    assert health_of(desk, "/reply") == Health(status="healthy")
    desk.reply = Reply(answer.rjust(1024 * 1024 + 1))
    assert refusal_of(desk, "/reply") == "Answered more than 1 MiB"


@pytest.mark.parametrize("mood", [Mood.HUGE_BODY, Mood.GZIP_BOMB, Mood.ENDLESS])
def test_an_answer_that_is_too_large_costs_little_time_and_memory(desk: Desk, mood: Mood) -> None:
    desk.mood = mood
    watch = Stopwatch()
    tracemalloc.start()
    try:
        refusal_of(desk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert watch.seconds() < 5
    assert peak < 16 * MAX_BYTES  # of 100; the fake's own buffers, in this process too, included


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (NOWHERE, "Connection refused"),
        ("http://no..name", "Could not connect"),
        ("http://xn--", "Could not be asked"),  # which cannot be decoded
        ("http://☃.example", "Could not be asked"),  # httpx finds this out only when asked
    ],
)
@pytest.mark.parametrize("way", ["get", "status"])
def test_an_address_that_leads_nowhere_is_a_backend_error(url: str, reason: str, way: str) -> None:
    async def ask(service: Service) -> object:
        return await (service.status("/") if way == "status" else service.get("/", Health))

    with pytest.raises(BackendError) as caught:
        asked(url, ask)
    assert str(caught.value) == reason


def test_proxies_of_the_environment_are_passed_by(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    monkeypatch.setenv("ALL_PROXY", NOWHERE)
    assert health_of(desk).status == "healthy"


def test_a_cookie_is_not_sent_to_another_service_of_the_same_host(desk: Desk) -> None:
    desk.reply = replace(desk.reply, headers={"set-cookie": "session=secret; Path=/"})

    async def ask() -> None:
        async with aclosing(Connections()) as connections:
            with Desk() as other:
                await Service(connections, Address(desk.url)).get("/reply", Health)
                await Service(connections, Address(other.url)).get("/reply", Health)
            assert "cookie" not in other.requests[0].headers

    asyncio.run(ask())


def test_a_hundred_that_wait_for_a_slow_answer_keep_nobody_else_waiting(desk: Desk) -> None:
    desk.moods["/reply"] = Mood.HANG

    async def ask(service: Service) -> Health:
        waiting = [asyncio.create_task(service.get("/reply", Health)) for _ in range(100)]
        await eventually(lambda: desk.count("/reply") == 100)
        health = await service.get("/health", Health)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return health

    assert asked(desk.url, ask).status == "healthy"


# Not DRIP and HANG_ACCEPT: fakes that do not look notice late, or never, that a client has gone.
@pytest.mark.parametrize("mood", [Mood.GOOD, Mood.SLOW, Mood.HANG, *REASONS])
def test_a_service_asked_again_and_again_holds_one_connection_at_most(
    desk: Desk, mood: Mood
) -> None:
    desk.mood, desk.delay = mood, 0.1

    async def ask_thrice() -> None:
        async with aclosing(Connections()) as connections:
            service = Service(connections, Address(desk.url))
            for _ in range(3):
                with suppress(BackendError, TimeoutError):
                    async with asyncio.timeout(0.05):
                        await service.get("/health", Health)
            await eventually(lambda: desk.connections <= 1)
        await eventually(lambda: desk.connections == 0)

    asyncio.run(ask_thrice())


def test_of_many_connections_some_are_kept_and_none_that_nobody_uses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mood, desk.delay = Mood.SLOW, 0.2

    async def ask_at_once(service: Service, count: int) -> None:
        await asyncio.gather(*(service.get("/health", Health) for _ in range(count)))

    async def ask() -> None:
        async with aclosing(Connections()) as connections:
            service = Service(connections, Address(desk.url))
            await ask_at_once(service, CONNECTIONS_KEPT + 8)
            await eventually(lambda: desk.connections <= CONNECTIONS_KEPT)
            await ask_at_once(service, CONNECTIONS_KEPT)
            assert desk.connections == CONNECTIONS_KEPT, "they are used again"
            monkeypatch.setattr(http, "KEPT_SECONDS", 0.1)
            await asyncio.sleep(0.2)
            await ask_at_once(service, 1)
            await eventually(lambda: desk.connections == 1)

    asyncio.run(ask())


# Streams


def streamed(desk: Desk, *pieces: Piece) -> None:
    """From now on the desk answers so."""
    desk.reply = StreamReply(b"".join(piece.data for piece in pieces), pieces=pieces)


async def chunks_of(service: Service, path: str = "/reply") -> list[bytes]:
    async with aclosing(service.stream(path, {})) as chunks:
        return [chunk async for chunk in chunks]


def test_a_stream_is_given_as_it_comes(desk: Desk) -> None:
    streamed(desk, Piece(b"One"), Piece(b", two", pause=0.05), Piece(b", three", pause=0.05))
    assert asked(desk.url, chunks_of) == [b"One", b", two", b", three"]
    (request,) = desk.requests
    assert (request.method, request.body) == ("POST", {})


def test_a_chunk_is_there_before_the_next_is_sent(desk: Desk) -> None:
    streamed(desk, Piece(b"One"), Piece(b"two", pause=60))

    async def first(service: Service) -> bytes:
        async with aclosing(service.stream("/reply", {})) as chunks:
            return await anext(chunks)

    assert asked(desk.url, first) == b"One"


def test_closing_a_stream_ends_its_connection(desk: Desk) -> None:
    streamed(desk, Piece(b"One"), Piece(b"two", pause=60))

    async def close(service: Service) -> None:
        chunks = service.stream("/reply", {})
        await anext(chunks)
        assert desk.connections == 1
        await chunks.aclose()
        await eventually(lambda: desk.connections == 0)

    asked(desk.url, close)


def test_a_stream_that_was_read_leaves_its_connection_for_the_next(desk: Desk) -> None:
    streamed(desk, Piece(b"One"), Piece(b"two", pause=0.05))

    async def read(service: Service) -> None:
        for _ in range(3):
            await chunks_of(service)
            assert desk.connections == 1

    asked(desk.url, read)


def test_a_stream_of_more_than_1_mib_is_cut_off(desk: Desk) -> None:
    streamed(desk, *[Piece(bytes(MAX_BYTES // 4))] * 5)

    received = 0

    async def read(service: Service) -> None:
        nonlocal received
        async with aclosing(service.stream("/reply", {})) as chunks:
            async for chunk in chunks:
                received += len(chunk)

    with pytest.raises(BackendError, match="Answered more than 1 MiB"):
        asked(desk.url, read)
    assert MAX_BYTES // 2 < received <= MAX_BYTES


@pytest.mark.parametrize("error", ["It is broken.", {"message": "It is broken.", "code": 1}])
@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refusal), (404, Missing), (500, Refusal), (503, Busy)]
)
def test_a_refused_stream_tells_why_to_the_backend_alone(
    desk: Desk, status: int, kind: type[Refusal], error: object
) -> None:
    desk.reply = json_reply({"error": error}, status)
    with pytest.raises(Refusal) as caught:
        asked(desk.url, chunks_of)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.told) == (status, "It is broken.")
    assert str(caught.value) == f"HTTP {status}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no JSON",
        b"[]",
        b'{"error": 7}',
        b'{"error": "' + b"x" * MAX_REFUSAL_BYTES + b'"}',
        b'{"detail": "x"}',
    ],
)
def test_a_refusal_need_not_tell_why(desk: Desk, body: bytes) -> None:
    desk.reply = Reply(body, 400)
    with pytest.raises(Refusal) as caught:
        asked(desk.url, chunks_of)
    assert caught.value.told == ""


@pytest.mark.parametrize("mood", [*REASONS, Mood.GOOD, Mood.ERROR_503])
def test_a_stream_that_goes_wrong_leaves_no_connection(desk: Desk, mood: Mood) -> None:
    desk.mood = mood

    async def read() -> None:
        async with aclosing(Connections()) as connections:
            with suppress(BackendError):
                await chunks_of(Service(connections, Address(desk.url)))
            await eventually(lambda: desk.connections <= 1)
        await eventually(lambda: desk.connections == 0)

    asyncio.run(read())


def test_a_stream_that_leads_nowhere_is_a_backend_error() -> None:
    with pytest.raises(BackendError, match="Connection refused"):
        asked(NOWHERE, chunks_of)
