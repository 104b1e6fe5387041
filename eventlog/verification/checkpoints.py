"""The checkpoints: those that the log was sealed with, and those that somebody kept elsewhere.

What both say is checked in the same way. What it proves is not the same: whoever can write the file
can delete the seals in it, and whoever has the key can sign others. Nobody can do that to a
checkpoint that was kept outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eventlog import tree
from eventlog.errors import LogCorrupted
from eventlog.notes import BadNote, Checkpoint
from eventlog.verification.findings import Check, Findings
from eventlog.verification.signatures import KnownFrom, Signatures
from eventlog.verification.snapshot import Snapshot


@dataclass(frozen=True)
class Kept:
    """A signed note from outside the log, and what to call it."""

    name: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many events, from the first on, the checkpoints that hold cover.

    `kept` of those that were kept outside, `kept_signed` of those among them that a key signed
    which the auditor gave; `sealed` of the `seals` that stand in the log.
    """

    kept: int = 0
    kept_signed: int = 0
    sealed: int = 0
    seals: int = 0

    @property
    def sealed_only(self) -> int:
        """How many events only the log's own checkpoints cover."""
        return max(0, self.sealed - self.kept)


@dataclass(frozen=True)
class _Held:
    """A checkpoint that the log holds to."""

    size: int
    known_from: KnownFrom


@dataclass
class CheckpointCheck:
    """Holds the first `head` events of a log to checkpoints of this `origin`."""

    snapshot: Snapshot
    head: int
    origin: str
    signatures: Signatures
    findings: Findings

    def cover(self, kept: Sequence[Kept]) -> Coverage:
        """Check the seals in the log, and those that were `kept` elsewhere."""
        seals = self.snapshot.seals()
        sealed = [self._check(_seal(size, note), size) for size, note in seals]
        held = [self._check(one) for one in kept]
        self.signatures.check_trust(self.findings)
        return Coverage(
            kept=_most(held),
            kept_signed=_most([one for one in held if one and one.known_from is KnownFrom.GIVEN]),
            sealed=_most(sealed),
            seals=len(seals),
        )

    def _check(self, kept: Kept, size: int | None = None) -> _Held | None:
        """What holds of a checkpoint; `size` is where in the log it stands."""
        try:
            checkpoint = Checkpoint.parse(kept.note)
            key = self.signatures.check(kept.note, self.origin, checkpoint.size)
        except BadNote as error:
            self.findings.add(Check.CHECKPOINT, f"{kept.name} does not hold: {error}")
            return None
        if mismatch := self._mismatch(kept.name, checkpoint, size):
            is_cut = checkpoint.origin == self.origin and checkpoint.size > self.head
            position = self.head if is_cut else None
            self.findings.add(Check.CHECKPOINT, mismatch, position=position)
            return None
        return _Held(checkpoint.size, self.signatures.trusted.known_from(key))

    def _mismatch(self, name: str, checkpoint: Checkpoint, size: int | None) -> str | None:
        """How the log differs from what the checkpoint says."""
        if checkpoint.origin != self.origin:
            return f"{name} is of another log, {checkpoint.origin}"
        if size not in (None, checkpoint.size):
            return f"{name} covers {checkpoint.size}"
        if checkpoint.size > self.head:
            return (
                f"{name} covers {checkpoint.size} events, and the log holds only {self.head}: its "
                "end was cut off"
            )
        if root_of(self.snapshot, checkpoint.size) != checkpoint.root:
            return (
                f"{name} does not fit: of the {checkpoint.size} events that it covers, some are "
                "no longer what they were"
            )
        return None


def _seal(size: int, note: str) -> Kept:
    return Kept(f"the checkpoint that the log was sealed with at {size} events", note)


def _most(held: Sequence[_Held | None]) -> int:
    return max((one.size for one in held if one is not None), default=0)


def root_of(snapshot: Snapshot, size: int) -> bytes | None:
    """The root over the first `size` events; None where nodes are missing."""
    try:
        return tree.root(size, snapshot.node)
    except LogCorrupted:
        return None
