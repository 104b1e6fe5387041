"""A network between servers on loopback, whose links a test can make slow, leaky or dead.

A link is a proxy for TCP before one server. What is held back is delivered late, when the link is
whole again, even if the sender has given up: so it is with packets that are sent again.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from enum import StrEnum
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

SO_MUCH = 65536
DRIP = 50
"""Bytes that a link lets through at once while it drips."""
PAUSE = 0.002
"""Seconds between two drips."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER by which a socket is closed with a reset."""


class Fault(StrEnum):
    """What is wrong with a link."""

    NONE = "none"
    DELAY = "delay"
    """All that is sent arrives later, in each direction."""
    DRIP = "drip"
    """All that is sent arrives a few bytes at a time."""
    HOLD = "hold"
    """Nothing arrives, in either direction: neither bytes nor that a connection was closed."""
    HOLD_ANSWERS = "hold answers"
    """What clients send arrives, and nothing that the server sends."""
    CUT = "cut"
    """Connections are reset, and new ones too."""


HELD = {Fault.HOLD: (True, True), Fault.HOLD_ANSWERS: (False, True)}
"""Whether a fault holds back what is sent to the server, and what comes from it."""


class Link:
    """The way to the server at `server_port`, for one client; `port` is where that one connects."""

    def __init__(self, server_port: int, delay: float) -> None:
        self._server_port = server_port
        self._delay = delay
        self._fault = Fault.NONE
        self._changed = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._sockets: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server
        self.port = 0
        self.accepted = 0
        """How many connections clients have made."""

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def is_cut(self) -> bool:
        return self._fault is Fault.CUT

    def suffer(self, fault: Fault) -> None:
        """Have this fault from now on."""
        self._fault = fault
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if self.is_cut():
            for writer in list(self._sockets):
                _reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.accepted += 1
        self._connections.add(task)
        self._sockets.add(writer)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:  # the link is closed, and asyncio would report it
            pass
        finally:
            self._connections.discard(task)
            self._sockets.discard(writer)
            _reset(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut():
            return
        await self._pass(is_answer=False)
        try:
            there, to_there = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            return
        self._sockets.add(to_there)
        try:
            if self.is_cut():  # meanwhile
                return
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, to_there, is_answer=False))
                both.create_task(self._carry(there, writer, is_answer=True))
        finally:
            self._sockets.discard(to_there)
            _reset(to_there)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        """Carry all that `reader` gives to `writer`, and its end."""
        sent: asyncio.Queue[bytes] = asyncio.Queue()
        # What was sent before a reset is on its way, so it is read at once.
        reading = asyncio.create_task(_read(reader, sent))
        try:
            with suppress(OSError):
                while chunk := await sent.get():
                    await self._pass(is_answer=is_answer)
                    await self._send(chunk, writer)
            await self._pass(is_answer=is_answer)
            with suppress(OSError, RuntimeError):  # it is closed
                writer.write_eof()
        finally:
            reading.cancel()

    async def _send(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        while chunk:
            size = DRIP if self._fault is Fault.DRIP else len(chunk)
            writer.write(chunk[:size])
            await writer.drain()
            chunk = chunk[size:]
            if chunk:
                await asyncio.sleep(PAUSE)

    async def _pass(self, *, is_answer: bool) -> None:
        """Wait for as long as something is on its way."""
        if self._fault is Fault.DELAY:
            await asyncio.sleep(self._delay)
        while HELD.get(self._fault, (False, False))[is_answer]:
            await self._changed.wait()


async def _read(reader: asyncio.StreamReader, sent: asyncio.Queue[bytes]) -> None:
    with suppress(OSError):
        while chunk := await reader.read(SO_MUCH):
            sent.put_nowait(chunk)
    sent.put_nowait(b"")


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


class Network:
    """Links, in a thread and an event loop of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        self._links: list[Link] = []

    def link(self, server_port: int, delay: float = 0.05) -> Link:
        """A new link to the server at this port. If it has the fault DELAY, all takes `delay`
        seconds longer."""
        link = self._call(lambda: Link(server_port, delay))
        asyncio.run_coroutine_threadsafe(link.open(), self._loop).result()
        self._links.append(link)
        return link

    def suffer(self, fault: Fault, *links: Link) -> None:
        """Let these links have the fault."""

        def change() -> None:
            for link in links:
                link.suffer(fault)

        self._call(change)

    def heal(self) -> None:
        """Let all links be whole."""
        self.suffer(Fault.NONE, *self._links)

    def close(self) -> None:
        for link in self._links:
            asyncio.run_coroutine_threadsafe(link.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, do: Callable[[], T]) -> T:
        """What `do` returns, called in the loop's thread."""
        done: Future[T] = Future()

        def work() -> None:
            try:
                done.set_result(do())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(work)
        return done.result()


@contextmanager
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.close()
