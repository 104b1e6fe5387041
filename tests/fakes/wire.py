"""The little HTTP/1.1 that the fakes speak: requests read, replies encoded.

Hand-written because the moods need every byte under control; a proper HTTP library would refuse
to write most of them. Requests must carry a Content-Length (the gateway's all do).
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """A request as it was received. `path` is the whole target, so a stray query shows."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: Any
    """The parsed JSON, or the fields of a form, or None where there was neither."""
    time: float
    """`time.monotonic()`, in seconds, when the last byte was in."""


@dataclass(frozen=True)
class Reply:
    """A whole reply whose framing is honest."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The reply as bytes on the wire."""
        framing = {"content-type": self.content_type, "content-length": str(len(self.body))}
        return head(self.status, {**framing, **self.headers}) + self.body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers, up to and including the empty line."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def json_reply(payload: object, status: int = 200) -> Reply:
    """A JSON reply in pure ASCII: what is not ASCII, half a surrogate pair too, is escaped."""
    return Reply(json.dumps(payload).encode("ascii"), status)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection.

    Raises asyncio.IncompleteReadError when the client has gone.
    """
    first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, _, target = first.partition(" ")
    fields = (line.partition(":") for line in rest if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path = target.partition(" ")[0]
    kind = headers.get("content-type", "")
    return Request(method, path, headers, _parsed(body, kind), time.monotonic())


def _parsed(body: bytes, content_type: str) -> Any:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("latin-1")))
    try:
        return json.loads(body)
    except ValueError:
        return None
