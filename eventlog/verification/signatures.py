"""The keys that the checkpoints are to be signed by, one after another: as the auditor gave them,
as they are beside the log, and as the log itself tells of their changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.keychanges import LOG_STREAM, KeyChange, read_change
from eventlog.notes import BadNote, VerifierKey, signing_key_id
from eventlog.verification.findings import Check, Findings
from eventlog.verification.snapshot import Snapshot


class KnownFrom(StrEnum):
    """Where a key that signatures are checked with comes from, the most trustworthy first."""

    GIVEN = "given"
    BESIDE = "beside the log"
    LOG = "the log"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class SigningKey:
    """The key that signs what covers the event at `start` and, until the next one, those behind it.
    It is None where nobody knows it: no signature is checked then."""

    start: int
    key: VerifierKey | None
    known_from: KnownFrom


@dataclass(frozen=True)
class TrustedKeys:
    """The keys that the auditor gave, and the one beside the log, if it can be read."""

    given: Sequence[VerifierKey] = ()
    beside: VerifierKey | None = None

    def known_from(self, key: VerifierKey | None) -> KnownFrom:
        if key is None:
            return KnownFrom.NOWHERE
        if key in self.given:
            return KnownFrom.GIVEN
        return KnownFrom.BESIDE if key == self.beside else KnownFrom.LOG


@dataclass
class Signatures:
    """Checks signatures, each with the key of its time."""

    trusted: TrustedKeys
    changes: Sequence[KeyChange]
    _keys: list[VerifierKey | None] = field(init=False)
    _opened: set[VerifierKey] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._keys = [None, *(change.new for change in self.changes)]
        if self.changes:
            self._keys[0] = self.changes[0].old
        elif len(self._candidates) == 1:
            self._keys[0] = self._candidates[0]

    @property
    def _candidates(self) -> Sequence[VerifierKey]:
        """The possible keys if the log names none."""
        return self.trusted.given or [key for key in (self.trusted.beside,) if key is not None]

    def check(self, note: str, origin: str, size: int) -> VerifierKey | None:
        """The key that signed `note`, a checkpoint of `size` events; None where that cannot be
        checked. Raises BadNote."""
        turn = sum(change.position < size for change in self.changes)
        key = self._keys[turn]
        if key is None:
            key = self._find(signing_key_id(note, origin))
            if key is None:
                return None
        key.open(note)
        self._keys[turn] = key
        self._opened.add(key)
        return key

    def _find(self, id: bytes | None) -> VerifierKey | None:
        """The key with this id, where the log does not tell which it is."""
        found = next((key for key in self._candidates if key.id == id), None)
        if found is None and self._candidates and not self.changes:
            raise BadNote("the note is signed by none of the keys that are known")
        return found

    def check_trust(self, findings: Findings) -> None:
        """Whether the keys that the log tells of have anything to do with those that were given."""
        used = {*self._keys, *self._opened}
        if self.trusted.given and self.changes and used.isdisjoint(self.trusted.given):
            findings.add(
                Check.CHECKPOINT,
                "the log tells of its keys, and none of them is one that was given",
                position=self.changes[0].position,
            )

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """The keys in their turn."""
        starts = [0, *(change.position for change in self.changes)]
        return tuple(
            SigningKey(start, key, self.trusted.known_from(key))
            for start, key in zip(starts, self._keys, strict=True)
        )


def check_log_stream(
    snapshot: Snapshot, origin: str, findings: Findings
) -> tuple[list[KeyChange], int]:
    """Check the log's own events: the changes of key that they tell of, and how many events they
    are. Versions must count from 1, and each change begin with the key that the one before ended
    with."""
    rows = list(snapshot.rows_of(LOG_STREAM))
    changes: list[KeyChange] = []
    position = -1
    for due, row in enumerate(rows, start=1):
        if row.version != due or row.position <= position:
            message = f"it is not version {due} of the log's own events, or not in its place"
            findings.add_at(row, Check.POSITIONS, message)
        position = row.position
        if row.payload is None:
            findings.add_at(row, Check.FORGETTING, "it is of the log's own events, and is gone")
            continue
        try:
            change = read_change(position, row.kind, row.schema_version, row.payload)
        except (UnreadableEvent, LogCorrupted) as error:
            findings.add_at(row, Check.RULES, f"it is no event that can be: {error}")
            continue
        if {key.name for key in (change.old, change.new) if key is not None} != {origin}:
            findings.add_at(row, Check.RULES, "it tells of keys of another log")
            continue
        if changes and change.old != changes[-1].new:
            message = "it changes another key than the one that the change before it began"
            findings.add_at(row, Check.RULES, message)
        changes.append(change)
    return changes, len(rows)
