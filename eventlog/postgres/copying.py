"""Copying a whole log out of a database, and into one, in a single transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from typing import Any, Final

from psycopg import Connection

from eventlog.drafts import ReplyDraft
from eventlog.errors import LogNotOpened
from eventlog.keychanges import LOG_STREAM
from eventlog.postgres.appending import (
    FINGERPRINTS,
    INTERVIEWS,
    STARTERS,
    read_model_rows,
)
from eventlog.postgres.connection import open_database
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import prepare, refuse_unknown
from eventlog.postgres.queries import EVENT_FIELDS, PostgresQueries, records_at_moment
from eventlog.postgres.snapshot import PostgresSnapshot
from eventlog.postgres.tables import PARTITION
from eventlog.postgres.url import shown
from eventlog.postgres.writing import MAKE_ROOM, MOVE_HEAD
from eventlog.readmodels import Change
from eventlog.records import Record
from eventlog.tree import Frontier

IS_NEW: Final = """
SELECT (SELECT size FROM interview_log.head FOR UPDATE) = 0
AND NOT EXISTS (SELECT FROM interview_log.checkpoints)
"""
BEGUN: Final = (
    "SELECT interview_id FROM interview_log.events WHERE version = 1 AND interview_id <> %s "
    "ORDER BY position"
)
AT_ONCE = 200
"""How many interviews' rows are written at a time."""

# Words have no statistics: samples of them would be kept where nobody erases them.
ANALYZE: Final = "ANALYZE interview_log.events, interview_log.nodes, interview_log.interviews"


class PostgresMoment(PostgresSnapshot):
    """A log's database as it is at one moment, to copy it."""

    def clock(self) -> str | None:
        return PostgresQueries().clock(self._db)

    def drafts(self) -> list[ReplyDraft]:
        return PostgresQueries().drafts(self._db)


@contextmanager
def filled_database(url: str, log_id: str) -> Iterator["FillingDatabase"]:
    """A log with this id in the database, which takes what the block adds. Raises LogNotOpened."""
    with closing(open_database(url)) as db:
        try:
            prepare(db)
            refuse_unknown(db)
            with db.transaction():
                if db.execute(IS_NEW).fetchone() != (True,):
                    raise LogNotOpened(
                        f"an event log is in {shown(url)} already; copy to a new database"
                    )
                db.execute("UPDATE interview_log.log SET id = %s", [log_id])
                yield FillingDatabase(db)
            db.execute(ANALYZE)
        except STORAGE_ERRORS as error:
            raise LogNotOpened(f"{shown(url)} cannot be written: {reason(error)}") from error


class FillingDatabase:
    """A `Filling` in the transaction of this connection."""

    def __init__(self, db: Connection[Any]) -> None:
        self._db = db
        self._room = 0

    def add(self, before: Frontier, records: Sequence[Record]) -> None:
        after = before.plus(record.leaf for record in records)
        while self._room < after.size:
            wanted = min(after.size, before.size + PARTITION)
            [(self._room,)] = self._db.execute(MAKE_ROOM, [wanted]).fetchall()
        self._put(
            "events", EVENT_FIELDS, ([vars(r)[name] for name in EVENT_FIELDS] for r in records)
        )
        words = ((r.position, r.payload, r.salt) for r in records if r.payload is not None)
        self._put("words", ("position", "payload", "salt"), words)
        nodes = (astuple(node) for node in before.completed_by(r.leaf for r in records))
        self._put("nodes", ("level", "position", "hash"), nodes)
        self._db.execute(MOVE_HEAD, [after.size, b"".join(after.hashes)])

    def add_checkpoints(self, seals: Sequence[tuple[int, str]]) -> None:
        self._put("checkpoints", ("size", "note"), seals)

    def add_beside(self, clock: str | None, drafts: Sequence[ReplyDraft]) -> None:
        self._db.execute("UPDATE interview_log.log SET clock = %s", [clock])
        self._put("drafts", [field.name for field in fields(ReplyDraft)], map(astuple, drafts))

    def add_read_models(self) -> None:
        ids = [id for (id,) in self._db.execute(BEGUN, [LOG_STREAM])]
        for start in range(0, len(ids), AT_ONCE):
            self._add_read_models(ids[start : start + AT_ONCE])

    def _add_read_models(self, ids: Sequence[str]) -> None:
        where = "interview_id = ANY (%s) ORDER BY interview_id, version"
        histories: dict[str, list[Record]] = {}
        for record in records_at_moment(self._db, where, [list(ids)]):
            histories.setdefault(record.interview_id, []).append(record)
        changes = [Change.whole(records) for records in histories.values()]
        tables = {"starters": STARTERS, "fingerprints": FINGERPRINTS, "interviews": INTERVIEWS}
        for (table, columns), rows in zip(tables.items(), read_model_rows(changes), strict=True):
            self._put(table, list(columns), ([row[name] for name in columns] for row in rows))

    def _put(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        into = f"COPY interview_log.{table} ({', '.join(columns)}) FROM STDIN"
        with self._db.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
