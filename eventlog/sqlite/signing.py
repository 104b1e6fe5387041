"""Which key signs a log's checkpoints: the one that signed the newest checkpoint in it, or that the
newest change of key since then names.

Another key is not used in its place: it would sign what nobody could check with the key that was
handed out. Nothing is written here.
"""

from pathlib import Path
from sqlite3 import Connection

from eventlog.errors import LogCorrupted, NoSigningKey
from eventlog.keychanges import KNOWN, LOG_STREAM, KeyChange, in_turn, read_change
from eventlog.keys import load_signer
from eventlog.notes import Signer, VerifierKey, signing_key_id
from eventlog.sqlite import file

STREAM = (
    "SELECT position, kind, schema_version, payload FROM events WHERE interview_id = ? "
    "ORDER BY version"
)
NEWEST_SEAL = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"

UNKNOWN = b""
"""The id of the key of a checkpoint that does not say which key signed it."""

REMEDY = (
    "put the log's key file back beside it, from the backup, or make a new key with "
    "`interview-gateway audit new-key`"
)


def signer_of(db: Connection, path: Path, origin: str) -> Signer:
    """What signs the checkpoints of the log in `db`, whose file is at `path`. Raises NoSigningKey
    or LogCorrupted."""
    due = due_key(db, origin, changes_in(db))
    try:
        signer = load_signer(file.key_path(path), origin)
    except NoSigningKey as error:
        is_new = due is None and not file.key_path(path).exists()
        remedy = "a gateway makes one when it opens the log" if is_new else REMEDY
        raise NoSigningKey(f"{error}: {remedy}") from error
    if due not in (None, signer.verifier.id):
        needed = f"signed by the key {due.hex()}" if due else "not signed by any"
        raise NoSigningKey(
            f"the key beside the event log is {signer.verifier.id.hex()}, and the log's newest "
            f"checkpoint is {needed}: {REMEDY}"
        )
    return signer


def keys_of(db: Connection, path: Path, origin: str) -> list[VerifierKey | None]:
    """The public keys that signed the log's checkpoints, oldest first; None is one that nobody
    knows, and the last one signs now. Raises as `signer_of`."""
    return in_turn(changes_in(db), signer_of(db, path, origin))


def due_key(db: Connection, origin: str, changes: list[KeyChange]) -> bytes | None:
    """The id of the key that is to sign; None where nothing in the log says which. Raises
    LogCorrupted."""
    match db.execute(NEWEST_SEAL).fetchone():
        case None:
            return changes[-1].new.id if changes else None
        case (int(size), str(note)):
            if changes and changes[-1].position >= size:
                return changes[-1].new.id
            return signing_key_id(note, origin) or UNKNOWN
    raise LogCorrupted("the log's newest checkpoint holds values that none can have")


def changes_in(db: Connection) -> list[KeyChange]:
    """The changes of key in the log, oldest first. What a newer release wrote beside them is left
    out. Raises LogCorrupted of a damaged one."""
    changes = []
    for position, *kind, payload in db.execute(STREAM, [LOG_STREAM]):
        if tuple(kind) == KNOWN:
            if not (isinstance(position, int) and isinstance(payload, str)):
                raise LogCorrupted("a change of the log's key holds values that none can have")
            changes.append(read_change(position, *KNOWN, payload))
    return changes
