"""The events as they stand in the file, nothing of them believed."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection
from typing import Any, NamedTuple


class Row(NamedTuple):
    """A row of `events`; `payload` is the very bytes that are committed to."""

    position: int
    interview_id: str
    version: int
    kind: str
    schema_version: int
    time: str
    payload: bytes | None
    salt: bytes | None
    commitment: bytes
    leaf: bytes


COLUMNS = ", ".join(Row._fields).replace("payload", "CAST(payload AS BLOB)")
IN_LOG = f"SELECT {COLUMNS} FROM events WHERE position >= ? AND position < ? ORDER BY position"
IN_INTERVIEW = (
    f"SELECT {COLUMNS} FROM events WHERE interview_id = ? AND version > ? ORDER BY version"
)


def rows_in_log(db: Connection, start: int, stop: int) -> Iterator[Row]:
    """The events from position `start` up to `stop`, in order."""
    return _rows(db, IN_LOG, (start, stop))


def rows_in_interview(db: Connection, interview_id: str, after: int = 0) -> Iterator[Row]:
    """The interview's events after version `after`, in order."""
    return _rows(db, IN_INTERVIEW, (interview_id, after))


def _rows(db: Connection, sql: str, values: Sequence[Any]) -> Iterator[Row]:
    return map(Row._make, db.execute(sql, values))
