"""Ollama's wire on the real model, with what Ollama does to its callers: it loads when it is asked
to, aborts a load whose client goes away, answers one after the other, and drops what does not fit.
"""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Event, Thread
from time import monotonic_ns
from typing import Any, Self

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.model.llama import Chat, Json, Llama, LlamaError
from tests.model.pace import Pace
from tests.model.server import CONTEXT, MODEL

DETAILS = {
    "parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
    "parameter_size": "134.52M", "quantization_level": "Q4_1",
}  # fmt: skip
CARD = {
    "name": MODEL, "model": MODEL, "modified_at": "2025-02-01T10:00:00Z", "size": 98_362_432,
    "digest": sha256(MODEL.encode()).hexdigest(), "details": DETAILS,
}  # fmt: skip


class OllamaAdapter:
    """An Ollama whose model is llama.cpp's at `llama_url`. Everything public may be read and set
    from any thread, at any time."""

    def __init__(self, llama_url: str) -> None:
        self.tokens_per_second: float | None = None
        """How fast the model seems to write; as fast as it can where it is None."""
        self.load_seconds = 0.0
        """How long the model seems to take into memory."""
        self.chats: list[Chat] = []
        self.bodies: list[Json] = []
        """What was posted to `/api/chat`, as it came."""
        self.loads_begun = self.loads_aborted = 0
        self.url = ""
        self._llama_url = llama_url
        self._is_up = Event()
        self._context: int | None = None  # of the model in memory; None: there is none
        self._loop: asyncio.AbstractEventLoop
        self._llama: Llama
        self._loading: asyncio.Lock
        self._answering: asyncio.Lock

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory, as `/api/ps` tells."""
        return self._context is not None

    def load(self) -> None:
        """Have the model in memory from now on, as if somebody had just used it."""
        self._context = CONTEXT

    def evaluated(self) -> list[int]:
        """How many tokens of its prompt each chat took to evaluate, in their order."""
        return [chat.evaluated for chat in list(self.chats)]

    def tokens(self, text: str) -> int:
        """How many tokens a text is for this model."""
        counting = asyncio.run_coroutine_threadsafe(self._llama.tokens(text), self._loop)
        return counting.result()

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            self._app(), log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=1, timeout_keep_alive=3600,  # Ollama closes none by itself
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._thread = Thread(target=lambda: asyncio.run(self._serve(listener)), daemon=True)
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._loading, self._answering = asyncio.Lock(), asyncio.Lock()
        self._llama = Llama(self._llama_url)
        self._is_up.set()
        try:
            await self._server.serve(sockets=[listener])
        finally:
            await self._llama.aclose()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/version", _version),
                Route("/api/tags", _tags),
                Route("/api/ps", self._ps),
                Route("/api/show", self._show, methods=["POST"]),
                Route("/api/generate", self._generate, methods=["POST"]),
                Route("/api/chat", self._chat, methods=["POST"]),
            ]
        )

    async def _ps(self, _request: Request) -> Response:
        if self._context is None:
            return JSONResponse({"models": []})
        expires = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        running = {"expires_at": expires, "size_vram": 0, "context_length": self._context}
        return JSONResponse({"models": [{**CARD, **running}]})

    async def _show(self, request: Request) -> Response:
        body = await request.json()
        return _unknown(body) or JSONResponse(
            {
                "details": DETAILS,
                "model_info": {"general.architecture": "llama", "llama.context_length": 8192},
                "capabilities": ["completion"],
            }
        )

    async def _generate(self, request: Request) -> Response:
        """Only loads and unloads: with a prompt, use `/api/chat`."""
        body = await request.json()
        if body.get("prompt"):
            return _error(400, "this adapter generates in /api/chat only")
        return _unknown(body) or _WhileListened(self._load_alone(body, {"response": ""}))

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        if refusal := _unknown(body):
            return refusal
        if body.get("think"):
            return _error(400, f'"{MODEL}" does not support thinking')
        if not body.get("messages"):
            message = {"role": "assistant", "content": ""}
            return _WhileListened(self._load_alone(body, {"message": message}))
        lines = self._lines(body)
        if body.get("stream", True):
            return _WhileListened(lines, "application/x-ndjson")
        return _WhileListened(_in_one(lines))

    async def _load_alone(self, body: Json, empty: Json) -> AsyncGenerator[Json, None]:
        unloads = body.get("keep_alive") == 0
        if unloads:
            self._context = None
        else:
            await self._load(body)
        yield _line(**empty, done=True, done_reason="unload" if unloads else "load")

    async def _load(self, body: Json) -> int:
        """Take the model into memory, unless it is there with the context that is wanted; the
        nanoseconds that took."""
        began = monotonic_ns()
        context = (body.get("options") or {}).get("num_ctx", CONTEXT)
        async with self._loading:
            if self._context != context:
                self._context = None
                self.loads_begun += 1
                try:
                    await asyncio.sleep(self.load_seconds)
                except asyncio.CancelledError:
                    self.loads_aborted += 1
                    raise
                self._context = context
        return monotonic_ns() - began

    async def _lines(self, body: Json) -> AsyncGenerator[Json, None]:
        began = monotonic_ns()
        loading = await self._load(body)
        chat = Chat(body["messages"], body.get("options") or {}, body.get("format"))
        async with self._answering, aclosing(self._llama.write(chat)) as pieces:
            self.chats.append(chat)
            pace = Pace(self.tokens_per_second)
            try:
                async for words in pieces:
                    if words:
                        await pace.write()
                        yield _line(message={"role": "assistant", "content": words}, done=False)
                    else:
                        await pace.read(chat.evaluated)
            except LlamaError as error:
                yield {"error": str(error)}
                return
        yield _line(
            message={"role": "assistant", "content": ""}, done=True, done_reason=chat.end,
            total_duration=monotonic_ns() - began, load_duration=loading,
            prompt_eval_count=chat.prompt, eval_count=chat.written,
        )  # fmt: skip


class _WhileListened(Response):
    """Lines of JSON for as long as the client is there: when it goes away, they are cancelled.
    The head goes out with the first line, as Ollama's does."""

    def __init__(
        self, lines: AsyncGenerator[Json, None], media_type: str = "application/json"
    ) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with anyio.create_task_group() as group, aclosing(self._lines):
            group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
            begun = False
            async for line in self._lines:
                if not begun:
                    status = 500 if "error" in line else 200
                    head = {"type": "http.response.start", "status": status}
                    await send({**head, "headers": self.raw_headers})
                    begun = True
                data = json.dumps(line).encode() + b"\n"
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            group.cancel_scope.cancel()


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _in_one(lines: AsyncGenerator[Json, None]) -> AsyncGenerator[Json, None]:
    """The answer to a request that wants no stream."""
    text, line = "", {}
    async with aclosing(lines):
        async for line in lines:
            text += line.get("message", {}).get("content", "")
    if "message" in line:
        line["message"]["content"] = text
    yield line


async def _version(_request: Request) -> Response:
    return JSONResponse({"version": "0.12.6"})


async def _tags(_request: Request) -> Response:
    return JSONResponse({"models": [CARD]})


def _unknown(body: Json) -> Response | None:
    name = body.get("model")
    return None if name == MODEL else _error(404, f"model '{name}' not found")


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)


def _line(**fields: Any) -> Json:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"model": MODEL, "created_at": now, **fields}
