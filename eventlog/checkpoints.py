"""The signed head of a log, for anyone to keep."""

from eventlog.notes import Checkpoint
from eventlog.protocol import Proofs


async def signed_checkpoint(log: Proofs) -> str:
    """A C2SP checkpoint of all that `log` holds now, as a signed note. Raises LogUnavailable, also
    as NoSigningKey."""
    return await checkpoint_at(log, await log.head())


async def checkpoint_at(log: Proofs, size: int) -> str:
    """A checkpoint of the log's first `size` events, which a change of key must not follow."""
    signer = await log.signer()
    return signer.sign(Checkpoint(signer.name, size, await log.root(size)).text())
