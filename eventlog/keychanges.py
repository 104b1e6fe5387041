"""The log's own events: each tells of a change of the key that its checkpoints are signed with.

They stand among all others, in the tree and under its checkpoints, but belong to no interview.
Their stream has the nil UUID, which no interview can have, and counts its versions from 1.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError, field_validator

from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.notes import BadNote, Signer, VerifierKey
from eventlog.records import Record, UnplacedRecord, draft_of
from statemachine.session import Reason, Value

LOG_STREAM: Final = "00000000-0000-0000-0000-000000000000"
"""The interview id of the log's own events."""

KEY_CHANGED: Final = "key-changed"
SCHEMA_VERSION: Final = 1
KNOWN: Final = (KEY_CHANGED, SCHEMA_VERSION)


class KeyChanged(Value):
    """From here on a new key signs the log's checkpoints. `old_key` is None where nobody knows
    the public key that signed them before."""

    old_key: str | None
    new_key: str
    reason: Reason

    @field_validator("old_key", "new_key")
    @classmethod
    def _is_a_key(cls, text: str | None) -> str | None:
        try:
            if text is None or str(VerifierKey.parse(text)) == text:
                return text
        except BadNote as error:
            raise ValueError(str(error)) from error
        raise ValueError("that is not how a verifier key is written")


@dataclass(frozen=True)
class KeyChange:
    """A change of key, and the position of the event that tells of it."""

    position: int
    old: VerifierKey | None
    new: VerifierKey
    reason: str


@dataclass(frozen=True)
class Changed:
    """A change of key, and the file that the old one is kept in, if it was still there."""

    change: KeyChange
    aside: Path | None


def draft_change(
    version: int, old: VerifierKey | None, new: VerifierKey, reason: str, at: datetime
) -> UnplacedRecord:
    """The event of a change of key, as the log's own `version`."""
    event = KeyChanged(old_key=old and str(old), new_key=str(new), reason=reason)
    payload = event.model_dump(mode="json", by_alias=True)
    return draft_of(LOG_STREAM, version, KEY_CHANGED, SCHEMA_VERSION, payload, at)


def change_of(record: Record) -> KeyChange:
    """The change of key that a record of the log's own tells of. Raises as `read_change`."""
    assert record.payload is not None, "nothing of the log's own is forgotten"
    return read_change(record.position, record.kind, record.schema_version, record.payload)


def read_change(position: int, kind: str, schema_version: int, payload: str | bytes) -> KeyChange:
    """The change of key that a record of the log's own holds. Raises UnreadableEvent where it is of
    a newer release, LogCorrupted where it is damaged."""
    if (kind, schema_version) != KNOWN:
        raise UnreadableEvent(
            f"version {schema_version} of {kind!r} among the log's own events needs a newer "
            "interview-gateway"
        )
    try:
        event = KeyChanged.model_validate_json(payload)
    except ValidationError as error:
        raise LogCorrupted(f"event {position} does not hold a change of key") from error
    old = VerifierKey.parse(event.old_key) if event.old_key is not None else None
    return KeyChange(position, old, VerifierKey.parse(event.new_key), event.reason)


def in_turn(changes: list[KeyChange], signer: Signer) -> list[VerifierKey | None]:
    """The keys that sign one after another, the signer's last."""
    told = [key for change in changes for key in (change.old, change.new)]
    return list(dict.fromkeys([*told, signer.verifier]))
