"""HTTP/1.1 as services speak it, badly and well: bytes on a real connection, one after another."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from backends import http, wire
from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.wire import BEAT_SECONDS, FEW_READERS, MAX_FRAMING_BYTES
from tests.backends.faults import BROKE_OFF
from tests.backends.surroundings import PATIENCE, eventually

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass
class Said:
    """A service that answers each request with these bytes, and counts those who connect."""

    answer: bytes
    ends: bool = False
    connections: int = 0
    open: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                    writer.write(self.answer)
                    await writer.drain()
                    if self.ends:
                        break
        finally:
            self.open -= 1
            writer.close()


def ask(
    said: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]],
    use: Callable[[Service], Awaitable[Any]],
) -> Any:
    """What `use` makes of a service whose connections are each given to `said`."""
    answering: list[asyncio.Task[None]] = []

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.ensure_future(said(reader, writer)))

    async def run() -> Any:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        address = Address(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with server, asyncio.timeout(10 * PATIENCE):
            async with aclosing(Connections()) as connections:
                result = await use(Service(connections, address))
            await asyncio.gather(*answering)
        return result

    return asyncio.run(run())


def test_a_request_that_is_cancelled_at_any_moment_leaves_no_connection() -> None:
    said = Said(b"")  # it never answers

    async def use(service: Service) -> None:
        for n in range(200):
            with suppress(TimeoutError):
                async with asyncio.timeout(n / 100_000):
                    await service.status("/")
        await eventually(lambda: said.connections > 0 and said.open == 0)

    gc.disable()  # it closes what nobody holds any more
    try:
        ask(said, use)
    finally:
        gc.enable()


def test_an_answer_that_begins_while_it_is_cancelled_is_not_counted_as_being_read() -> None:
    async def use(service: Service) -> None:
        beat = service._connections._beat
        asking = asyncio.ensure_future(get(service))
        while not beat.readers:  # noqa: ASYNC110 - no event comes between the two
            await asyncio.sleep(0)
        asking.cancel()  # before it wakes to what has come
        await asyncio.wait([asking])
        assert asking.cancelled()
        assert beat.readers == 0

    ask(Said(CHUNKED + b"2\r\n{}\r\n"), use)


async def get(service: Service) -> dict[str, int]:
    return await service.get("/", dict[str, int])


async def get_twice(service: Service) -> dict[str, int]:
    await get(service)
    await asyncio.sleep(0.01)  # what was sent too much arrives
    return await get(service)


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, False),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE, False),
        (CHUNKED + b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n", False),
        (OK + b"\r\n{}", True),
        (b"HTTP/1.0 200 OK\r\n\r\n{}", True),
    ],
)
def test_each_way_to_say_where_an_answer_ends_is_understood(answer: bytes, ends: bool) -> None:
    said = Said(answer, ends)
    assert ask(said, get_twice) == {}
    assert said.connections == (2 if ends else 1)


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE + b"HTTP/1.1 200 OK\r\n",
        WHOLE + WHOLE,
        WHOLE + b"\x00",
        OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_connection_with_more_on_it_than_the_answer_is_not_used_again(answer: bytes) -> None:
    said = Said(answer)
    assert ask(said, get_twice) == {}
    assert said.connections == 2


def test_a_connection_that_its_service_has_ended_is_not_used_again() -> None:
    said = Said(WHOLE, ends=True)
    assert ask(said, get_twice) == {}
    assert said.connections == 2


def test_a_connection_that_nobody_used_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "KEPT_SECONDS", 0)
    said = Said(WHOLE)
    assert ask(said, get_twice) == {}
    assert said.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        CHUNKED + b"x\r\n{}\r\n0\r\n\r\n",
        OK + b"X: " + b"x" * 4 * MAX_FRAMING_BYTES,
        OK + b"X: x\r\n" * MAX_FRAMING_BYTES,
        CHUNKED + b"2;" + b"x" * 4 * MAX_FRAMING_BYTES,
        CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X: x\r\n" * MAX_FRAMING_BYTES,
        b"HTTP/1.1 100 Continue\r\n\r\n" * (MAX_FRAMING_BYTES // 10),
    ],
)
def test_what_is_no_answer_or_has_no_end_of_its_head_is_refused(answer: bytes) -> None:
    said = Said(answer)

    async def use(service: Service) -> None:
        with pytest.raises(BackendError, match=BROKE_OFF):
            await get(service)
        await eventually(lambda: said.open == 0)

    ask(said, use)


def test_a_body_that_nobody_reads_is_not_taken_into_memory() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED)
        with suppress(OSError), closing(writer):
            while True:
                writer.write(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
                await writer.drain()
                sent += 1 << 16

    async def use(service: Service) -> None:
        async with aclosing(service.stream("/", {})) as chunks:
            await anext(chunks)
            await asyncio.sleep(0.2)
            held = sent
            await asyncio.sleep(0.2)
            assert sent == held < 16 << 20  # the system's own buffers
            await anext(chunks)
            await eventually(lambda: sent > held)

    ask(endless, use)


def test_a_large_body_waits_for_its_service_and_an_early_refusal_ends_it() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        with suppress(OSError):
            while await reader.read(1 << 16):  # the connection is ended, and not used again
                pass
        writer.close()

    async def use(service: Service) -> None:
        with pytest.raises(BackendError, match="HTTP 413"):
            await service.post("/", {"text": "x" * (16 << 20)}, dict[str, int])

    ask(refuse, use)


@pytest.mark.parametrize(
    ("answer", "error"), [(b"", BROKE_OFF), (b"HTTP/1.0 413 Too Large\r\n\r\n", "HTTP 413")]
)
def test_who_ends_its_side_before_it_has_read_all_is_not_waited_for(
    answer: bytes, error: str
) -> None:
    asked = asyncio.Event()

    async def end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.write_eof()
        await asked.wait()
        with suppress(OSError):
            while await reader.read(1 << 16):
                pass
        writer.close()

    async def use(service: Service) -> None:
        with pytest.raises(BackendError, match=error):
            await service.post("/", {"text": "x" * (16 << 20)}, dict[str, int])
        asked.set()

    ask(end, use)


@pytest.mark.parametrize("key", ["a\r\nX: 1", "a\nb", "a\x00b"])
def test_no_header_can_begin_another(key: str) -> None:
    said = Said(WHOLE)

    async def use(service: Service) -> None:
        service._address.authorization = key
        with pytest.raises(BackendError, match="Could not be asked"):
            await get(service)

    ask(said, use)
    assert said.requests == []


def test_many_streams_are_read_at_common_moments_and_begin_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "BEAT_SECONDS", 20 * BEAT_SECONDS)
    pieces, pause = 5, BEAT_SECONDS

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED)
        for _ in range(pieces):
            writer.write(b"1\r\nx\r\n")
            await asyncio.sleep(pause)
        writer.write(b"0\r\n\r\n")
        writer.close()

    async def read(service: Service) -> list[bytes]:
        async with aclosing(service.stream("/", {})) as chunks:
            return [chunk async for chunk in chunks]

    async def use(service: Service) -> tuple[list[list[bytes]], list[list[bytes]]]:
        few = await asyncio.gather(*(read(service) for _ in range(2)))
        many = await asyncio.gather(*(read(service) for _ in range(4 * FEW_READERS)))
        return few, many

    few, many = ask(speak, use)
    assert all(b"".join(chunks) == b"x" * pieces for chunks in (*few, *many))
    assert all(chunks[0] == b"x" for chunks in few + many[FEW_READERS:])
    assert max(map(len, few)) > 2, "few are read piece by piece"
    assert max(map(len, many[FEW_READERS:])) == 2, "the first, and all the others"
