"""Which key signs a log's checkpoints: the one that signed the newest checkpoint in it, or that the
newest change of key since then names.

Another key is not used in its place: it would sign what nobody could check with the key that was
handed out. Nothing is written here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventlog.errors import LogCorrupted, NoSigningKey, WrongOldKey
from eventlog.keychanges import KNOWN, KeyChange, in_turn, read_change
from eventlog.keys import kept_aside, load_signer, load_verifier
from eventlog.notes import Signer, VerifierKey, signing_key_id

UNKNOWN = b""
"""The id of the key of a checkpoint that does not say which key signed it."""

REMEDY = (
    "put the log's key file back beside it, from the backup, or make a new key with "
    "`interview-gateway audit new-key`"
)


@dataclass(frozen=True)
class KeysOfLog:
    """What the log that signs by the name `origin` tells of its keys: their `changes`, oldest
    first, and size and note of the `newest_seal` in it, as they are stored."""

    origin: str
    changes: list[KeyChange]
    newest_seal: tuple[Any, ...] | None

    @classmethod
    def read(
        cls, origin: str, stream: Iterable[tuple[Any, ...]], newest_seal: tuple[Any, ...] | None
    ) -> "KeysOfLog":
        """From `stream`, position, kind, schema version and payload of the log's own events. What
        a newer release wrote beside the changes of key is left out. Raises LogCorrupted of a
        damaged one."""
        changes = []
        for position, *kind, payload in stream:
            if tuple(kind) == KNOWN:
                if not (isinstance(position, int) and isinstance(payload, str)):
                    raise LogCorrupted("a change of the log's key holds values that none can have")
                changes.append(read_change(position, *KNOWN, payload))
        return cls(origin, changes, newest_seal)

    def due(self) -> bytes | None:
        """The id of the key that is to sign; None where nothing in the log says which. Raises
        LogCorrupted."""
        match self.newest_seal:
            case None:
                return self.changes[-1].new.id if self.changes else None
            case (int(size), str(note)):
                if self.changes and self.changes[-1].position >= size:
                    return self.changes[-1].new.id
                return signing_key_id(note, self.origin) or UNKNOWN
        raise LogCorrupted("the log's newest checkpoint holds values that none can have")

    def signer(self, path: Path) -> Signer:
        """What signs the checkpoints, its key in the file at `path`. Raises NoSigningKey or
        LogCorrupted."""
        due = self.due()
        try:
            signer = load_signer(path, self.origin)
        except NoSigningKey as error:
            is_new = due is None and not path.exists()
            remedy = "a gateway makes one when it opens the log" if is_new else REMEDY
            raise NoSigningKey(f"{error}: {remedy}") from error
        if due not in (None, signer.verifier.id):
            needed = f"signed by the key {due.hex()}" if due else "not signed by any"
            raise NoSigningKey(
                f"the key beside the event log is {signer.verifier.id.hex()}, and the log's newest "
                f"checkpoint is {needed}: {REMEDY}"
            )
        return signer

    def in_turn(self, path: Path) -> list[VerifierKey | None]:
        """The public keys that signed the checkpoints, oldest first; None is one that nobody
        knows, and the last one, at `path`, signs now. Raises as `signer`."""
        return in_turn(self.changes, self.signer(path))

    def old_key(self, path: Path, given: VerifierKey | None) -> VerifierKey | None:
        """The public key until now, which a new one at `path` is to replace. It is read where its
        private half still is, or from an earlier change; it is the `given` one where neither is
        left. Raises WrongOldKey or LogCorrupted."""
        beside = load_verifier(path, self.origin)
        due = self.due() or (beside and beside.id)
        if given is not None and (given.name != self.origin or given.id != (due or given.id)):
            raise WrongOldKey(
                f"the old key that was given is {given.id.hex()} of {given.name}, and the log's "
                f"newest checkpoint is signed by {due.hex() if due else 'another one'} of "
                f"{self.origin}"
            )
        known = [beside, *(load_verifier(found, self.origin) for found in kept_aside(path))]
        known += [change.new for change in self.changes]
        return next((one for one in known if one is not None and one.id == due), given)
