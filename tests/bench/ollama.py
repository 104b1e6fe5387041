"""An Ollama that answers at once, or after some seconds, as cheaply as Python can:
python -m tests.bench.ollama SECONDS.

It speaks just enough HTTP for the gateway and for wrk, and always gives the same words.
"""

import asyncio
import json
import sys
from contextlib import AbstractContextManager

from tests.bench.beside import running_beside

MODEL = "llama3.2:1b"
WORDS = "Thank you. What would you do differently today, and what would you keep as it was?"
CHAT = {"model": MODEL, "message": {"role": "assistant", "content": WORDS}, "done": True}
TAGS = {"models": [{"name": MODEL, "size": 600_000_000, "details": {"parameter_size": "1B"}}]}


def _answer(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


class _Ollama(asyncio.Protocol):
    _chat, _tags = _answer(CHAT), _answer(TAGS)

    def __init__(self, wait: float) -> None:
        self._wait = wait

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(rest) < length:
                return
            self._received = rest[length:]
            if not head.startswith(b"POST"):
                self._transport.write(self._tags)
            elif self._wait:
                asyncio.get_running_loop().call_later(self._wait, self._transport.write, self._chat)
            else:
                self._transport.write(self._chat)


async def _serve(wait: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Ollama(wait), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def running(wait: float = 0.0) -> AbstractContextManager[str]:
    """Such an Ollama as a process of its own; its URL. Each reply takes `wait` seconds."""
    return running_beside("tests.bench.ollama", str(wait))


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
