"""An Ollama whose words say when they were sent: python -m tests.bench.stamps PACE.

It is as cheap as Python can be, so that what is measured behind it is the gateway. An opening comes
at once; every other reply in words of their own, PACE a second.
"""

import asyncio
import json
import random
import re
import sys
import time
from contextlib import AbstractContextManager

from tests.bench.beside import running_beside

MODEL = "llama3.2:1b"
TAGS = {"models": [{"name": MODEL, "size": 600_000_000, "details": {"parameter_size": "1B"}}]}
ANSWERS = {
    b"/api/tags": TAGS,
    b"/api/ps": {"models": [{"name": MODEL}]},
    b"/api/show": {"capabilities": ["completion"]},
    b"/api/generate": {"model": MODEL, "response": "", "done": True},
}
WORDS = 60
"""Stamped ones in each reply, which ends with a question."""
OPENING = "Welcome. Question 1: What did you build last?"
ENDING = "How would you build that today, and what would you keep?"

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_STAMP = re.compile(rb"\bz[a-z]{6}\b")
_UNIT = 10_000
"""Nanoseconds."""
_WRAP = len(_LETTERS) ** 6
"""Units after which stamps begin anew: 51 minutes."""

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def stamp() -> str:
    """The time, which all processes of this machine share, as a word: as long as most are, and
    without digits, which would look like a question's number."""
    now, letters = time.monotonic_ns() // _UNIT, bytearray(b"z")
    for _ in range(6):
        now, letter = divmod(now, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return letters.decode()


def stamps_in(data: bytes) -> list[bytes]:
    """The stamps among these words."""
    return _STAMP.findall(data)


def milliseconds_since(stamp: bytes) -> float:
    """How long ago the stamp was made."""
    base = len(_LETTERS)
    then: int = sum(_LETTERS.index(letter) * base**i for i, letter in enumerate(stamp[1:]))
    return (time.monotonic_ns() // _UNIT - then) % _WRAP * _UNIT / 1e6


def _whole(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


def _chunk(text: str, *, done: bool = False) -> bytes:
    message = {"role": "assistant", "content": text}
    line = json.dumps({"model": MODEL, "message": message, "done": done}).encode() + b"\n"
    return b"%x\r\n%b\r\n" % (len(line), line)


class _Ollama(asyncio.Protocol):
    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._next: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next is not None:
            self._next.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length is not None and len(rest) < int(length[1]):
            return
        self._received = b""
        path = head.split(b" ", 2)[1]
        if path in ANSWERS:
            self._transport.write(_whole(ANSWERS[path]))
        elif b'"assistant"' not in rest:
            self._transport.write(HEAD + _chunk(OPENING))
            self._end()
        else:
            self._transport.write(HEAD)
            self._later(WORDS)

    def _later(self, left: int) -> None:
        # Models do not speak in step with one another.
        pause = random.uniform(0.5, 1.5) / self._pace
        self._next = self._loop.call_later(pause, self._speak, left)

    def _speak(self, left: int) -> None:
        if not left:
            self._transport.write(_chunk(ENDING))
            self._end()
            return
        ends_sentence = left % 12 == 1
        self._transport.write(_chunk(f"{stamp()}{'.' * ends_sentence} "))
        self._later(left - 1)

    def _end(self) -> None:
        self._transport.write(_chunk("", done=True) + b"0\r\n\r\n")


async def _serve(pace: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Ollama(pace), "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def running(pace: float) -> AbstractContextManager[str]:
    """Such an Ollama as a process of its own; its URL."""
    return running_beside("tests.bench.stamps", str(pace))


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
