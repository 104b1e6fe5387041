"""The parts of an answer beside its body: the header that points to its event, and the problems
that the OpenAPI page lists for it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.problem_documents import PROBLEM_JSON, Problem
from api.http.problems import FOREIGN_ORIGIN, TOO_LARGE, TOO_SLOW, UNKNOWN_HOST, ProblemType
from api.usecases.callers import EVERYBODY, Caller
from eventlog.records import Record

EVENT_HEADER = "Interview-Event"

WITH_EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            EVENT_HEADER: {
                "description": "The event that recorded this answer: its position in the log and "
                "its RFC 6962 leaf hash in hexadecimal. Keep it: with a checkpoint, the proof of "
                "GET /api/v1/audit/inclusion shows that the log still holds it.",
                "schema": {
                    "type": "string",
                    "pattern": '^(position=[0-9]+, )?leaf="[0-9a-f]{64}"$',
                },
                "example": f'position=41, leaf="{"9f" * 32}"',
            }
        }
    }
}
"""FastAPI's `responses` for an endpoint that points to the event of its answer."""


def json_of(
    reply: BaseModel,
    record: Record | None = None,
    *,
    caller: Caller = EVERYBODY,
    status: int = 200,
) -> Response:
    """The reply as JSON, without the fields that are None. It saves the time in which FastAPI would
    check and convert a valid reply again.

    A header (an RFC 9651 dictionary) points to the reply's `record`: a client that keeps it can
    check later that the log still has the event. A `caller` who sees only its own interviews is not
    told its position: from one to the next, it could tell how much others say.
    """
    content = reply.model_dump_json(by_alias=True, exclude_none=True)
    response = Response(content, status, media_type="application/json")
    if record is not None:
        leaf = record.leaf.hex()
        position = f"position={record.position}, " if caller.owner is None else ""
        response.headers[EVENT_HEADER] = f'{position}leaf="{leaf}"'
    return response


def takes(body: type[BaseModel]) -> dict[str, Any]:
    """FastAPI's `openapi_extra` for an endpoint that reads this JSON itself."""
    return {"requestBody": {"required": True, "content": _json(body)}}


def gives(reply: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for an endpoint that makes this JSON itself."""
    return {200: {"description": "Successful Response", "content": _json(reply)}}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


NDJSON = "application/x-ndjson"


class ClosedAtOnce(StreamingResponse):
    """Pieces that are sent as soon as they are made. However it ends, the generator is closed at
    once, and so notices a client that has gone."""

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(pieces, headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send)


class JsonLines(ClosedAtOnce):
    """One JSON object per line."""

    media_type = NDJSON


EVENT_STREAM = "text/event-stream"


class EventStream(ClosedAtOnce):
    """Server-sent events."""

    media_type = EVENT_STREAM

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        # A proxy that keeps words back to send them together would undo all this.
        super().__init__(events, {"cache-control": "no-store", "x-accel-buffering": "no"})


def json_lines(*kinds: type[BaseModel]) -> dict[str, Any]:
    """An entry for FastAPI's `responses`: an answer whose lines are objects of these kinds."""
    line = {"anyOf": [{"$ref": f"#/components/schemas/{kind.__name__}"} for kind in kinds]}
    schema = {"type": "string", "contentMediaType": NDJSON, "contentSchema": line}
    return {"description": "A JSON object a line.", "content": {NDJSON: {"schema": schema}}}


EVERYWHERE = (UNKNOWN_HOST, FOREIGN_ORIGIN)
WITH_BODY = (TOO_SLOW, TOO_LARGE)


def documented(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these problems. Several may have the same status."""
    described: dict[int | str, list[str]] = {}
    for kind in kinds:
        described.setdefault(kind.status, []).append(f"{kind.title}. {kind.advice}")
    return {
        status: {
            "description": " ".join(descriptions),
            "content": {
                PROBLEM_JSON: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
            },
        }
        for status, descriptions in described.items()
    }
