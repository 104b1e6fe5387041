"""One request and its answer, between a connection and the application (ASGI's `receive` and
`send`)."""

import asyncio
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Protocol

from starlette.types import ASGIApp, Message, Scope

logger = logging.getLogger("uvicorn.error")

HIGH_WATER_BYTES = 64 * 1024
"""How much of a body is kept for an application that does not read it, before no more is read."""

Headers = Iterable[tuple[bytes, bytes]]

_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
BODILESS = (204, 304)


class Connection(Protocol):
    """What an exchange needs of the connection that it is on."""

    @property
    def transport(self) -> asyncio.Transport: ...
    @property
    def default_headers(self) -> Headers: ...
    async def writable(self) -> None:
        """Return when the client has read what was written, or is gone."""

    def read_on(self) -> None:
        """Read the rest of the request, and notice if the client leaves."""

    def answered(self) -> None:
        """The whole answer is written."""


class Exchange:
    """A request whose head is in. Its body comes with `take`."""

    __slots__ = (
        "_arrival", "_body", "_connection", "_head", "_is_chunked", "_is_whole", "_left",
        "_must_ask", "is_answered", "is_begun", "is_disconnected", "keeps_alive", "scope",
    )  # fmt: skip

    def __init__(
        self, connection: Connection, scope: Scope, *, must_ask: bool, keeps_alive: bool
    ) -> None:
        """`must_ask` says that the client waits for a 100 before it sends the body."""
        self.scope = scope
        self.keeps_alive = keeps_alive
        self.is_begun = self.is_answered = self.is_disconnected = False
        self._connection = connection
        self._must_ask = must_ask
        self._arrival = asyncio.Event()
        self._body = b""
        self._is_whole = False
        self._head = b""
        self._is_chunked = False
        self._left: int | None = None

    def take(self, body: bytes) -> bool:
        """Keep a piece of the body for the application. False if no more should be read now."""
        if self.is_answered:
            return True  # to its end, for nobody: the next request is behind it
        self._body += body
        self._arrival.set()
        return len(self._body) <= HIGH_WATER_BYTES

    def end_body(self) -> None:
        self._is_whole = True
        self._arrival.set()

    def disconnect(self) -> None:
        """There is nobody to answer any more."""
        self.is_disconnected = True
        self._arrival.set()

    async def run(self, app: ASGIApp) -> None:
        """Have the application answer; whatever it does, the client is not kept waiting."""
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:  # as uvicorn does: also one that was cancelled
            logger.error("Exception in ASGI application\n", exc_info=error)
        else:
            if not self.is_answered and not self.is_disconnected:
                logger.error("ASGI callable returned without completing response.")
        if self.is_answered or self.is_disconnected:
            return
        if self._head:  # which nobody has seen
            self._head, self.is_begun = b"", False
        if not self.is_begun:
            await self._fail()
        else:
            self._connection.transport.close()

    async def _fail(self) -> None:
        text = b"Internal Server Error"
        size = (b"content-length", b"%d" % len(text))
        headers = [(b"content-type", b"text/plain"), size, (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": text})

    async def receive(self) -> Message:
        connection = self._connection
        if self._must_ask:
            self._must_ask = False
            if not self.is_begun and not connection.transport.is_closing():
                connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self.is_disconnected and not self.is_answered:
            connection.read_on()
            await self._arrival.wait()
            self._arrival.clear()
        if self.is_disconnected or self.is_answered:
            return {"type": "http.disconnect"}
        body, self._body = self._body, b""
        return {"type": "http.request", "body": body, "more_body": not self._is_whole}

    async def send(self, message: Message) -> None:
        await self._connection.writable()
        if self.is_disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.is_begun:
            self._begin(message["status"], message.get("headers", ()))
        elif kind == "http.response.body" and self.is_begun and not self.is_answered:
            self._go_on(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"Unexpected ASGI message {kind!r}.")

    def _begin(self, status: int, given: Headers) -> None:
        """Make the head. It is sent with the first piece of the body: a write of its own would cost
        each answer another system call, and the interpreter's lock."""
        size = None
        lines = [_STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status]
        says_close = False
        for name, value in (*self._connection.default_headers, *given):
            lines.append(b"%b: %b\r\n" % (name, value))
            if name == b"content-length":
                size = int(value)
            elif name == b"connection" and value.lower() == b"close":
                says_close = True
        has_body = self.scope["method"] != "HEAD" and status not in BODILESS
        if size is None and has_body:
            if self.scope["http_version"] == "1.0":
                self.keeps_alive = False  # the end of the connection is that of the body
            else:
                self._is_chunked = True
                lines.append(b"transfer-encoding: chunked\r\n")
        if says_close or (self._must_ask and not self._body):
            # Who was not told to send the body may send it all the same, or another request.
            self.keeps_alive = False
        if not says_close and not self.keeps_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join(lines)
        if not head.count(b"\n") == head.count(b"\r") == len(lines) or b"\0" in head:
            raise RuntimeError("A header of the answer has a line break.")
        self._left = size if has_body else 0
        self._head = head + b"\r\n"
        self.is_begun = True

    def _go_on(self, body: bytes, *, more: bool) -> None:
        transport = self._connection.transport
        if self._is_chunked:
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            piece = chunk if more else chunk + b"0\r\n\r\n"
        elif self._left is None:
            piece = body
        else:
            # The answer to a HEAD may be made with its body, and goes without it.
            piece = body if self.scope["method"] != "HEAD" else b""
            self._left -= len(piece)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("The answer's body is not as long as its Content-Length.")
        if self._head:
            piece, self._head = self._head + piece, b""
        transport.write(piece)
        if not more:
            self.is_answered = True
            self._arrival.set()
            self._connection.answered()


def whole_answer(status: int, headers: Headers, body: bytes) -> bytes:
    """An answer that no application makes."""
    lines = [b"%b: %b\r\n" % header for header in headers]
    return b"".join((_STATUS_LINES[status], *lines, b"\r\n", body))
