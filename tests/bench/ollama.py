"""An Ollama that answers at once, as cheaply as Python can: python -m tests.bench.ollama.

It speaks just enough HTTP for the gateway and for wrk, and always gives the same words.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
            self._transport.write(self._chat if head.startswith(b"POST") else self._tags)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Ollama, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """Such an Ollama as a process of its own; its URL."""
    command = [sys.executable, "-m", "tests.bench.ollama"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


if __name__ == "__main__":
    asyncio.run(_serve())
