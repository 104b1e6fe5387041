"""The client of llama.cpp's server: one chat, in pieces."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.http_clients import async_http_client

Json = dict[str, Any]

OPTIONS = {
    "num_predict": "max_tokens",
    "seed": "seed",
    "stop": "stop",
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
}
"""Ollama's options, and what llama.cpp calls them."""


@dataclass
class Chat:
    """A chat that was asked for, and what became of it so far. Counts are in tokens."""

    messages: list[Json]
    options: Json = field(default_factory=dict)
    schema: Json | None = None
    """The JSON schema that the reply must have, as Ollama's `format` gives it."""
    dropped: int = 0
    """How many of the oldest messages did not fit into the context. Ollama drops them silently."""
    prompt: int = 0
    cached: int = 0
    """How many of the prompt's tokens were known from the chat before this one."""
    text: str = ""
    written: int = 0
    end: str | None = None
    """`stop` or `length`; None while it is under way, and for good where its client went away."""

    @property
    def evaluated(self) -> int:
        """How many of the prompt's tokens were evaluated."""
        return self.prompt - self.cached


class Llama:
    """llama.cpp's server at `url`."""

    def __init__(self, url: str) -> None:
        # It may close a connection in the moment in which the next chat takes it.
        unkept = httpx.Limits(max_keepalive_connections=0)
        self._client = async_http_client(base_url=url, timeout=None, limits=unkept)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def tokens(self, text: str) -> int:
        """How many tokens a text is."""
        response = await self._client.post("/tokenize", json={"content": text})
        return len(response.raise_for_status().json()["tokens"])

    async def write(self, chat: Chat) -> AsyncGenerator[str, None]:
        """The words of a reply, a token at a time; first "", once the length of the prompt is
        known. `chat` is brought up to date before each piece."""
        asked = {OPTIONS[key]: value for key, value in chat.options.items() if key in OPTIONS}
        if chat.schema is not None:
            wanted = {"name": "reply", "schema": chat.schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": wanted}
        while True:
            body = {**asked, "stream": True, "return_progress": True, "messages": _kept(chat)}
            async with self._client.stream("POST", "/v1/chat/completions", json=body) as response:
                if response.is_error:
                    error = json.loads(await response.aread())["error"]
                    if error.get("type") != "exceed_context_size_error":
                        raise LlamaError(error["message"])
                    chat.dropped += 1
                    continue
                async with aclosing(_pieces(response, chat)) as pieces:
                    async for piece in pieces:
                        yield piece
                return


class LlamaError(Exception):
    """The server refused a chat or broke it off."""


def _kept(chat: Chat) -> Sequence[Mapping[str, Any]]:
    """The messages without the oldest that do not fit; the system's stays."""
    system = [message for message in chat.messages[:1] if message["role"] == "system"]
    kept = chat.messages[len(system) + chat.dropped :]
    if not kept:
        raise LlamaError("the last message alone exceeds the context")
    return [*system, *kept]


async def _pieces(response: httpx.Response, chat: Chat) -> AsyncGenerator[str, None]:
    async for line in response.aiter_lines():
        kind, _, data = line.partition(": ")
        if kind != "data" or data == "[DONE]":
            continue
        sent = json.loads(data)
        if "error" in sent:
            raise LlamaError(sent["error"]["message"])
        if progress := sent.get("prompt_progress"):
            if not chat.prompt:
                chat.prompt, chat.cached = progress["total"], progress["cache"]
                yield ""
            continue
        for choice in sent["choices"]:
            chat.end = choice["finish_reason"] or chat.end
            if words := choice["delta"].get("content"):
                chat.text += words
                chat.written += 1
                yield words
