"""Any server with OpenAI's interface: llama.cpp's, vLLM, LM Studio, …

It gets the interview's messages and streams the next one as server-sent events. llama.cpp's server
refuses requests while it loads its model; it is asked again until it does not.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, Field

from backends.assessing.prompt import Ask
from backends.errors import BackendError
from backends.http import Busy, Refusal, Service
from backends.lines import BROKE_OFF
from backends.modelcard import ModelState
from backends.models import ModelCatalogue
from backends.prompting import (
    CONTEXT_TOKENS,
    SUMMARY_TOKENS,
    TURN_TOKENS,
    Prompt,
    summary_prompt,
    turn_prompt,
)
from backends.services import OPENAI
from backends.sse import SseDecoder
from backends.standins import reply_of_first_that_chats
from backends.streams import read_chunk, values_of
from backends.turn import End, Phase, Piece, Status, Turn, Words

AGAIN_SECONDS = 0.5
"""How often a server that is loading is asked."""

LEAST_CONTEXT, MOST_CONTEXT = 1024, 32_768
"""Tokens. With fewer, a prompt and one answer hardly fit; more than a whole interview has."""

USAGE_SECONDS = 1.0
"""How long the count of tokens is waited for when the reply is whole."""

STOPS = ["<|im_end|>", "<|eot_id|>", "\nCandidate:", "\nUser:"]
"""Where a small model goes on with the other side's turn. OpenAI's interface takes four."""


class _Delta(BaseModel):
    # Thoughts come as `reasoning_content` or `reasoning` beside it, and are no words.
    content: str | None = None


class _Choice(BaseModel):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


Count = Annotated[int, Field(ge=0, le=10**9)]


class _Usage(BaseModel):
    completion_tokens: Count
    prompt_tokens: Count | None = None


class _Chunk(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class OpenAiBackend:
    """Speaks with the session's model if the server has it, else with its first one that chats."""

    name = OPENAI

    def __init__(self, service: Service, catalogue: ModelCatalogue) -> None:
        self._service = service
        self._catalogue = catalogue
        self._tells_usage = True
        """Whether it takes the wish for a count of tokens; older servers refuse it."""

    def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        return self._reply(turn.session.config.model, partial(turn_prompt, turn), TURN_TOKENS)

    def sum_up(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        return self._reply(turn.session.config.model, partial(summary_prompt, turn), SUMMARY_TOKENS)

    def assess(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """A reply in JSON that fits the schema of `ask`, where the server can see to it."""
        return self._reply(ask.model, ask.prompt, ask.limit, ask.schema)

    def _reply(
        self,
        model: str | None,
        make_prompt: Callable[[int], Prompt],
        limit: int,
        schema: dict[str, Any] | None = None,
    ) -> AsyncGenerator[Piece, None]:
        return reply_of_first_that_chats(
            self._catalogue,
            OPENAI,
            model,
            lambda chosen: self._within_context(chosen, make_prompt, limit, schema),
        )

    async def _within_context(
        self,
        model: str,
        make_prompt: Callable[[int], Prompt],
        limit: int,
        schema: dict[str, Any] | None,
    ) -> AsyncGenerator[Piece, None]:
        """The reply to as much of the interview as the server takes: it may give a request less
        room than its model has."""
        context = self._catalogue.context(OPENAI, model) or CONTEXT_TOKENS
        budget = min(max(context, LEAST_CONTEXT), MOST_CONTEXT) - TURN_TOKENS
        while True:
            try:
                reply = self._when_loaded(model, make_prompt(budget), limit, schema)
                async with aclosing(reply) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except Refusal as refusal:
                if not _is_too_long(refusal) or budget <= LEAST_CONTEXT - TURN_TOKENS:
                    raise
                budget = max(budget // 2, LEAST_CONTEXT - TURN_TOKENS)

    async def _when_loaded(
        self, model: str, prompt: Prompt, limit: int, schema: dict[str, Any] | None
    ) -> AsyncGenerator[Piece, None]:
        """The reply, asked for until the server has loaded the model: the caller sets the limit."""
        card = self._catalogue.named(OPENAI, model)
        is_loading = card is not None and card.state in (ModelState.LOADING, ModelState.INSTALLED)
        if is_loading:
            yield Status(Phase.LOADING, model, prompt.trimmed)
        else:
            yield Status(Phase.READING, model, prompt.trimmed)
        while True:
            try:
                reply = self._with_or_without_schema(model, prompt, limit, schema)
                async with aclosing(reply) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except Busy as busy:
                if "loading" not in busy.told.lower():
                    raise
            if not is_loading:
                yield Status(Phase.LOADING, model, prompt.trimmed)
                is_loading = True
            await asyncio.sleep(AGAIN_SECONDS)

    async def _with_or_without_schema(
        self, model: str, prompt: Prompt, limit: int, schema: dict[str, Any] | None
    ) -> AsyncGenerator[Piece, None]:
        body: dict[str, Any] = {
            "model": self._catalogue.own_name(OPENAI, model),
            "messages": prompt.to_json(),
            "stream": True,
            "max_tokens": limit,
            "stop": STOPS,
        }
        if schema is not None:
            # No stops: where they stand in a string of the JSON, they are the candidate's words.
            del body["stop"]
            shape = {"name": "assessment", "strict": True, "schema": schema}
            shaped = body | {"response_format": {"type": "json_schema", "json_schema": shape}}
            try:
                async with aclosing(self._with_or_without_usage(model, shaped, prompt)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except Refusal as refusal:  # it knows no schemas: the prompt says what is wanted
                if refusal.status != HTTPStatus.BAD_REQUEST or _is_too_long(refusal):
                    raise
        async with aclosing(self._with_or_without_usage(model, body, prompt)) as pieces:
            async for piece in pieces:
                yield piece

    async def _with_or_without_usage(
        self, model: str, body: dict[str, Any], prompt: Prompt
    ) -> AsyncGenerator[Piece, None]:
        wish = {"stream_options": {"include_usage": True}}
        if self._tells_usage:
            try:
                async with aclosing(self._chat(model, body | wish, prompt.trimmed)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except Refusal as refusal:
                if refusal.status != HTTPStatus.BAD_REQUEST or _is_too_long(refusal):
                    raise
        async with aclosing(self._chat(model, body, prompt.trimmed)) as pieces:
            async for piece in pieces:
                self._tells_usage = False  # for without the wish it answers
                yield piece

    async def _chat(
        self, model: str, body: dict[str, Any], trimmed: int
    ) -> AsyncGenerator[Piece, None]:
        decoder = SseDecoder()
        is_writing, said_anything = False, False
        stream = values_of(self._service.stream("/v1/chat/completions", body), decoder)
        async with aclosing(stream) as values:
            async for value in values:
                said_anything = True
                chunk = read_chunk(_Chunk, value)
                for choice in chunk.choices[:1]:
                    if choice.delta.content:
                        if not is_writing:
                            yield Status(Phase.WRITING, model, trimmed)
                            is_writing = True
                        yield Words(choice.delta.content)
                    if choice.finish_reason is not None:
                        usage = chunk.usage or await _usage_in(values)
                        yield End(
                            is_cut_off=choice.finish_reason == "length",
                            tokens=usage.completion_tokens if usage else None,
                            prompt_tokens=usage.prompt_tokens if usage else None,
                        )
                        return
        if decoder.is_done and said_anything:  # some servers give no reason for their end
            yield End()
        elif said_anything:
            raise BackendError(BROKE_OFF)
        else:
            raise BackendError("Did not answer a stream of events")


def _is_too_long(refusal: Refusal) -> bool:
    """Whether the prompt does not fit: "exceeds the available context size" (llama.cpp), "maximum
    context length is 2048 tokens" (vLLM)."""
    return refusal.status == HTTPStatus.BAD_REQUEST and "context" in refusal.told.lower()


async def _usage_in(values: AsyncGenerator[Any, None]) -> _Usage | None:
    """The count of tokens, which comes behind the reply. Words are no longer heard there."""
    try:
        async with asyncio.timeout(USAGE_SECONDS):
            async for value in values:
                chunk = read_chunk(_Chunk, value)
                if chunk.usage is not None:
                    return chunk.usage
    except (TimeoutError, BackendError):
        return None  # the reply is whole without it
    return None
