"""Events to stored payloads and back.

A stored payload keeps the schema version it was written with, for ever. `UPCASTERS` says
how the payload of one version becomes the next; reading applies them one after another.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eventlog.errors import LogCorrupted, UnreadableEvent
from statemachine.events import KIND_OF, KINDS, Event

Payload = dict[str, Any]
Upcasters = Mapping[tuple[str, int], Callable[[Payload], Payload]]

UPCASTERS: Upcasters = {}
"""(kind, schema version) → what makes a payload of that version one of the next."""


@cache
def _from_json(event_type: type[Event]) -> Callable[[str | bytes], Event]:
    """`model_validate_json` less its checks of arguments that are not given. Made when the first
    event of the type is read, since a start reads few or none."""
    return TypeAdapter(event_type).validator.validate_json


def encode(event: Event) -> tuple[str, int, Payload]:
    """The event's kind, present schema version and payload."""
    kind = KIND_OF[type(event)]
    return kind, KINDS[kind][1], event.model_dump(mode="json", by_alias=True, exclude_none=True)


def decode(
    kind: str, schema_version: int, payload: str | bytes, upcasters: Upcasters = UPCASTERS
) -> Event:
    """The event that was stored as the JSON text `payload`. Raises UnreadableEvent for one from a
    newer release, LogCorrupted for a damaged one."""
    if kind not in KINDS:
        raise UnreadableEvent(f"events of kind {kind!r} need a newer interview-gateway")
    event_type, present = KINDS[kind]
    if schema_version > present:
        raise UnreadableEvent(
            f"version {schema_version} of {kind!r} needs a newer interview-gateway"
        )
    try:
        if schema_version == present:
            return _from_json(event_type)(payload)
        upcast = _upcast(kind, range(schema_version, present), json.loads(payload), upcasters)
        return event_type.model_validate(upcast)
    except ValueError as error:
        raise LogCorrupted(f"a {kind!r} record does not hold one: {_reason(error)}") from error


def _upcast(kind: str, versions: range, payload: Payload, upcasters: Upcasters) -> Payload:
    for version in versions:
        if (kind, version) not in upcasters:
            raise LogCorrupted(f"there is no version {version} of {kind!r}")
        payload = upcasters[kind, version](payload)
    return payload


def _reason(error: ValueError) -> str:
    """The error, without the words that stand there."""
    if not isinstance(error, ValidationError):
        return "it is not JSON"
    first = error.errors(include_input=False, include_url=False)[0]
    return ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
