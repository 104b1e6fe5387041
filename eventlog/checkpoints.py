"""The signed head of a log, for anyone to keep."""

from eventlog.notes import Checkpoint
from eventlog.protocol import ReadableLog


async def signed_checkpoint(log: ReadableLog) -> str:
    """A C2SP checkpoint of all that `log` holds now, as a signed note. Raises LogUnavailable."""
    signer = await log.signer()
    size = await log.head()
    checkpoint = Checkpoint(signer.name, size, await log.root(size))
    return signer.sign(checkpoint.text())
