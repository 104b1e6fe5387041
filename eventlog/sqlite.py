"""The event log in one SQLite file.

Writes go through the one `Writer`; reads through a read-only connection in a thread of
their own. Interviews in use are kept folded in memory, which is safe because no other
process can append while this one holds the log.
"""

import asyncio
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from eventlog import file, tree
from eventlog.errors import LogUnavailable, VersionConflict
from eventlog.keys import load_signer
from eventlog.nodes import nodes_of, put_nodes
from eventlog.notes import Signer
from eventlog.protocol import Appended
from eventlog.readmodels import Overview, Projection, Sighting, overview, project
from eventlog.records import Draft, Record, draft
from eventlog.writer import Writer
from statemachine.events import Event
from statemachine.interview import Interview, replay
from statemachine.session import Role
from statemachine.states import State

T = TypeVar("T")

INTERVIEWS_IN_MEMORY = 512

RECORD_FIELDS = [field.name for field in fields(Record)]
OVERVIEW_FIELDS = [field.name for field in fields(Overview)]
RECORD_COLUMNS = ", ".join(RECORD_FIELDS)
OVERVIEW_COLUMNS = ", ".join(OVERVIEW_FIELDS)

INSERT_EVENT = (
    f"INSERT INTO events ({RECORD_COLUMNS}) "
    f"VALUES ({', '.join(':' + name for name in RECORD_FIELDS)})"
)
PUT_OVERVIEW = (
    f"INSERT INTO interviews ({OVERVIEW_COLUMNS}, head) "
    f"VALUES ({', '.join(':' + name for name in OVERVIEW_FIELDS)}, :head) "
    "ON CONFLICT (interview_id) DO UPDATE SET state = excluded.state, "
    "questions_asked = excluded.questions_asked, answers_given = excluded.answers_given, "
    "version = excluded.version, updated_at = excluded.updated_at, head = excluded.head "
    "RETURNING first_position"
)
PUT_FINGERPRINT = "INSERT INTO fingerprints (fingerprint, first_position, version) VALUES (?, ?, ?)"
FIND = (
    "SELECT interview_id, fingerprints.version FROM fingerprints "
    "JOIN interviews USING (first_position) WHERE fingerprint = ? "
    "ORDER BY fingerprints.first_position DESC, fingerprints.version LIMIT 1"
)
FIND_HEAD = (
    "SELECT interview_id FROM interviews WHERE head = ? ORDER BY first_position DESC LIMIT 1"
)


class SqliteEventLog:
    """An `EventLog` in the file at `path`, made if need be.

    Raises LogNotOpened: NotALog, LogTooNew, LogReadOnly or LogHeld.
    """

    def __init__(self, path: Path) -> None:
        # One file has one lock, whatever links lead to it.
        self._path = Path(os.path.realpath(path))
        file.refuse_foreign(self._path)
        self._hold = file.hold(self._path)
        try:
            log_id = file.prepare(self._path)
        except BaseException:
            self._hold.release()
            raise
        self._log_id = log_id
        self._writer = Writer(self._path, log_id)
        self._reader = _Reader(self._path, log_id)
        self._folded: OrderedDict[str, Interview] = OrderedDict()

    @property
    def where(self) -> str:
        return str(self._path)

    async def append(
        self, interview_id: str, expected_version: int, events: Sequence[Event], at: datetime
    ) -> Appended:
        before = await self.interview(interview_id)
        if expected_version != (before.version if before else 0):
            raise VersionConflict(f"interview {interview_id} is not at {expected_version}")
        projection = project(before, interview_id, events)
        drafts = [
            draft(interview_id, expected_version + 1 + n, event, at)
            for n, event in enumerate(events)
        ]
        # Shielded: if the caller goes away, memory still learns what the file took.
        writing = self._write(interview_id, expected_version, drafts, projection)
        return Appended(projection.interview, await asyncio.shield(writing))

    async def _write(
        self,
        interview_id: str,
        expected_version: int,
        drafts: Sequence[Draft],
        projection: Projection,
    ) -> tuple[Record, ...]:
        try:
            records = await self._writer.run(
                lambda db: _insert(db, expected_version, drafts, projection)
            )
        except BaseException:
            # Whatever happened, memory must not know better than the file.
            self._folded.pop(interview_id, None)
            raise
        self._remember(interview_id, projection.interview)
        return records

    async def interview(self, interview_id: str) -> Interview | None:
        if folded := self._folded.get(interview_id):
            self._folded.move_to_end(interview_id)
            return folded
        records = await self.records(interview_id)
        if not records:
            return None
        interview = replay((record.event for record in records), id=interview_id)
        return self._remember(interview_id, interview)

    def _remember(self, interview_id: str, interview: Interview) -> Interview:
        """Keep the newer of what is known and what was just read or written; which it is."""
        known = self._folded.get(interview_id)
        if known is None or known.version < interview.version:
            known = self._folded[interview_id] = interview
        self._folded.move_to_end(interview_id)
        if len(self._folded) > INTERVIEWS_IN_MEMORY:
            self._folded.popitem(last=False)
        return known

    async def records(self, interview_id: str) -> list[Record]:
        return await self._reader.run(
            lambda db: _records(db, "interview_id = ? ORDER BY version", [interview_id])
        )

    async def records_from(self, position: int, limit: int) -> list[Record]:
        return await self._reader.run(
            lambda db: _records(db, "position >= ? ORDER BY position LIMIT ?", [position, limit])
        )

    async def head(self) -> int:
        return await self._reader.run(_head)

    async def root(self, size: int) -> bytes:
        return await self._reader.run(lambda db: tree.root(size, nodes_of(db)))

    async def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        return await self._reader.run(lambda db: tree.inclusion_proof(position, size, nodes_of(db)))

    async def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        return await self._reader.run(
            lambda db: tree.consistency_proof(old_size, size, nodes_of(db))
        )

    async def signer(self) -> Signer:
        key = self._path.with_name(f"{self._path.name}.key")
        return await asyncio.to_thread(load_signer, key, self._log_id)

    async def find(self, fingerprint: bytes) -> Sighting | None:
        row = await self._reader.run(lambda db: db.execute(FIND, [fingerprint]).fetchone())
        return Sighting(*row) if row else None

    async def find_head(self, fingerprint: bytes) -> str | None:
        row = await self._reader.run(lambda db: db.execute(FIND_HEAD, [fingerprint]).fetchone())
        return str(row[0]) if row else None

    async def overview(self, interview_id: str) -> Overview | None:
        rows = await self._reader.run(lambda db: _overviews(db, "interview_id = ?", [interview_id]))
        return rows[0] if rows else None

    async def overviews(
        self,
        *,
        state: State | None = None,
        role: Role | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> list[Overview]:
        wanted = {"state = ?": state, "role = ?": role, "first_position < ?": before}
        given = {clause: value for clause, value in wanted.items() if value is not None}
        where = " AND ".join(["TRUE", *given]) + " ORDER BY first_position DESC LIMIT ?"
        return await self._reader.run(lambda db: _overviews(db, where, [*given.values(), limit]))

    async def is_writable(self) -> bool:
        """An empty transaction tells; after a failed write, one that writes for certain."""
        check = _count_check if self._writer.failed else _do_nothing
        try:
            await self._writer.run(check)
        except LogUnavailable:
            return False
        return True

    async def rebuild_read_models(self) -> None:
        """Make the list of interviews and the fingerprints again, from the events alone."""
        await self._writer.run(_rebuild_read_models)

    async def close(self) -> None:
        # Readers first: the last connection to close checkpoints, and only the writer may.
        await self._reader.close()
        await self._writer.close()
        self._hold.release()


class _Reader:
    """A read-only connection and the one thread that uses it."""

    def __init__(self, path: Path, log_id: str) -> None:
        self._connection = file.Connection(path, log_id, file.open_read_only)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog-reader")

    async def run(self, read: Callable[[Database], T]) -> T:
        """What `read` returns. Raises LogUnavailable."""
        loop = asyncio.get_running_loop()
        try:
            reading = loop.run_in_executor(self._thread, self._read, read)
        except RuntimeError:  # the thread is shut down
            raise LogUnavailable("the event log is closed") from None
        return await reading

    def _read(self, read: Callable[[Database], T]) -> T:
        try:
            return read(self._connection.database())
        except (sqlite3.Error, OSError) as error:
            self._connection.drop()
            raise LogUnavailable(f"the event log cannot be read: {file.reason(error)}") from error

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connection.drop)
        self._thread.shutdown()


def _insert(
    db: Database, expected_version: int, drafts: Sequence[Draft], projection: Projection
) -> tuple[Record, ...]:
    interview_id = drafts[0].interview_id
    found = db.execute(
        "SELECT coalesce(max(version), 0) FROM events WHERE interview_id = ?", [interview_id]
    ).fetchone()[0]
    if found != expected_version:
        raise VersionConflict(f"interview {interview_id} is at {found}, not {expected_version}")
    head = _head(db)
    records = tuple(draft.at(head + n) for n, draft in enumerate(drafts))
    for record in records:
        db.execute(INSERT_EVENT, vars(record))
        put_nodes(db, record.position, record.leaf)
    _put_read_models(db, projection, head, records)
    return records


def _put_read_models(
    db: Database, projection: Projection, first_position: int, records: Sequence[Record]
) -> None:
    """Bring the read models up to the interview's latest `records`; `first_position` and
    the first record's time count only for an interview that is new to the list."""
    row = overview(projection.interview, first_position, records[0].time, records[-1])
    began = db.execute(PUT_OVERVIEW, {**vars(row), "head": projection.head}).fetchone()[0]
    for fingerprint, version in projection.fingerprints:
        db.execute(PUT_FINGERPRINT, [fingerprint, began, version])


def _rebuild_read_models(db: Database) -> None:
    ids = db.execute("SELECT interview_id FROM events WHERE version = 1 ORDER BY position")
    interviews = [
        _records(db, "interview_id = ? ORDER BY version", [id]) for (id,) in ids.fetchall()
    ]
    projections = [  # before anything is deleted: an event may be unreadable
        project(None, records[0].interview_id, [record.event for record in records])
        for records in interviews
    ]
    db.execute("DELETE FROM interviews")
    db.execute("DELETE FROM fingerprints")
    for projection, records in zip(projections, interviews, strict=True):
        _put_read_models(db, projection, records[0].position, records)


def _records(db: Database, where: str, values: Sequence[Any]) -> list[Record]:
    sql = f"SELECT {RECORD_COLUMNS} FROM events WHERE {where}"
    rows = db.execute(sql, list(values))
    return [Record(**dict(zip(RECORD_FIELDS, row, strict=True))) for row in rows]


def _overviews(db: Database, where: str, values: Sequence[Any]) -> list[Overview]:
    sql = f"SELECT {OVERVIEW_COLUMNS} FROM interviews WHERE {where}"
    rows = [Overview(*row) for row in db.execute(sql, list(values))]
    return [replace(row, adopted=bool(row.adopted)) for row in rows]  # SQLite has no booleans


def _head(db: Database) -> int:
    head: int = db.execute("SELECT coalesce(max(position) + 1, 0) FROM events").fetchone()[0]
    return head


def _do_nothing(_: Database) -> None:
    """An empty transaction still needs the write lock and a file that can be written."""


def _count_check(db: Database) -> None:
    db.execute("UPDATE log SET checks = checks + 1")
