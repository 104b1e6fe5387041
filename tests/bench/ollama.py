"""An Ollama that answers at once, or after some seconds, as cheaply as Python can:
python -m tests.bench.ollama SECONDS.

It speaks just enough HTTP for the gateway and for wrk, by its own API or by OpenAI's. Its words are
a question of its own each time, or the closing if that is asked for: the gateway would not use the
same question twice, and not ask an Ollama again that had failed three times.
"""

import asyncio
import itertools
import json
import sys
from contextlib import AbstractContextManager

from tests.bench.beside import running_beside

MODEL = "llama3.2:1b"
NAME = "aaaaaa"
"""Stands for six letters that are others in each question."""
QUESTION = f"Thank you. What would you do differently about {NAME}, and what would you keep?"
CLOSING = "Thank you for taking part in this interview. Goodbye."
CLOSE = b"The last answer is in."
"""What the gateway directs a model to when no question is due."""
TAGS = {"models": [{"name": MODEL, "size": 600_000_000, "details": {"parameter_size": "1B"}}]}


def _answer(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


def _message(words: str) -> dict[str, str]:
    return {"role": "assistant", "content": words}


def _chat(words: str) -> bytes:
    return _answer({"model": MODEL, "message": _message(words), "done": True})


def _completion(words: str) -> bytes:
    return _answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": MODEL,
            "choices": [{"index": 0, "message": _message(words), "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    )


class _Ollama(asyncio.Protocol):
    _chats = _chat(QUESTION), _chat(CLOSING)
    _completions = _completion(QUESTION), _completion(CLOSING)
    _tags = _answer(TAGS)
    _names = map("".join, itertools.product("bcdfghjklmnpqrstvwxz", repeat=len(NAME)))

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
            asked, self._received = rest[:length], rest[length:]
            if not head.startswith(b"POST"):
                self._transport.write(self._tags)
                continue
            answers = self._completions if head.startswith(b"POST /v1/") else self._chats
            answer = answers[CLOSE in asked].replace(NAME.encode(), next(self._names).encode())
            if self._wait:
                asyncio.get_running_loop().call_later(self._wait, self._transport.write, answer)
            else:
                self._transport.write(answer)


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
