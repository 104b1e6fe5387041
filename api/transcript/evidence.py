"""The evidence that an interview's events have in the log, as its transcript names it."""

from collections.abc import Sequence
from dataclasses import dataclass

from eventlog.checkpoints import signed_checkpoint
from eventlog.errors import NoSigningKey
from eventlog.protocol import Proofs
from eventlog.records import Record


@dataclass(frozen=True)
class Evidence:
    """The version, position and leaf hash (hexadecimal) of each event, and a signed checkpoint that
    covers them; None while the log's key is missing."""

    leaves: tuple[tuple[int, int, str], ...]
    checkpoint: str | None


async def evidence_of(log: Proofs, records: Sequence[Record]) -> Evidence:
    """The evidence of `records`, which were read before: so the checkpoint covers them. Raises
    LogUnavailable or LogCorrupted."""
    try:
        checkpoint = await signed_checkpoint(log)
    except NoSigningKey:
        checkpoint = None
    return Evidence(tuple((r.version, r.position, r.leaf.hex()) for r in records), checkpoint)
