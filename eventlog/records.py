"""A record: one event in the log, with the evidence that it was never changed.

The commitment binds the words, the leaf binds everything else to the commitment:

    commitment = SHA-256(salt ‖ payload)
    leaf       = SHA-256(0x00 ‖ canonical JSON of the metadata and the commitment)

The leaf is an RFC 6962 leaf hash. The salt (16 random bytes) keeps anyone from guessing
short words from a commitment once payload and salt are gone (forgotten).
"""

import hashlib
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from eventlog.codec import Payload, decode, encode
from eventlog.errors import LogCorrupted, WordsForgotten
from eventlog.times import from_text, to_text
from statemachine.canonical import canonical_json, json_string
from statemachine.errors import InterviewError
from statemachine.events import ContentForgotten, Event
from statemachine.interview import Interview, forgotten_interview, replay

SALT_BYTES = 16
SALTS_AT_ONCE = 256
RFC6962_LEAF = b"\x00"


@dataclass(frozen=True)
class UnplacedRecord:
    """An event on its way into the log: everything but its place there. `payload` and
    `salt` are None where the words were forgotten since."""

    interview_id: str
    version: int
    kind: str
    schema_version: int
    time: str
    payload: str | None
    salt: bytes | None
    commitment: bytes

    def at(self, position: int) -> "Record":
        """The record that this becomes at `position`."""
        return Record(**vars(self), position=position, leaf=self.leaf_at(position))

    def leaf_at(self, position: int) -> bytes:
        """The leaf that this has at `position`."""
        return leaf_hash(
            position=position,
            interview_id=self.interview_id,
            version=self.version,
            kind=self.kind,
            schema_version=self.schema_version,
            time=self.time,
            commitment=self.commitment,
        )


@dataclass(frozen=True, kw_only=True)
class Record(UnplacedRecord):
    """A row of the log. `position` counts from 0 over all interviews, `version` from 1
    within one; `time` is RFC 3339 text."""

    position: int
    leaf: bytes

    @cached_property
    def event(self) -> Event:
        """The event. Raises UnreadableEvent, LogCorrupted or WordsForgotten."""
        if self.payload is None:
            raise WordsForgotten(f"the words of event {self.position} are gone")
        return decode(self.kind, self.schema_version, self.payload)

    @property
    def moment(self) -> datetime:
        """When it happened. Raises LogCorrupted."""
        try:
            return from_text(self.time)
        except ValueError as error:
            raise LogCorrupted(f"the time of event {self.position} is none: {error}") from error

    @property
    def is_as_logged(self) -> bool:
        """Whether the words give the commitment, and all else the leaf."""
        is_committed_to = self.payload is None or (
            self.salt is not None and commit(self.salt, self.payload.encode()) == self.commitment
        )
        return is_committed_to and self.leaf_at(self.position) == self.leaf


def draft(interview_id: str, version: int, event: Event, at: datetime) -> UnplacedRecord:
    """`event`, encoded and committed to with a fresh salt."""
    return draft_of(interview_id, version, *encode(event), at)


def draft_of(
    interview_id: str,
    version: int,
    kind: str,
    schema_version: int,
    payload: Payload,
    at: datetime,
) -> UnplacedRecord:
    """An encoded event, committed to with a fresh salt."""
    stored = canonical_json(payload)
    salt = _fresh_salt()
    return UnplacedRecord(
        interview_id=interview_id,
        version=version,
        kind=kind,
        schema_version=schema_version,
        time=to_text(at),
        payload=stored.decode(),
        salt=salt,
        commitment=commit(salt, stored),
    )


_fresh_salts: list[bytes] = []
if sys.platform != "win32":  # two processes must not use the same ones
    os.register_at_fork(after_in_child=_fresh_salts.clear)


def _fresh_salt() -> bytes:
    """A salt that nothing else has. Many are drawn at once: each draw gives the interpreter's lock
    away, and has to get it back from a busy thread."""
    try:
        return _fresh_salts.pop()
    except IndexError:
        drawn = secrets.token_bytes(SALT_BYTES * SALTS_AT_ONCE)
        salt, *more = (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))
        _fresh_salts.extend(more)  # other threads may take them all
        return salt


def commit(salt: bytes, payload: bytes) -> bytes:
    """The commitment to a payload."""
    return hashlib.sha256(salt + payload).digest()


def leaf_hash(
    *,
    position: int,
    interview_id: str,
    version: int,
    kind: str,
    schema_version: int,
    time: str,
    commitment: bytes,
) -> bytes:
    """The RFC 6962 leaf hash of a record's metadata and commitment."""
    # Canonical JSON, written out: the writer's thread makes it for each event, in a third of the
    # time that an encoder takes.
    metadata = (
        f'{{"commitment":"{commitment.hex()}","interviewId":{json_string(interview_id)},'
        f'"kind":{json_string(kind)},"position":{position},"schemaVersion":{schema_version},'
        f'"time":{json_string(time)},"version":{version}}}'
    )
    return hashlib.sha256(RFC6962_LEAF + metadata.encode()).digest()


def interview_of(records: Sequence[Record]) -> Interview:
    """The interview that its records, first to last, add up to. Raises UnreadableEvent, or
    LogCorrupted where they make none."""
    last = records[-1]
    for due, record in enumerate(records, start=1):
        if record.version != due:
            raise LogCorrupted(f"version {due} of interview {last.interview_id} is missing")
    try:
        if isinstance(last.event, ContentForgotten):
            return forgotten_interview(last.event, id=last.interview_id, version=last.version)
        return replay((record.event for record in records), id=last.interview_id)
    except (InterviewError, WordsForgotten) as error:
        raise LogCorrupted(
            f"the events of interview {last.interview_id} make none: {error}"
        ) from error
