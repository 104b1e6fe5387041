"""A reply as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Each event has its name, an id that rises within the reply, and one line of JSON. A client that goes
away ends its stream and nothing else.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import Request

from api.http.caller import caller_of
from api.http.errors import problem_for
from api.http.responses import EVENT_STREAM, EventStream
from api.http.wire.replies import (
    DeltaEvent,
    ReplyDoneEvent,
    ResetEvent,
    StatusEvent,
    SummaryDoneEvent,
)
from api.usecases.happenings import (
    Happening,
    ReplyDelta,
    ReplyDone,
    ReplyFailed,
    ReplyReset,
    ReplyStatus,
)
from api.usecases.interviewer import Listening
from api.usecases.results import Result, Summary

COMMENT = b":\n\n"

MAX_ID_DIGITS = 18


def wants_events(request: Request) -> bool:
    """Whether the caller asks for a stream of events."""
    for accepted in request.headers.get("accept", "").split(","):
        media_type, *parameters = (part.strip().lower() for part in accepted.split(";"))
        if media_type == EVENT_STREAM:
            return not {"q=0", "q=0.0", "q=0.00", "q=0.000"} & set(parameters)
    return False


def last_event_id(request: Request) -> int | None:
    """The id of the last event that the caller has, if it names one of ours."""
    given = request.headers.get("last-event-id", "")
    return (
        int(given) if given.isascii() and given.isdigit() and len(given) <= MAX_ID_DIGITS else None
    )


def events_of(request: Request, listening: Listening) -> EventStream:
    """What happens to a reply, sent as it happens."""
    return EventStream(_encoded(request, listening))


async def _encoded(request: Request, listening: Listening) -> AsyncGenerator[bytes, None]:
    yield COMMENT  # so that the caller knows at once that the stream has begun
    async with aclosing(listening):
        async for heard in listening:
            # What is silent is taken for dead by proxies and clients.
            yield COMMENT if heard is None else _encode(request, *heard)


def _encode(request: Request, id: int, happening: Happening[Result]) -> bytes:
    name, data = _event(request, happening)
    text = data.model_dump_json(by_alias=True, exclude_none=True)
    return f"event: {name}\nid: {id}\ndata: {text}\n\n".encode()


def _event(request: Request, happening: Happening[Result]) -> tuple[str, Any]:
    match happening:
        case ReplyStatus():
            data = StatusEvent(
                phase=happening.phase.value,
                backend=happening.backend,
                model=happening.model,
                elapsed_ms=happening.elapsed_ms,
            )
            return "status", data
        case ReplyDelta(text=text):
            return "delta", DeltaEvent(text=text)
        case ReplyReset(text=text, reason=reason):
            return "reset", ResetEvent(text=text, reason=reason)
        case ReplyDone(result=result):
            with_position = caller_of(request).owner is None
            if isinstance(result, Summary):
                return "done", SummaryDoneEvent.of(result, with_position=with_position)
            return "done", ReplyDoneEvent.of(result, with_position=with_position)
        case ReplyFailed(error=error):
            return "problem", problem_for(request, error)
