"""HTTP/1.1 on one connection: a request out, an answer in, over asyncio's transports and llhttp's
parser. Everything else about HTTP is httpx's and in `backends.http`.

httpx's own transport takes 0.45 to 0.62 ms of a core for a POST to a model, most of it in the
layers between the socket and a parser in Python. This takes 0.12 to 0.16 ms, as aiohttp does
(ADR 32).
"""

import asyncio
import re
import select
import ssl
from collections.abc import AsyncIterator, Callable
from functools import partial

import httptools
import httpx

from backends.dialling import connected

MAX_FRAMING_BYTES = 100 * 1024
"""Of an answer's head, and of all that is no body without a byte of body between. llhttp itself
takes any number of headers, of any length."""

HELD_BYTES = 64 * 1024
"""Of a body that nobody reads. Then the sender has to wait."""

PIECE_BYTES = 64 * 1024
"""Of a request's body, so that a large one does not hold up others while it is written."""

FEW_READERS = 8
"""So many answers that come in pieces are each read as they come."""

BEAT_SECONDS = 0.01
"""Where there are more, what came within so long is read together."""

_UNSENDABLE = re.compile(rb"[\x00\r\n]")


class Ended(httpx.RemoteProtocolError):
    """The service ended the connection before its answer."""


class Beat:
    """When those are woken who read answers that come in pieces, as words do.

    Few are woken by each piece. Where many read at once, all wake at common moments. A person does
    not see 10 ms, and a word takes 0.32 ms of a core instead of 0.47 (with the new transport):
    streams that are read one right after the other find their code in the processor's caches.
    """

    def __init__(self) -> None:
        self.readers = 0
        """How many answers have begun and are not closed."""
        self._due: set[_Answer] = set()

    def tell(self, answer: "_Answer") -> None:
        """There is more of this answer."""
        if self.readers <= FEW_READERS:
            answer.tell()
            return
        if not self._due:
            asyncio.get_running_loop().call_later(BEAT_SECONDS, self._strike)
        self._due.add(answer)

    def _strike(self) -> None:
        due, self._due = self._due, set()
        for answer in due:
            answer.tell()


class Connection(asyncio.Protocol):
    """A connection to a service. It carries one request at a time.

    `when_free` is called with it when it can carry the next one.
    """

    _transport: asyncio.Transport

    def __init__(self, beat: Beat, when_free: Callable[["Connection"], None]) -> None:
        self.beat = beat
        self._when_free = when_free
        self._answer: _Answer | None = None
        self._is_paused = False
        self._is_lost = False

    @classmethod
    async def opened(
        cls,
        url: httpx.URL,
        tls: ssl.SSLContext | None,
        beat: Beat,
        when_free: Callable[["Connection"], None],
    ) -> "Connection":
        """A connection to the host and port of `url`, encrypted by `tls`. Raises
        httpx.ConnectError. Cancelling it leaves nothing open."""
        host = url.raw_host.decode("ascii")
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                partial(cls, beat, when_free),
                sock=await connected(host, url.port or (80 if tls is None else 443)),
                ssl=tls,
                server_hostname=None if tls is None else host,
            )
        except (OSError, UnicodeError) as error:  # UnicodeError: no name at all
            raise httpx.ConnectError(str(error)) from error
        return connection

    @property
    def is_ready(self) -> bool:
        """Whether it can carry the next request: it is there, and nothing came that nobody asked
        for, nor its end."""
        return not (self._transport.is_closing() or self._has_news())

    def _has_news(self) -> bool:
        # The loop may not have told it yet. The system is asked, as httpcore does, for 3 µs.
        watched = self._transport.get_extra_info("socket").fileno()
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(watched, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([watched], [], [], 0)[0])

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """The answer to the request, its body still to be read. When the answer is closed, the
        connection is free, or is closed too if the answer was not read to its end. Raises
        httpx.HTTPError or ssl.SSLError; then, and where it is cancelled, the connection is closed.
        """
        answer = self._answer = _Answer(self)
        try:
            await self._send(request, answer)
            return await answer.begun()
        except BaseException:
            await answer.aclose()
            raise

    async def _send(self, request: httpx.Request, answer: "_Answer") -> None:
        lines = [b"%b: %b\r\n" % header for header in request.headers.raw]
        if any(_UNSENDABLE.search(line, 0, len(line) - 2) for line in lines):
            raise httpx.LocalProtocolError("A header holds a line break")
        method, path = request.method.encode("ascii"), request.url.raw_path
        head = b"%b %b HTTP/1.1\r\n%b\r\n" % (method, path, b"".join(lines))
        body = request.content
        self._transport.write(head + body[:PIECE_BYTES])
        for begin in range(PIECE_BYTES, len(body), PIECE_BYTES):
            while self._is_paused and not answer.is_over:
                await answer.news()
            if answer.is_over:  # a refusal, and the rest is not wanted
                break
            self._transport.write(body[begin : begin + PIECE_BYTES])
        else:
            answer.is_asked_for = True

    def close(self) -> None:
        """End it now."""
        if not self._is_lost:  # asyncio's transport may raise AttributeError then
            self._transport.abort()

    def leave(self, *, is_clean: bool) -> None:
        """The answer is not read any longer. `is_clean`: it was, to its end."""
        self._answer = None
        if is_clean and not self._transport.is_closing():
            self._when_free(self)
        else:
            self.close()

    def hold(self, *, back: bool) -> None:
        """Let the service wait with the rest of what it sends, or not any longer."""
        if not self._transport.is_closing():
            (self._transport.pause_reading if back else self._transport.resume_reading)()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.close()
        else:
            self._answer.feed(data)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        if self._answer is not None:
            self._answer.tell()

    def eof_received(self) -> None:
        # asyncio tells the loss only when all that is still to be sent is sent, perhaps never.
        if self._answer is not None:
            self._answer.end(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._is_lost = True
        if self._answer is not None:
            self._answer.end(error)


class _Answer(httpx.AsyncByteStream):
    """What comes on a connection after one request: what llhttp calls, and httpx reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parser = httptools.HttpResponseParser(self)
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._held = 0
        self._has_body = False
        self._framing = 0
        self._is_whole = False
        self._is_clean = True
        self._error: Exception | None = None
        self._news: asyncio.Future[None] | None = None
        self.is_asked_for = False
        """The whole request has been sent."""

    @property
    def is_over(self) -> bool:
        return self._is_whole or self._error is not None

    async def news(self) -> None:
        """Until something has happened."""
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    def tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def begun(self) -> httpx.Response:
        """The answer, once its head is there."""
        while self._status is None:
            if self._error is not None:
                raise self._error
            await self.news()
        return httpx.Response(self._status, headers=self._headers, stream=self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._chunks:
                chunk = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
                self._chunks.clear()
                if self._held > HELD_BYTES:
                    self._connection.hold(back=False)
                self._held = 0
                yield chunk
            elif self._error is not None:
                raise self._error
            elif self._is_whole:
                return
            else:
                await self.news()

    async def aclose(self) -> None:
        is_read = self._is_whole and not self._chunks
        self._connection.beat.readers -= self._has_body
        self._connection.leave(is_clean=is_read and self._is_clean and self.is_asked_for)
        del self._parser  # it and this hold one another

    # What the connection tells

    def feed(self, data: bytes) -> None:
        is_first = not self._has_body
        self._framing += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(httpx.RemoteProtocolError(str(error)))
        if self._framing > MAX_FRAMING_BYTES:
            self._fail(httpx.RemoteProtocolError("Too much that is no body"))
        # The first word is passed on at once, and the end, and what holds up the service.
        if is_first or self.is_over or self._held > HELD_BYTES:
            self.tell()
        else:
            self._connection.beat.tell(self)

    def end(self, error: Exception | None) -> None:
        """The connection is lost, by this error if there was one."""
        if isinstance(error, ssl.SSLError):
            self._fail(error)  # its words are for a person
        elif error is not None:
            self._fail(httpx.ReadError(str(error)))
        elif self._status is not None and self._has_no_other_end():
            self._is_whole = True
        else:
            self._fail(Ended("The connection ended before the answer"))
        self.tell()

    def _has_no_other_end(self) -> bool:
        """Whether only the end of the connection ends the body (RFC 9112, section 6.3)."""
        headers = httpx.Headers(self._headers)
        if "transfer-encoding" in headers:
            return not headers["transfer-encoding"].lower().endswith("chunked")
        return "content-length" not in headers

    def _fail(self, error: Exception) -> None:
        self._is_clean = False
        if not self.is_over:
            self._error = error

    # What the parser tells

    def on_message_begin(self) -> None:
        if self._is_whole:
            self._is_clean = False  # another answer, that nobody asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._status is None:  # else it is a trailer
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < httpx.codes.OK:
            self._headers.clear()  # the answer itself is still to come
        elif self._status is None:
            self._status = status

    def on_body(self, body: bytes) -> None:
        if self._is_whole:
            return
        self._framing = 0
        if not self._has_body:
            self._has_body = True
            self._connection.beat.readers += 1
        self._chunks.append(body)
        before, self._held = self._held, self._held + len(body)
        if before <= HELD_BYTES < self._held:
            self._connection.hold(back=True)

    def on_message_complete(self) -> None:
        if self._status is not None and not self._is_whole:
            self._is_whole = True
            self._is_clean = self._is_clean and self._parser.should_keep_alive()
