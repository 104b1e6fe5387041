"""Copying a whole log out of a file, and into one, in a single transaction."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from eventlog.drafts import ReplyDraft
from eventlog.errors import LogNotOpened
from eventlog.keychanges import LOG_STREAM
from eventlog.records import Record
from eventlog.sqlite import file
from eventlog.sqlite.appending import put_events, put_read_models
from eventlog.sqlite.drafts import keep_drafts
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.nodes import head_of
from eventlog.sqlite.queries import SqliteQueries, records_where
from eventlog.sqlite.rows import insert
from eventlog.sqlite.snapshot import SqliteSnapshot
from eventlog.tree import Frontier

BEGUN = "SELECT interview_id FROM events WHERE version = 1 AND interview_id <> ? ORDER BY position"
SEALS = "SELECT count(*) FROM checkpoints"
AT_ONCE = 500
"""How many rows are written in a statement."""


class SqliteMoment(SqliteSnapshot):
    """A log's file as it is at one moment, to copy it."""

    def clock(self) -> str | None:
        return SqliteQueries().clock(self._db)

    def drafts(self) -> list[ReplyDraft]:
        return SqliteQueries().drafts(self._db)


@contextmanager
def filled_file(path: Path, log_id: str) -> Iterator["FillingFile"]:
    """A log with this id in the file at `path`, which takes what the block adds. Raises
    LogNotOpened."""
    with Hold(path):
        file.prepare(path)
        try:
            with closing(file.open_writer(path)) as db:
                db.execute("BEGIN IMMEDIATE")
                if head_of(db) > 0 or db.execute(SEALS).fetchone() != (0,):
                    raise LogNotOpened(f"an event log is at {path} already; copy to a new file")
                db.execute("UPDATE log SET id = ?", [log_id])
                yield FillingFile(db)
                db.execute("COMMIT")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except file.STORAGE_ERRORS as error:
            raise LogNotOpened(f"{path} cannot be written: {file.reason(error)}") from error


class FillingFile:
    """A `Filling` in the transaction of this connection."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, before: Frontier, records: Sequence[Record]) -> None:
        for start in range(0, len(records), AT_ONCE):
            put_events(self._db, records[start : start + AT_ONCE])

    def add_checkpoints(self, seals: Sequence[tuple[int, str]]) -> None:
        for start in range(0, len(seals), AT_ONCE):
            insert(self._db, "checkpoints (size, note)", seals[start : start + AT_ONCE])

    def add_beside(self, clock: str | None, drafts: Sequence[ReplyDraft]) -> None:
        self._db.execute("UPDATE log SET clock = ?", [clock])
        keep_drafts(self._db, drafts)

    def add_read_models(self) -> None:
        for (id,) in self._db.execute(BEGUN, [LOG_STREAM]).fetchall():
            records = records_where(self._db, "interview_id = ? ORDER BY version", [id])
            put_read_models(self._db, records)
