"""Clients that read stamped words: python -m tests.bench.stampreader URL STREAMS REPLIES SPREAD.

All are in this one process, which does nothing else, and begin within SPREAD seconds. It prints the
milliseconds that each word took
on its way, as JSON. With `--direct`, URL is the Ollama itself.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

from tests.bench.stamps import MODEL, milliseconds_since, stamps_in

END = b"\r\n0\r\n\r\n"
ANSWER = "I wrote a parser, and tests for each of its rules."


class _Stream:
    """One client, with a connection of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.took: list[float] = []
        self._seen: set[bytes] = set()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    async def post(self, path: str, body: Any, accept: str) -> AsyncIterator[bytes]:
        """The answer, as it comes."""
        content = json.dumps(body).encode()
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        while data := await self._reader.read(1 << 16):
            yield data

    async def plain(self, path: str, body: Any) -> Any:
        answer = b""
        async for data in self.post(path, body, "application/json"):
            answer += data
            head, end, content = answer.partition(b"\r\n\r\n")
            if end and len(content) == int(head.lower().split(b"content-length:")[1].split()[0]):
                assert b" 200 " in head.splitlines()[0], answer
                return json.loads(content)
        raise AssertionError(f"broke off: {answer!r}")

    async def streamed(self, path: str, body: Any, accept: str) -> bytes:
        """The body; what each stamp in it took is kept."""
        answer = b""
        async for data in self.post(path, body, accept):
            for stamp in stamps_in(data):
                if stamp not in self._seen:  # the whole session, at the end, has them again
                    self._seen.add(stamp)
                    self.took.append(milliseconds_since(stamp))
            answer += data
            if answer.endswith(END):
                assert b" 200 " in answer.splitlines()[0], answer
                return _dechunked(answer.partition(b"\r\n\r\n")[2])
        raise AssertionError(f"broke off: {answer!r}")


def _dechunked(body: bytes) -> bytes:
    content = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        content += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return content


async def _interview(stream: _Stream, replies: int) -> None:
    start = {"role": "Software Engineer", "totalQuestions": 15}
    session = await stream.plain("/api/v1/interviews/start", start)
    for _ in range(replies):
        body = {"session": session, "message": ANSWER}
        events = await stream.streamed("/api/v1/interviews/respond", body, "text/event-stream")
        done = events.split(b"event: done\n")[1]
        session = json.loads(done.split(b"data: ")[1].split(b"\n")[0])["session"]


async def _chats(stream: _Stream, replies: int) -> None:
    body = {"model": MODEL, "messages": [{"role": "assistant", "content": "Go on."}]}
    for _ in range(replies):
        await stream.streamed("/api/chat", body, "application/x-ndjson")


async def _read(
    url: str, streams: int, replies: int, spread: float, *, direct: bool
) -> list[float]:
    host, _, port = url.removeprefix("http://").partition(":")
    all_streams = [_Stream(host, int(port)) for _ in range(streams)]
    for stream in all_streams:
        await stream.open()
    hold = _chats if direct else _interview

    async def begin(stream: _Stream) -> None:
        await asyncio.sleep(random.uniform(0, spread))
        await hold(stream, replies)

    await asyncio.gather(*map(begin, all_streams))
    return [took for stream in all_streams for took in stream.took]


def read(
    url: str, *, streams: int, replies: int, spread: float, direct: bool = False
) -> list[float]:
    """The milliseconds that each word took to such clients, in a process of their own."""
    numbers = map(str, (streams, replies, spread))
    command = [sys.executable, "-m", "tests.bench.stampreader", url, *numbers]
    done = subprocess.run(
        [*command, *["--direct"] * direct], stdout=subprocess.PIPE, text=True, check=True
    )
    took: list[float] = json.loads(done.stdout)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stampreader")
    parser.add_argument("url")
    parser.add_argument("streams", type=int)
    parser.add_argument("replies", type=int)
    parser.add_argument("spread", type=float)
    parser.add_argument("--direct", action="store_true", help="from the Ollama itself")
    wanted = parser.parse_args()
    reading = _read(wanted.url, wanted.streams, wanted.replies, wanted.spread, direct=wanted.direct)
    print(json.dumps(asyncio.run(reading)))


if __name__ == "__main__":
    main()
