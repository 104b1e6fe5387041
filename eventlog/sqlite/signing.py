"""What a log's file tells of the keys that sign it."""

from sqlite3 import Connection

from eventlog.keychanges import LOG_STREAM
from eventlog.signing import KeysOfLog

STREAM = (
    "SELECT position, kind, schema_version, payload FROM events WHERE interview_id = ? "
    "ORDER BY version"
)
NEWEST_SEAL = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"


def keys_in(db: Connection, origin: str) -> KeysOfLog:
    """Read what the log in `db`, which signs by the name `origin`, tells of its keys. Raises
    LogCorrupted."""
    return KeysOfLog.read(
        origin, db.execute(STREAM, [LOG_STREAM]), db.execute(NEWEST_SEAL).fetchone()
    )
