"""Events to stored payloads and back.

A stored payload keeps the schema version it was written with, for ever. `UPCASTERS` says
how the payload of one version becomes the next; reading applies them one after another.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from eventlog.errors import UnreadableEvent
from statemachine.events import KIND_OF, KINDS, Event

Payload = dict[str, Any]
Upcasters = Mapping[tuple[str, int], Callable[[Payload], Payload]]

UPCASTERS: Upcasters = {}
"""(kind, schema version) → what makes a payload of that version one of the next."""


def encode(event: Event) -> tuple[str, int, Payload]:
    """The event's kind, present schema version and payload."""
    kind = KIND_OF[type(event)]
    return kind, KINDS[kind][1], event.model_dump(mode="json", by_alias=True, exclude_none=True)


def decode(
    kind: str, schema_version: int, payload: Payload, upcasters: Upcasters = UPCASTERS
) -> Event:
    """The event that was stored. Raises UnreadableEvent for one from a newer release, or a
    damaged one."""
    if kind not in KINDS:
        raise UnreadableEvent(f"events of kind {kind!r} need a newer interview-gateway")
    event_type, present = KINDS[kind]
    if schema_version > present:
        raise UnreadableEvent(
            f"version {schema_version} of {kind!r} needs a newer interview-gateway"
        )
    for version in range(schema_version, present):
        if (kind, version) not in upcasters:
            raise UnreadableEvent(f"there is no version {version} of {kind!r}")
        payload = upcasters[kind, version](payload)
    try:
        return event_type.model_validate(payload)
    except ValidationError as error:
        raise UnreadableEvent(f"a {kind!r} record does not hold one: {error}") from error
