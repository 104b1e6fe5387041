"""A client of server-sent events, as the tests need one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.gateways import Served

EVENTS = {"accept": "text/event-stream"}


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    name: str
    id: int
    data: dict[str, Any]


@contextmanager
def listening(
    gateway: Served, method: str, path: str, body: Any = None, **headers: str
) -> Iterator[httpx.Response]:
    """The answer to a request for a stream, while it comes."""
    headers = {**EVENTS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with gateway.client.stream(method, path, json=body, headers=headers, timeout=30) as response:
        yield response


def events_in(response: httpx.Response) -> Iterator[Event]:
    """The events, as they come."""
    assert response.headers["content-type"].startswith("text/event-stream")
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and fields:
            yield Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))
            fields = {}


def heard(gateway: Served, path: str, body: Any = None, method: str = "POST") -> list[Event]:
    """All events of a stream."""
    with listening(gateway, method, path, body) as response:
        assert response.status_code == 200, response.read()
        return list(events_in(response))


def shown(events: list[Event]) -> str:
    """The words on the screen of somebody who has these events."""
    text = ""
    for event in events:
        if event.name == "delta":
            text += event.data["text"]
        elif event.name == "reset":
            text = event.data["text"]
    return text
