"""Reading a log's file: what the gateway that writes it and every command beside it share.

A read-only connection never checkpoints, not even when it closes, so any number of readers may
stand beside the one writer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from eventlog import tree
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.keychanges import LOG_STREAM
from eventlog.keys import key_name
from eventlog.notes import Signer, VerifierKey
from eventlog.readmodels import FingerprintMatch, Overview
from eventlog.records import Record, interview_of
from eventlog.signing import KeysOfLog
from eventlog.sqlite import custody, file
from eventlog.sqlite.connection import ReadingAlone, ReadingConnection, Unfamiliar
from eventlog.sqlite.nodes import head_of, nodes_of
from eventlog.sqlite.overviews import overviews_where
from eventlog.sqlite.searching import Condition, begun_where, known_by, said
from eventlog.sqlite.signing import keys_in
from eventlog.sqlite.url import sqlite_url
from statemachine.interview import Interview
from statemachine.session import Role
from statemachine.states import State

T = TypeVar("T")

RECORD_FIELDS = [field.name for field in fields(Record)]
SIGHTING_FIELDS = [field.name for field in fields(FingerprintMatch)]
RECORD_COLUMNS = ", ".join(RECORD_FIELDS)

# What stands in the file was perhaps not put there by the gateway.
RECORD = TypeAdapter(Record)
SIGHTING = TypeAdapter(FingerprintMatch)

FIND = (
    "SELECT interview_id, fingerprints.version FROM fingerprints "
    "JOIN interviews USING (first_position) WHERE fingerprint = ? "
    "ORDER BY fingerprints.first_position DESC, fingerprints.version LIMIT 1"
)
FIND_HEAD = (
    "SELECT interview_id FROM interviews WHERE head = ? ORDER BY first_position DESC LIMIT 1"
)
# By way of the subject's own interviews: in all that hold the fingerprint, those of others would be
# looked at too, and the time would tell how many there are.
OWN = "interviews INDEXED BY interviews_by_starter"
FIND_OWN = (
    f"SELECT interview_id, fingerprints.version FROM {OWN} CROSS JOIN fingerprints "
    "USING (first_position) WHERE started_by = ? AND fingerprint = ? "
    "ORDER BY first_position DESC, fingerprints.version LIMIT 1"
)
FIND_OWN_HEAD = (
    f"SELECT interview_id FROM {OWN} WHERE started_by = ? AND head = ? "
    "ORDER BY first_position DESC LIMIT 1"
)
IS_OWN = f"SELECT 1 FROM {OWN} WHERE started_by = ? AND interview_id = ?"
BEGINNING_WITH = (
    "SELECT interview_id FROM interviews WHERE interview_id >= ? AND interview_id < ? "
    "ORDER BY interview_id LIMIT ?"
)

LOOKS = 5
"""How often the writer is asked to look before a read is given up. A checkpoint that it makes
between two commits changes the file too."""

WINDOW = 20_000
"""How many events a search goes through at a time: some 20 ms."""


class SqliteReader:
    """A `ReadableLog`: the log in the file at `path`, read through connections that `connect`
    makes. `log_id` gives its id, None while it cannot be opened; `look` is awaited where the file
    is found otherwise than its writer left it."""

    def __init__(
        self,
        path: Path,
        log_id: Callable[[], str | None],
        connect: Callable[[], ReadingConnection],
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._path = path
        self._log_id = log_id
        self._reader = ReaderThread(connect(), look)
        # What looks through all interviews may take a second, in which everybody else reads on.
        self._searcher = ReaderThread(connect(), look)

    @classmethod
    def of(cls, path: Path, log_id: str) -> "SqliteReader":
        """The log of `log_id` in the file at `path`, read beside whoever writes it."""
        return cls(path, lambda: log_id, lambda: ReadingAlone(path, log_id))

    @property
    def origin(self) -> str:
        log_id = self._log_id()
        if log_id is None:
            raise LogUnavailable("the event log cannot be opened yet")
        return key_name(log_id)

    @property
    def where(self) -> str:
        return str(self._path)

    @property
    def address(self) -> str | None:
        return sqlite_url(self._path)

    async def interview(self, interview_id: str) -> Interview | None:
        records = await self.records(interview_id)
        return interview_of(records) if records else None

    async def records(self, interview_id: str) -> list[Record]:
        if interview_id == LOG_STREAM:
            return []
        return await self._reader.run(
            lambda db: records_where(db, "interview_id = ? ORDER BY version", [interview_id])
        )

    async def record(self, interview_id: str, version: int) -> Record | None:
        if interview_id == LOG_STREAM:
            return None
        values = [interview_id, version]
        found = await self._reader.run(
            lambda db: records_where(db, "interview_id = ? AND version = ?", values)
        )
        return found[0] if found else None

    async def records_from(self, position: int, limit: int) -> list[Record]:
        where = "position >= ? ORDER BY position LIMIT ?"
        return await self._reader.run(lambda db: records_where(db, where, [position, limit]))

    async def head(self) -> int:
        return await self._reader.run(head_of)

    async def root(self, size: int) -> bytes:
        return await self._reader.run(lambda db: tree.root(size, nodes_of(db)))

    async def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        return await self._reader.run(lambda db: tree.inclusion_proof(position, size, nodes_of(db)))

    async def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        return await self._reader.run(
            lambda db: tree.consistency_proof(old_size, size, nodes_of(db))
        )

    async def signer(self) -> Signer:
        return await self._with_keys(KeysOfLog.signer)

    async def keys(self) -> list[VerifierKey | None]:
        return await self._with_keys(KeysOfLog.in_turn)

    async def _with_keys(self, read: Callable[[KeysOfLog, Path], T]) -> T:
        """Read the key's file where it keeps nobody waiting: in the thread that reads the log."""
        origin, path = self.origin, file.key_path(self._path)
        return await self._reader.run(lambda db: read(keys_in(db, origin), path))

    async def beginning_with(self, prefix: str, limit: int) -> list[str]:
        values = [prefix, f"{prefix}\uffff", limit]  # no id goes as far as U+FFFF
        return await self._reader.run(
            lambda db: [id for (id,) in db.execute(BEGINNING_WITH, values)]
        )

    async def forks_of(self, interview_id: str) -> list[str]:
        return await self._searcher.run(partial(custody.forks_of, interview_id))

    async def expired(self, before: str, now: str) -> list[str]:
        return await self._searcher.run(partial(custody.expired, before, now))

    async def kept_checkpoints(self) -> list[str]:
        sql = "SELECT note FROM checkpoints ORDER BY size"
        return await self._reader.run(lambda db: [note for (note,) in db.execute(sql)])

    async def find(
        self, fingerprint: bytes, started_by: str | None = None
    ) -> FingerprintMatch | None:
        sql, values = (
            (FIND, [fingerprint]) if started_by is None else (FIND_OWN, [started_by, fingerprint])
        )
        row = await self._reader.run(lambda db: db.execute(sql, values).fetchone())
        return _fingerprint_match(row) if row else None

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        sql, values = (
            (FIND_HEAD, [fingerprint])
            if started_by is None
            else (FIND_OWN_HEAD, [started_by, fingerprint])
        )
        row = await self._reader.run(lambda db: db.execute(sql, values).fetchone())
        return str(row[0]) if row else None

    async def was_started_by(self, subject: str, interview_id: str) -> bool:
        values = [subject, interview_id]
        return await self._reader.run(lambda db: db.execute(IS_OWN, values).fetchone() is not None)

    async def overview(self, interview_id: str) -> Overview | None:
        rows = await self._reader.run(partial(overviews_where, "interview_id = ?", [interview_id]))
        return rows[0] if rows else None

    async def overviews(
        self,
        *,
        text: str | None = None,
        state: State | None = None,
        role: Role | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> list[Overview]:
        wanted = {"state = ?": state, "role = ?": role, "first_position < ?": before}
        given = {clause: value for clause, value in wanted.items() if value is not None}
        listed = Condition(" AND ".join(["TRUE", *given]), tuple(given.values()))
        if text is not None:
            return await self._found(text, listed, limit)
        where = f"{listed.sql} ORDER BY first_position DESC LIMIT ?"
        values = [*listed.values, limit]
        return await self._reader.run(partial(overviews_where, where, values))

    async def _found(self, text: str, listed: Condition, limit: int) -> list[Overview]:
        """Of the `listed` interviews, those that `text` is found in.

        An index of the words would be faster, and one more place that words must be forgotten in.
        So the events are gone through from the newest, window by window; no event of an interview
        comes before its first, so that all is known of those that begin in the window.
        """
        in_event, in_list = said(text), known_by(text)
        where = (
            f"{listed.sql} AND first_position >= ? AND first_position < ? AND ({in_list.sql} "
            "OR first_position IN (SELECT value FROM json_each(?))) "
            "ORDER BY first_position DESC LIMIT ?"
        )
        found: list[Overview] = []
        begun: set[int] = set()
        end = await self._searcher.run(head_of)
        while end > 0 and len(found) < limit:
            start = max(0, end - WINDOW)
            begun |= await self._searcher.run(partial(begun_where, start, end, in_event))
            here = [position for position in begun if position >= start]
            begun.difference_update(here)
            values = [*listed.values, start, end, *in_list.values, json.dumps(here)]
            values.append(limit - len(found))
            found += await self._searcher.run(partial(overviews_where, where, values))
            end = start
        return found

    async def close(self) -> None:
        await self._searcher.close()
        await self._reader.close()


class ReaderThread:
    """A read-only connection and the one thread that uses it."""

    def __init__(
        self, connection: ReadingConnection, look: Callable[[], Awaitable[None]] | None
    ) -> None:
        self._connection = connection
        self._look = look
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog-reader")

    async def run(self, read: Callable[[Connection], T]) -> T:
        """Return what `read` returns. Raises LogUnavailable."""
        for _ in range(LOOKS):
            try:
                return await self._in_thread(lambda: self._read(read))
            except Unfamiliar:
                assert self._look is not None
                await self._look()
        raise LogUnavailable("another program changes the event log's file all the time")

    def release(self) -> None:
        """Drop the connection, from any other thread; the next read makes one."""
        with suppress(RuntimeError):  # the thread is shut down, and has dropped it
            self._thread.submit(self._connection.drop).result()

    async def close(self) -> None:
        await self._in_thread(self._connection.drop)
        self._thread.shutdown()

    async def _in_thread(self, do: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            doing = loop.run_in_executor(self._thread, do)
        except RuntimeError:  # the thread is shut down
            raise LogUnavailable("the event log is closed") from None
        return await doing

    def _read(self, read: Callable[[Connection], T]) -> T:
        try:
            return read(self._connection.database())
        except file.STORAGE_ERRORS as error:
            self._connection.drop()
            raise LogUnavailable(f"the event log cannot be read: {file.reason(error)}") from error


def records_where(db: Connection, where: str, values: Sequence[Any]) -> list[Record]:
    """The records of the rows that `where` selects, in its order."""
    sql = f"SELECT {RECORD_COLUMNS} FROM events WHERE {where}"
    rows = db.execute(sql, list(values))
    try:
        return [RECORD.validate_python(dict(zip(RECORD_FIELDS, row, strict=True))) for row in rows]
    except ValidationError as error:
        raise LogCorrupted("an event holds values that none can have") from error


def _fingerprint_match(row: Sequence[Any]) -> FingerprintMatch:
    try:
        return SIGHTING.validate_python(dict(zip(SIGHTING_FIELDS, row, strict=True)))
    except ValidationError as error:
        raise LogCorrupted("a fingerprint belongs to what no interview can be") from error
