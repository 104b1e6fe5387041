"""HTTP/1.1 on one connection, with limits on how slowly a client may send and read."""

import asyncio
import logging
import sys
from functools import cache
from typing import Any, cast
from urllib.parse import unquote

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from api.http.chunks import Malformed
from api.http.exchange import Exchange, whole_answer
from api.http.gate import API, guards
from api.http.problem_documents import problem_response
from api.http.problems import MALFORMED, TOO_SLOW, ProblemType
from api.http.reading import Reader
from api.http.request_ids import HEADER, Headers, correlation_of

if sys.platform != "win32":
    import resource

logger = logging.getLogger("uvicorn.error")

REQUEST_SECONDS = 10.0
"""Seconds within which a request must have come in, from its first byte to its last. The
largest takes a few milliseconds on this machine, and a second over a poor network."""

IDLE_SECONDS = 5.0
"""Seconds for which a connection is kept between two requests."""

UNREAD_SECONDS = 10.0
"""Seconds in which a client must read `LEAST_READ_BYTES` of its answer, or it is let go."""

LEAST_READ_BYTES = 256 * 1024
"""The largest answers have 25 MiB. So nobody holds one in memory for more than 17 minutes."""

FIRST_REQUEST_SECONDS = 1.0
"""How long a new connection may take for its first request while the gateway stops. A proxy opens
it to send one at once."""

KEPT_DESCRIPTORS = 128
"""Descriptors that are not for clients: the log's files, connections to backends, and those that
are accepted in one turn."""


@cache
def most_connections() -> int | None:
    """How many connections this process can have besides all else; None where nothing limits it."""
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else max(1, soft - KEPT_DESCRIPTORS)


class Protocol(asyncio.Protocol):
    """A connection, as uvicorn's server makes one for each client.

    A request has come in within `REQUEST_SECONDS`, or its connection is closed: a client that sends
    a byte now and then would hold its connection for ever, and a few hundred would hold all. The
    limit is on the wire, not in the application, because an answer (a refusal, say) does not end a
    request whose body still drips in. It begins with the first byte of the request: of one that
    came behind another, when that other is answered. Nor may a client hold its connection by never
    reading what it asked for.

    Where there are as many connections as the process can have, the one that has waited longest
    without a whole request gives way to a new one.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._app = config.loaded_app
        self._server = server_state
        self._connections = cast("set[Protocol]", server_state.connections)
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._reader = Reader(self)
        self._exchange: Exchange | None = None
        """The request whose head is in, until all of it is in and answered."""
        self._kept = b""
        """What came in behind a request that is not answered yet. It waits as bytes, so that no
        connection has more than one request in memory."""
        self._has_asked = False
        self._connected_at = self._waiting_since = 0.0
        self._deadline: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._is_writable = asyncio.Event()
        self._is_writable.set()

    # What asyncio calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self._addresses = get_local_addr(transport), get_remote_addr(transport)
        # Whatever the system does not take at once is unread: closing would wait for it for ever.
        transport.set_write_buffer_limits(high=0)
        self._connected_at = self._waiting_since = self._loop.time()
        self._expect_within(REQUEST_SECONDS)
        self._connections.add(self)
        most = most_connections()
        if most is not None and len(self._connections) > most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        if self._exchange is None or self._reader.is_arriving:
            self._read(data)
        else:
            self._kept += data
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._alarm is not None:
            self._alarm.cancel()
        self.resume_writing()
        if self._exchange is not None:
            self._exchange.disconnect()
        self._reader.close()

    def pause_writing(self) -> None:
        self._is_writable.clear()
        self._expect_reading()

    def resume_writing(self) -> None:
        self._is_writable.set()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    # What the server calls

    def shutdown(self) -> None:
        """Close the connection when its request is answered, also one that is still on its way."""
        if self.transport.is_closing():
            return
        left = self._connected_at + FIRST_REQUEST_SECONDS - self._loop.time()
        if self._exchange is not None and not self._exchange.is_answered:
            self._exchange.keeps_alive = False
        elif not self._has_asked and left > 0:
            self._loop.call_later(left, self.shutdown)
        else:
            self.transport.close()

    # What the reader calls

    def head_arrived(self) -> None:
        reader = self._reader
        path, _, query = reader.target.partition(b"?")
        server, client = self._addresses
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": reader.version,
            "server": server,
            "client": client,
            "scheme": "http",
            "method": reader.method,
            "root_path": "",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "headers": reader.headers,
            "state": self._app_state.copy(),
        }
        self._has_asked = True
        self._exchange = exchange = Exchange(
            self, scope, must_ask=reader.must_ask, keeps_alive=reader.keeps_alive
        )
        task = self._loop.create_task(exchange.run(cast("ASGIApp", self._app)))
        task.add_done_callback(self._server.tasks.discard)
        self._server.tasks.add(task)

    def body_arrived(self, piece: bytes) -> None:
        assert self._exchange is not None
        if not self._exchange.take(piece):
            self.transport.pause_reading()

    # What an exchange calls

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        return self._server.default_headers

    async def writable(self) -> None:
        if not self._is_writable.is_set():
            await self._is_writable.wait()

    def read_on(self) -> None:
        if not self._kept:
            self.transport.resume_reading()

    def answered(self) -> None:
        self._server.total_requests += 1
        self._waiting_since = self._loop.time()
        if self.transport.is_closing():
            return
        if not self._reader.is_arriving:
            self._await_next()
            return
        # The rest of its body is read for nobody: to a client that still sends it, a connection
        # closed now is an error, at which it drops the answer.
        self.transport.resume_reading()
        if self._exchange is not None and not self._exchange.keeps_alive:
            self.transport.write_eof()

    def _read(self, data: bytes) -> None:
        was_arriving = self._reader.is_arriving
        try:
            taken = self._reader.feed(data)
        except Malformed:
            self._refuse_malformed()
            return
        if self._reader.is_arriving:
            if not was_arriving:
                self._expect_within(REQUEST_SECONDS)
            return
        assert self._exchange is not None
        self._exchange.end_body()
        self._deadline = None
        if taken < len(data):
            self._kept = data[taken:]
            self.transport.pause_reading()
        if self._exchange.is_answered:
            self._await_next()

    def _await_next(self) -> None:
        """The request is all in and answered: read the next one, or wait for it."""
        if self._exchange is not None and not self._exchange.keeps_alive:
            self.transport.close()
            return
        self._exchange = None
        self._expect_within(IDLE_SECONDS)
        self.transport.resume_reading()
        if self._kept:
            kept, self._kept = self._kept, b""
            self._read(kept)

    def _expect_within(self, seconds: float) -> None:
        """Give up at the end of these seconds, unless something else is expected before.

        A timer that would ring too early is left alone, and looks again when it rings. To set one
        anew costs 3 µs, and a client that asks again and again would do so twice each time.
        """
        self._deadline = deadline = self._loop.time() + seconds
        if self._alarm is None or self._alarm.when() > deadline:
            self._set_alarm(deadline)

    def _set_alarm(self, deadline: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._deadline is None:
            return
        if self._loop.time() < self._deadline:
            self._set_alarm(self._deadline)
        else:
            self._give_up()

    def _expect_reading(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self._unread = self._loop.call_later(UNREAD_SECONDS, self._check_reading, unread)

    def _check_reading(self, unread: int) -> None:
        if unread - self.transport.get_write_buffer_size() < LEAST_READ_BYTES:
            self.transport.abort()
        else:
            self._expect_reading()

    def _make_room(self) -> None:
        """Let go of the connection that has waited longest; of this one, if all are answered."""
        others = (other for other in self._connections if other is not self)
        waiting = (other for other in others if other._is_waiting())
        longest = min(waiting, key=lambda other: other._waiting_since, default=self)
        longest._give_up()

    def _is_waiting(self) -> bool:
        """True if no whole request is in that has no answer yet."""
        if self.transport.is_closing():
            return False
        return self._exchange is None or self._exchange.is_answered or self._reader.is_arriving

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self._reader.is_arriving and self._can_answer():
            scope = self._exchange.scope if self._exchange is not None else {}
            self._refuse(TOO_SLOW, scope.get("path", "/"), scope.get("headers", ()))
        self.transport.close()

    def _refuse_malformed(self) -> None:
        logger.warning("Invalid HTTP request received.")
        if self._can_answer():
            self._refuse(MALFORMED, "/")
        self.transport.close()

    def _can_answer(self) -> bool:
        """True unless the request that comes in has its answer already, or the head of it."""
        return self._exchange is None or not self._exchange.is_begun

    def _refuse(self, kind: ProblemType, path: str, given: Headers = ()) -> None:
        """Answer what the application does not get, and say that the connection is closed. `given`
        are the request's headers, as far as they came in."""
        if self._exchange is not None:
            self._exchange.disconnect()  # the application has nobody to answer any more
        ours = {"connection": "close", HEADER: correlation_of(given).request_id}
        answer = problem_response(kind, kind.advice, path, headers=ours)
        headers = [*answer.raw_headers, *guards(API)]  # which perhaps was asked
        self.transport.write(whole_answer(answer.status_code, headers, bytes(answer.body)))
