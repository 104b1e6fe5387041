"""Ollama: it gets the interview's messages and streams the next one.

A model that is not in memory is loaded first, on a connection of the loader's, so that a caller
who gives up does not end the load.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, Field

from backends.assessing.prompt import Ask
from backends.capabilities import THINKS
from backends.errors import BackendError
from backends.http import Refusal, Service
from backends.lines import BROKE_OFF
from backends.loading import CONTEXT, KEEP_ALIVE, ModelLoader
from backends.modelcard import ModelState
from backends.models import ModelCatalogue
from backends.ndjson import NdjsonDecoder
from backends.prompting import (
    CONTEXT_TOKENS,
    SUMMARY_TOKENS,
    TURN_TOKENS,
    Prompt,
    summary_prompt,
    turn_prompt,
)
from backends.services import OLLAMA
from backends.standins import reply_of_first_that_chats
from backends.streams import read_chunk, values_of
from backends.turn import End, Phase, Piece, Status, Turn, Words

STOPS = ["<|im_end|>", "<|eot_id|>", "\nCandidate:", "\nUser:", "\nInterviewer:"]
"""Where a small model goes on with the other side's turn."""


Count = Annotated[int, Field(ge=0, le=10**9)]


class _Message(BaseModel):
    # Thoughts come as `thinking` beside it, and are no words.
    content: str = ""


class _Chunk(BaseModel):
    message: _Message
    done: bool = False
    done_reason: str | None = None
    eval_count: Count | None = None
    prompt_eval_count: Count | None = None


class OllamaBackend:
    """Speaks with the session's model if Ollama has it, else with the first one that chats."""

    name = OLLAMA

    def __init__(self, service: Service, catalogue: ModelCatalogue, loader: ModelLoader) -> None:
        self._service = service
        self._catalogue = catalogue
        self._loader = loader

    def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        return self._reply(turn.session.config.model, partial(turn_prompt, turn), TURN_TOKENS)

    def sum_up(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        return self._reply(turn.session.config.model, partial(summary_prompt, turn), SUMMARY_TOKENS)

    def assess(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """A reply in JSON that fits the schema of `ask`, where this Ollama can see to it."""
        prompt = partial(ask.prompt, CONTEXT_TOKENS - ask.limit)
        return self._reply(ask.model, prompt, ask.limit, ask.schema)

    async def _reply(
        self,
        model: str | None,
        make_prompt: Callable[[], Prompt],
        limit: int,
        schema: dict[str, Any] | None = None,
    ) -> AsyncGenerator[Piece, None]:
        prompt = make_prompt()
        reply = reply_of_first_that_chats(
            self._catalogue,
            OLLAMA,
            model,
            lambda chosen: self._speak_with(chosen, prompt, limit, schema),
        )
        async with aclosing(reply) as pieces:
            async for piece in pieces:
                yield piece

    async def _speak_with(
        self, model: str, prompt: Prompt, limit: int, schema: dict[str, Any] | None = None
    ) -> AsyncGenerator[Piece, None]:
        if self._loader.state(model) in (ModelState.INSTALLED, ModelState.LOADING) and (
            not self._catalogue.runs_elsewhere(OLLAMA, model)
        ):
            is_there = await self._loader.loaded_at_once(model)
            if not is_there:
                yield Status(Phase.LOADING, model, prompt.trimmed)
                await self._loader.loaded(model)
        yield Status(Phase.READING, model, prompt.trimmed)
        body: dict[str, Any] = {
            "model": model,
            "messages": prompt.to_json(),
            "stream": True,
            "keep_alive": KEEP_ALIVE,
            "options": {**CONTEXT, "num_predict": limit, "stop": STOPS},
        }
        if schema is not None:
            # No stops: where they stand in a string of the JSON, they are the candidate's words.
            body |= {"format": schema, "options": {**CONTEXT, "num_predict": limit}}
        if THINKS in (await self._catalogue.capabilities.of(model) or ()):
            body["think"] = False
        try:
            async with aclosing(self._chat(model, body, prompt.trimmed)) as pieces:
                async for piece in pieces:
                    yield piece
        except Refusal as refusal:
            refused = next((n for n in ("think", "format") if n in refusal.told.lower()), None)
            if refused is None or refused not in body:
                raise
            del body[refused]
            async with aclosing(self._chat(model, body, prompt.trimmed)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _chat(
        self, model: str, body: dict[str, Any], trimmed: int
    ) -> AsyncGenerator[Piece, None]:
        is_writing = False
        stream = values_of(self._service.stream("/api/chat", body), NdjsonDecoder())
        async with aclosing(stream) as values:
            async for value in values:
                chunk = read_chunk(_Chunk, value)
                self._loader.found(model)
                if chunk.message.content:
                    if not is_writing:
                        yield Status(Phase.WRITING, model, trimmed)
                        is_writing = True
                    yield Words(chunk.message.content)
                if chunk.done:
                    yield End(
                        is_cut_off=chunk.done_reason == "length",
                        tokens=chunk.eval_count,
                        prompt_tokens=chunk.prompt_eval_count,
                    )
                    return
        raise BackendError(BROKE_OFF)
