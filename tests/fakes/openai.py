"""A server with OpenAI's interface, as llama.cpp's is: models, and chat in server-sent events.

While it loads, it refuses chats with 503. It refuses requests without its key, if it has one.
"""

import time
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.streams import SSE, Piece, Talk, streamed, words_in_pieces
from tests.fakes.wire import Reply, Request, json_reply

Json = dict[str, Any]

MAX_STOPS = 4


class OpenAiServer(FakeServer):
    """Asks "OpenAI question {n}?", n being one more than the assistant messages it was sent."""

    name = "openai"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.models: list[Any] = [openai_model("qwen3-4b"), openai_model("smollm2-135m")]
        self.cannot_chat: set[str] = set()
        self.api_key: str | None = None
        self.takes_stream_options = True
        """Older servers refuse what they do not know."""
        self.thoughts: list[str] = []
        """What is thought, in pieces, before anything is said."""
        self.comments = False
        """Begin with a comment, as servers and proxies do to keep a connection."""
        self.tokens_per_second: float | None = None
        """How fast models speak; a word is a token. None: all at once."""
        self.context = 10**9
        """How many words of a prompt fit."""
        self.loaded_at = 0.0
        """On the monotonic clock; until then it is loading."""

    def routes(self) -> Routes:
        return {
            ("GET", "/v1/models"): self._list,
            ("POST", "/v1/chat/completions"): self._chat,
        }

    def load_for(self, seconds: float) -> None:
        """Begin to load now."""
        self.loaded_at = time.monotonic() + seconds

    def _right_answer(self, request: Request, mood: Mood) -> Reply:
        sent = request.headers.get("authorization")
        if self.api_key is not None and sent != f"Bearer {self.api_key}":
            return _error("Invalid API Key", 401)
        return super()._right_answer(request, mood)

    def _list(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"object": "list", "data": self.models})

    def _chat(self, body: Any, mood: Mood) -> Reply:
        model, messages = body["model"], body["messages"]
        if time.monotonic() < self.loaded_at:
            return _error("Loading model", 503)
        if model not in [entry["id"] for entry in self.models if isinstance(entry, dict)]:
            return _error(f"The model '{model}' does not exist", 404)
        if model in self.cannot_chat:
            return _error(f"The model '{model}' does not support chat completions", 400)
        if "stream_options" in body and not self.takes_stream_options:
            return _error("Unknown field: stream_options", 400)
        if len(body.get("stop", [])) > MAX_STOPS:
            return _error("'stop' must have at most 4 elements", 400)
        if sum(len(message["content"].split()) for message in messages) > self.context:
            return _error("the request exceeds the available context size, try increasing it", 400)
        question = 1 + sum(message["role"] == "assistant" for message in messages)
        said = words_in_pieces(self.say(mood, f"OpenAI question {question}?", question))
        most = body.get("max_tokens", len(said))
        reason = "length" if len(said) > most else "stop"
        end = [_chunk(model, {}, reason)]
        if body.get("stream_options", {}).get("include_usage"):
            end.append(_usage(model, len(said[:most])))
        talk = Talk(
            said=[
                *(_chunk(model, {"reasoning_content": thought}) for thought in self.thoughts),
                *(_chunk(model, {"content": piece}) for piece in said[:most]),
            ],
            thought=_chunk(model, {"reasoning_content": "What could I ask?"}),
            end=tuple(end),
        )
        begin = SSE.line(_chunk(model, {"role": "assistant", "content": None}))
        waits = (Piece(b": a comment\n\n" + begin if self.comments else begin),)
        pause = 1 / self.tokens_per_second if self.tokens_per_second else 0
        return streamed(talk, SSE, mood, waits, pause)


def openai_model(id: str) -> Json:
    """An entry of `GET /v1/models`."""
    return {"id": id, "object": "model", "created": 1_764_216_000, "owned_by": "llamacpp"}


def _chunk(model: str, delta: Json, finish_reason: str | None = None) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_764_216_000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


def _usage(model: str, tokens: int) -> Json:
    usage = {"prompt_tokens": 40, "completion_tokens": tokens, "total_tokens": 40 + tokens}
    return {**_chunk(model, {}), "choices": [], "usage": usage}


def _error(message: str, status: int) -> Reply:
    return json_reply({"error": {"message": message, "code": status}}, status)
