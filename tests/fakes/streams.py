"""Replies in pieces, as NDJSON (Ollama) or server-sent events (OpenAI), and what the moods of
streams make of them."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.wire import Reply

LONG_WORDS = 10_000  # characters from which on words are sent in large pieces
LARGE_PIECE = 4096
BAD_LINE = 40
ENDLESS_LINE = b"x" * 1_000_000
TROUBLE = "llama runner process has terminated: CUDA error at /srv/llama.cpp/ggml-cuda.cu:75"


def _nothing() -> None:
    """What most pieces do when they are sent."""


@dataclass(frozen=True)
class Piece:
    """Some bytes, sent `pause` seconds after those before; `then` is called just before, and only
    if the client is still there."""

    data: bytes = b""
    pause: float = 0
    then: Callable[[], None] = _nothing


@dataclass(frozen=True)
class StreamReply(Reply):
    """A reply in pieces. Moods that bend whole replies find all of it in `body`."""

    pieces: tuple[Piece, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Format:
    """How the values of a stream are written."""

    content_type: str
    line: Callable[[Any], bytes]
    after_all: bytes = b""


NDJSON = Format("application/x-ndjson", lambda value: _json(value) + b"\n")
SSE = Format(
    "text/event-stream", lambda value: b"data: " + _json(value) + b"\n\n", b"data: [DONE]\n\n"
)


@dataclass(frozen=True)
class Talk:
    """What a model says, as the values of a stream: one for each piece of text, then `end`."""

    said: Iterable[Any]
    thought: Any
    """The value for a piece of thought."""
    end: tuple[Any, ...]


def words_in_pieces(text: str) -> list[str]:
    """A word and the white space behind it each, as models say them."""
    if len(text) > LONG_WORDS:
        return [text[i : i + LARGE_PIECE] for i in range(0, len(text), LARGE_PIECE)]
    return re.findall(r"\S+\s*|\s+", text)


def streamed(
    talk: Talk, format: Format, mood: Mood, waits: tuple[Piece, ...] = (), pause: float = 0
) -> StreamReply:
    """The talk as a reply: after `waits`, a piece each `pause` seconds, in this mood."""
    said = [Piece(line, pause) for line in map(format.line, talk.said)]
    ending = Piece(b"".join(map(format.line, talk.end)) + format.after_all)
    if mood is Mood.EMPTY_STREAM:
        waits = tuple(replace(wait, data=b"") for wait in waits)
    pieces = (*waits, *_in_mood(mood, said, ending, talk, format))
    body = b"".join(piece.data for piece in pieces)
    return StreamReply(body, content_type=format.content_type, pieces=pieces)


def _in_mood(
    mood: Mood, said: list[Piece], ending: Piece, talk: Talk, format: Format
) -> Iterable[Piece]:
    half = len(said) // 2
    match mood:
        case Mood.STALLS:
            return [*said[:1], Piece(pause=inf)]
        case Mood.STOPS:
            return said[:half]
        case Mood.HALF_UTF8:
            return [*_within_characters(said), ending]
        case Mood.BAD_LINE:
            bad = Piece(format.line("no JSON").replace(b'"', b"}"))
            return [*said[: BAD_LINE - 1], bad, *said[BAD_LINE - 1 :], ending]
        case Mood.ERROR_MIDWAY:
            return [*said[:half], Piece(format.line({"error": TROUBLE}))]
        case Mood.ENDLESS_LINE:
            return [*said[:1], Piece(b"data: " + ENDLESS_LINE)]
        case Mood.DONE_TWICE:
            return [*said, ending, ending]
        case Mood.AFTER_DONE:
            return [*said, ending, *said]
        case Mood.EMPTY_STREAM:
            return []
        case Mood.ONLY_THOUGHTS:
            return [Piece(format.line(talk.thought)), ending]
        case _:
            return [*said, ending]


def _within_characters(said: list[Piece]) -> Iterator[Piece]:
    """The pieces as UTF-8, cut where no character ends, if they have any beyond ASCII."""
    for piece in said:
        text = re.sub(rb"(?:\\u[0-9a-f]{4})+", _as_utf8, piece.data)
        cut = next((i for i, byte in enumerate(text) if byte > 0x7F), -1) + 1
        yield Piece(text[:cut], piece.pause)
        yield Piece(text[cut:])


def _as_utf8(escapes: re.Match[bytes]) -> bytes:
    text: str = json.loads(b'"' + escapes[0] + b'"')
    return text.encode()


def _json(value: Any) -> bytes:
    return json.dumps(value).encode("ascii")
