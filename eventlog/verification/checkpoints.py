"""The checkpoints: those that the log was sealed with, and those that somebody kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from sqlite_utils import Database

from eventlog import tree
from eventlog.errors import NotAsLogged
from eventlog.nodes import nodes_of
from eventlog.notes import BadNote, Checkpoint, VerifierKey
from eventlog.verification.findings import Check, Findings

SEALS = "SELECT size, note FROM checkpoints ORDER BY size"


@dataclass(frozen=True)
class Kept:
    """A signed note from outside the log, and what to call it."""

    name: str
    note: str


def check_seals(
    db: Connection, head: int, origin: str, key: VerifierKey | None, findings: Findings
) -> tuple[int, int]:
    """Check the checkpoints that the log keeps of itself; how many there are, and how many
    events those that hold cover. Without a `key` their signatures are not checked."""
    count = covered = 0
    for size, note in db.execute(SEALS):
        count += 1
        name = f"the checkpoint that the log was sealed with at {size} events"
        if _check(db, head, origin, key, Kept(name, note), findings, size):
            covered = size
    return count, covered


def check_kept(
    db: Connection,
    head: int,
    origin: str,
    key: VerifierKey | None,
    kept: Sequence[Kept],
    findings: Findings,
) -> int:
    """Whether the log still holds all that the `kept` checkpoints cover; how many events that
    is."""
    return max(
        (_check(db, head, origin, key, one, findings) for one in kept),
        default=0,
    )


def _check(
    db: Connection,
    head: int,
    origin: str,
    key: VerifierKey | None,
    kept: Kept,
    findings: Findings,
    size: int | None = None,
) -> int:
    """How many events the checkpoint shows to be as they were."""
    try:
        text = key.open(kept.note) if key else kept.note
        checkpoint = Checkpoint.parse(text)
    except BadNote as error:
        findings.add(Check.CHECKPOINT, f"{kept.name} does not hold: {error}")
        return 0
    if checkpoint.origin != origin:
        message = f"{kept.name} is of another log, {checkpoint.origin}"
    elif size is not None and checkpoint.size != size:
        message = f"{kept.name} covers {checkpoint.size}"
    elif checkpoint.size > head:
        message = (
            f"{kept.name} covers {checkpoint.size} events, and the log holds only {head}: its end "
            "was cut off"
        )
        findings.add(Check.CHECKPOINT, message, position=head)
        return 0
    elif root_of(db, checkpoint.size) != checkpoint.root:
        message = (
            f"{kept.name} does not fit: of the {checkpoint.size} events that it covers, some are "
            "no longer what they were"
        )
    else:
        return checkpoint.size
    findings.add(Check.CHECKPOINT, message)
    return 0


def root_of(db: Connection, size: int) -> bytes | None:
    """The root over the first `size` events; None where nodes are missing."""
    try:
        return tree.root(size, nodes_of(Database(db)))
    except NotAsLogged:
        return None
