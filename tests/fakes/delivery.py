"""How the moods travel: what each writes on the wire in place of the right answer.

The right answer is made only by the moods that send some of it. A service that hangs or fails has
done no work: it keeps its script and its count of questions.
"""

import asyncio
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat
from math import inf
from time import monotonic
from typing import Never, cast

from tests.fakes.moods import Mood
from tests.fakes.streams import StreamReply
from tests.fakes.wire import Reply, Request, head, json_reply

DRIP_PAUSE = 1.0  # seconds after each byte
LOOK_AGAIN = 0.02  # seconds until SLOW looks whether it is to wait on
NESTING = 100_000
BLANKS = b" " * 1_000_000  # JSON allows any number before a value
BLANK_PIECES = 100
GZIP_WINDOW = zlib.MAX_WBITS | 16  # zlib's way of asking for a gzip header


@dataclass(frozen=True)
class Exchange:
    """One request, and what a mood may use to answer it."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    delay: Callable[[], float]
    right_answer: Callable[[], Reply]

    async def send(self, data: bytes) -> None:
        """Write, and wait while the client is behind; raises ConnectionError when it has gone."""
        self.writer.write(data)
        await self.writer.drain()


async def deliver(mood: Mood, exchange: Exchange) -> None:
    """Answer one request in this mood."""
    if mood in _WRONG_REPLIES:
        await exchange.send(_WRONG_REPLIES[mood].encoded())
    else:
        await _DELIVERIES.get(mood, _good)(exchange)


async def hang_unread(writer: asyncio.StreamWriter) -> Never:
    """HANG_ACCEPT: hold an accepted connection and read none of it, till cancelled."""
    cast("asyncio.Transport", writer.transport).pause_reading()
    await asyncio.get_running_loop().create_future()
    raise AssertionError("a future that nobody resolves")


async def _good(exchange: Exchange) -> None:
    right = exchange.right_answer()
    if isinstance(right, StreamReply):
        await _send_in_pieces(exchange, right)
    else:
        await exchange.send(right.encoded())


async def _send_in_pieces(exchange: Exchange, right: StreamReply) -> None:
    """Each piece as a chunk, after its pause; nothing, not even a head, before the first."""
    # Reading on is how we learn that the client gave up; it sends nothing while it is answered.
    gone = asyncio.ensure_future(exchange.reader.read(1))
    start = head(right.status, {"content-type": right.content_type, "transfer-encoding": "chunked"})
    try:
        for piece in right.pieces:
            if piece.pause:
                await asyncio.wait([gone], timeout=None if piece.pause == inf else piece.pause)
            if gone.done():
                exchange.writer.close()
                return
            piece.then()
            if piece.data:
                await exchange.send(start + b"%x\r\n%b\r\n" % (len(piece.data), piece.data))
                start = b""
        await exchange.send(start + b"0\r\n\r\n")
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


async def _slow(exchange: Exchange) -> None:
    began = monotonic()
    # Any thread may set the delay, and sets no event.
    while (left := began + exchange.delay() - monotonic()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(min(left, LOOK_AGAIN))
    await _good(exchange)


async def _hang(exchange: Exchange) -> None:
    # Reading on is how we learn that the client gave up, so that no connection outlives it.
    while await exchange.reader.read(len(BLANKS)):
        pass


async def _drip(exchange: Exchange) -> None:
    for byte in exchange.right_answer().encoded():
        await exchange.send(bytes([byte]))
        await asyncio.sleep(DRIP_PAUSE)


async def _reset(exchange: Exchange) -> None:
    await _send_half_the_body(exchange)
    no_linger = struct.pack("ii", 1, 0)  # on, 0 s: closing sends RST in place of FIN
    sock = exchange.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
    exchange.writer.transport.abort()


async def _close(exchange: Exchange) -> None:
    exchange.writer.close()


async def _short_body(exchange: Exchange) -> None:
    await _send_half_the_body(exchange)
    exchange.writer.close()


async def _send_half_the_body(exchange: Exchange) -> None:
    right = exchange.right_answer()
    await exchange.send(right.encoded()[: -(len(right.body) // 2)])


async def _truncated_json(exchange: Exchange) -> None:
    right = exchange.right_answer()
    half = right.body[: len(right.body) // 2]
    await exchange.send(replace(right, body=half).encoded())


async def _wrong_encoding(exchange: Exchange) -> None:
    right = exchange.right_answer()
    # Each é of the words; and a note, because not every path has words.
    body = right.body.replace(rb"\u00e9", b"\xe9").replace(b"{", b'{"note": "caf\xe9", ', 1)
    content_type = "application/json; charset=utf-8"
    await exchange.send(replace(right, body=body, content_type=content_type).encoded())


async def _redirect(exchange: Exchange) -> None:
    headers = {"location": exchange.request.path}
    await exchange.send(Reply(b"", 302, headers=headers).encoded())


async def _huge_body(exchange: Exchange) -> None:
    right = exchange.right_answer()
    length = BLANK_PIECES * len(BLANKS) + len(right.body)
    headers = {"content-type": right.content_type, "content-length": str(length)}
    await _stream(exchange, head(right.status, headers), _behind_blanks(right))


async def _gzip_bomb(exchange: Exchange) -> None:
    right = exchange.right_answer()
    headers = {
        "content-type": right.content_type,
        "content-encoding": "gzip",
        "transfer-encoding": "chunked",
    }
    bomb = _chunked(_gzipped(_behind_blanks(right)))
    await _stream(exchange, head(right.status, headers), bomb)


async def _endless(exchange: Exchange) -> None:
    headers = {"content-type": "application/json", "transfer-encoding": "chunked"}
    await _stream(exchange, head(200, headers), _chunked(repeat(BLANKS)))


async def _stream(exchange: Exchange, start: bytes, pieces: Iterable[bytes]) -> None:
    await exchange.send(start)
    for piece in pieces:
        await exchange.send(piece)
        await asyncio.sleep(0)  # send waits only for a slow client; others want their turn too


def _behind_blanks(right: Reply) -> Iterator[bytes]:
    return chain(repeat(BLANKS, BLANK_PIECES), [right.body])


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    gzip = zlib.compressobj(wbits=GZIP_WINDOW)
    for piece in pieces:
        yield gzip.compress(piece)
    yield gzip.flush()


def _chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if piece:  # an empty chunk would end the body
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


_TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/backend/app/main.py", line 42, in respond\n'
    "RuntimeError: CUDA out of memory"
)

_WRONG_REPLIES = {
    Mood.ERROR_500: json_reply({"detail": _TRACEBACK}, 500),
    Mood.ERROR_429: replace(
        json_reply({"detail": "Too Many Requests"}, 429), headers={"retry-after": "30"}
    ),
    Mood.ERROR_503: json_reply(
        {"error": "server busy, please try again.  maximum pending requests exceeded"}, 503
    ),
    Mood.HTML: Reply(b"<!doctype html><title>502 Bad Gateway</title>", content_type="text/html"),
    Mood.WRONG_SHAPE: json_reply({"hello": ["world"]}),
    Mood.JSON_LIST: json_reply(["hello", "world"]),
    Mood.JSON_NULL: json_reply(None),
    Mood.DEEP_JSON: Reply(b"[" * NESTING + b"]" * NESTING),
}

_DELIVERIES: dict[Mood, Callable[[Exchange], Awaitable[None]]] = {
    Mood.SLOW: _slow,
    Mood.HANG: _hang,
    Mood.HANG_ACCEPT: _hang,  # met only after a request was read; see hang_unread
    Mood.DRIP: _drip,
    Mood.RESET: _reset,
    Mood.CLOSE: _close,
    Mood.REDIRECT: _redirect,
    Mood.TRUNCATED_JSON: _truncated_json,
    Mood.SHORT_BODY: _short_body,
    Mood.WRONG_ENCODING: _wrong_encoding,
    Mood.HUGE_BODY: _huge_body,
    Mood.GZIP_BOMB: _gzip_bomb,
    Mood.ENDLESS: _endless,
}
