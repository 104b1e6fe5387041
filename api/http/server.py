"""uvicorn with the gateway's limits on time and connections, and its listening socket."""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.http.gate import API, guards
from api.http.problems import MALFORMED, TOO_SLOW, ProblemType, problem_response
from api.http.request_ids import HEADER, Headers, correlation_of

if sys.platform != "win32":
    import resource

REQUEST_SECONDS = 10.0
"""Seconds within which a request must have come in, from its first byte to its last. The
largest takes a few milliseconds on this machine, and a second over a poor network."""

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

ACCEPTED_AT_ONCE = 16
"""Connections accepted in one turn of the event loop. Where descriptors run out in the midst of a
turn, asyncio tries and reports each connection that is left of it."""

MAX_HEAD_BYTES_WITH_TOKENS = 192 * 1024
"""Bytes of headers that are read if callers sign in. uvicorn's own limit, 64 KiB, would answer an
absurd token with 400, as no HTTP. With this, the caller is told that its token is too long."""

WAITING_CONNECTIONS = 2048
"""Connections that the system keeps until they are accepted."""


@cache
def most_connections() -> int | None:
    """How many connections this process can have besides all else; None where nothing limits it."""
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else max(1, soft - KEPT_DESCRIPTORS)


class Server(uvicorn.Server):
    """A server that a signal stops in good order, however often it comes: requests under way
    are answered (for `timeout_graceful_shutdown` seconds at most) and the log is closed.

    uvicorn itself drops everything at a second Ctrl-C, and raises the signal again when it
    has stopped, so that nothing after it in the process would run.

    SIGTERM is for a gateway that is replaced: it goes on serving until `drain` returns, so that
    what asks it hears that it is not ready. Ctrl-C, or a second signal, waits for nothing.
    `before_stopping` ends what would not end by itself.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        before_stopping: Callable[[], Awaitable[None]],
        drain: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        super().__init__(config)
        self._before_stopping = before_stopping
        self._drain = drain
        self._is_told_to_stop = False
        self._draining: asyncio.Task[None] | None = None

    async def on_tick(self, counter: int) -> bool:
        if self._is_told_to_stop and self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="draining")
            await asyncio.sleep(0)  # where nothing is in progress, that is all
        if self._draining is not None and self._draining.done():
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(WAITING_CONNECTIONS)  # asyncio accepts no more at once than before

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait([self._draining])
        await self._before_stopping()
        for _ in range(3):  # so that those are accepted whom closing the socket would turn away
            await asyncio.sleep(0)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self._is_told_to_stop:
            self._is_told_to_stop = True
        else:
            self.should_exit = True


class Protocol(H11Protocol):
    """HTTP/1.1 in which a request has come in within `REQUEST_SECONDS`, or its connection is
    closed. uvicorn itself limits only the time between two requests: a client that sends a
    byte now and then would hold its connection for ever, and a few hundred would hold all.

    The limit is on the wire, not in the application, because an answer (a refusal, say) does
    not end a request whose body still drips in. It begins when the parser has met the first byte
    of the request: of one that came behind another, when that other is answered. Nor may a client
    hold its connection by never reading what it asked for.

    Where there are as many connections as the process can have, the one that has waited longest
    without a whole request gives way to a new one.
    """

    _connected_at = 0.0
    _waiting_since = 0.0
    _arriving: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Whatever the system does not take at once is unread: closing would wait for it for ever.
        transport.set_write_buffer_limits(high=0)
        self.timeout_keep_alive_task = self.loop.call_later(
            REQUEST_SECONDS, self.timeout_keep_alive_handler
        )
        self._connected_at = self._waiting_since = self.loop.time()
        most = most_connections()
        if most is not None and len(self.connections) > most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        under_way = self._with_body_under_way()
        super().data_received(data)
        if self._with_body_under_way() is not under_way is not None:
            self._expect_nothing()  # what is under way now is another request
        self._limit_arrival()

    def on_response_complete(self) -> None:
        self._waiting_since = self.loop.time()
        super().on_response_complete()
        self._limit_arrival()

    def send_400_response(self, msg: str) -> None:
        if self._can_answer():
            self._refuse(MALFORMED, "/")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._has_read()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection when its request is answered, also one that is still on its way."""
        if self.transport.is_closing():
            return
        has_asked_nothing = self.cycle is None
        left = self._connected_at + FIRST_REQUEST_SECONDS - self.loop.time()
        if has_asked_nothing and left > 0:
            self.loop.call_later(left, self.shutdown)
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        self._expect_reading()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._has_read()
        super().resume_writing()

    def _make_room(self) -> None:
        """Let go of the connection that has waited longest; of this one, if all are answered."""
        others = (other for other in self.connections if isinstance(other, Protocol))
        waiting = (other for other in others if other is not self and other._is_waiting())
        longest = min(waiting, key=lambda other: other._waiting_since, default=self)
        longest._expect_nothing()
        longest._give_up()

    def _is_waiting(self) -> bool:
        """True if no whole request is in that has no answer yet."""
        if self.transport.is_closing():
            return False
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered or self._with_body_under_way() is not None

    def _expect_reading(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._check_reading, unread)

    def _check_reading(self, unread: int) -> None:
        if unread - self.transport.get_write_buffer_size() < LEAST_READ_BYTES:
            self.transport.abort()
        else:
            self._expect_reading()

    def _has_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _limit_arrival(self) -> None:
        """Have a request that has begun come in in time; where none has, uvicorn's own limit on
        idle connections holds."""
        if not self._has_begun():
            self._expect_nothing()
            return
        self._unset_keepalive_if_required()
        if self._arriving is None:
            self._arriving = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _expect_nothing(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _has_begun(self) -> bool:
        """True if some of a request is in, but not all of it."""
        is_idle = self.conn.their_state is h11.IDLE
        return self._with_body_under_way() is not None or (
            is_idle and self.conn.trailing_data[0] != b""
        )

    def _with_body_under_way(self) -> RequestResponseCycle | None:
        """The request whose head is in, and whose body is not."""
        return self.cycle if self.conn.their_state is h11.SEND_BODY else None

    def _give_up(self) -> None:
        self._arriving = None
        if self.transport.is_closing():
            return
        if self._has_begun() and self._can_answer():
            if self.cycle is not None:
                self.cycle.disconnected = True  # the application has nobody to answer any more
            is_known = self.conn.their_state is h11.SEND_BODY
            path, given = (self.scope["path"], self.scope["headers"]) if is_known else ("/", ())
            self._refuse(TOO_SLOW, path, given)
        self.transport.close()

    def _can_answer(self) -> bool:
        """True unless the request that comes in has its answer already, or the head of it."""
        return self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)

    def _refuse(self, kind: ProblemType, path: str, given: Headers = ()) -> None:
        """Answer what the application does not get, and say that the connection is closed. `given`
        are the request's headers, as far as they came in."""
        ours = {"connection": "close", HEADER: correlation_of(given).request_id}
        answer = problem_response(kind, kind.advice, path, headers=ours)
        headers = [*answer.raw_headers, *guards(API)]  # which perhaps was asked
        head = h11.Response(status_code=answer.status_code, headers=headers)
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
