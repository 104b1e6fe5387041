"""The event log in one SQLite file.

Writes go through the one `Writer`; reads through a read-only connection in a thread of
their own. Interviews in use are kept folded in memory, which is safe because no other
process can append while this one holds the log.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from eventlog import file
from eventlog.appending import Append, rebuild_read_models, write
from eventlog.checkpoints import signed_checkpoint
from eventlog.errors import LogUnavailable, NotAsLogged, VersionConflict
from eventlog.notes import Checkpoint
from eventlog.protocol import Appended
from eventlog.reading import SqliteReader, head_of, records_where
from eventlog.readmodels import Projection, project
from eventlog.records import Record, draft
from eventlog.writer import Writer
from statemachine.events import Event
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

INTERVIEWS_IN_MEMORY = 512

SCRUB_SECONDS = 10
"""How long `scrub` waits for readers that still need what it is to overwrite."""

SCRUBBED = "UPDATE log SET scrubs_due = 0 WHERE scrubs_due = ?"
"""Unless something more was forgotten meanwhile."""


@dataclass(frozen=True)
class _Known:
    """An interview as it is kept in memory, and what the append that made it so told of it:
    its newest record, and the fingerprint of the session that it stands at."""

    interview: Interview
    newest: Record | None = None
    head: bytes | None = None


class SqliteEventLog(SqliteReader):
    """An `EventLog` in the file at `path`, made if need be.

    Raises LogNotOpened: NotALog, LogTooNew, LogReadOnly or LogHeld.
    """

    def __init__(self, path: Path) -> None:
        # One file has one lock, whatever links lead to it.
        path = Path(os.path.realpath(path))
        file.refuse_foreign(path)
        self._hold = file.hold(path)
        try:
            log_id = file.prepare(path)
        except BaseException:
            self._hold.release()
            raise
        super().__init__(path, log_id)
        self._writer = Writer(path, log_id)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._scrubbing = asyncio.Lock()

    async def append(
        self, interview_id: str, expected_version: int, events: Sequence[Event], at: datetime
    ) -> Appended:
        before = await self.interview(interview_id)
        if expected_version != (before.version if before else 0):
            raise VersionConflict(f"interview {interview_id} is not at {expected_version}")
        head = self._known[interview_id].head if before else None
        projection = project(before, interview_id, events, head)
        drafts = [
            draft(interview_id, expected_version + 1 + n, event, at)
            for n, event in enumerate(events)
        ]
        append = Append(interview_id, expected_version, drafts, projection)
        writing = self._writer.submit(write, append)
        writing.add_done_callback(partial(self._written, interview_id, projection))
        # Shielded: if the caller goes away, memory still learns what the file took.
        return Appended(projection.interview, await asyncio.shield(writing))

    def _written(
        self,
        interview_id: str,
        made: Projection,
        writing: "asyncio.Future[tuple[Record, ...]]",
    ) -> None:
        """Remember what the file took; or nothing, for memory must not know better than it."""
        if writing.cancelled() or writing.exception() is not None:
            self._known.pop(interview_id, None)
        else:
            self._remember(interview_id, _Known(made.interview, writing.result()[-1], made.head))

    async def record(self, interview_id: str, version: int) -> Record | None:
        known = self._known.get(interview_id)
        if known and known.newest and known.newest.version == version:
            return known.newest
        return await super().record(interview_id, version)

    async def interview(self, interview_id: str) -> Interview | None:
        if known := self._known.get(interview_id):
            self._known.move_to_end(interview_id)
            return known.interview
        interview = await super().interview(interview_id)
        return self._remember(interview_id, _Known(interview)) if interview else None

    def _remember(self, interview_id: str, found: _Known) -> Interview:
        """Keep the newer of what is known and what was just read or written; which it is."""
        known = self._known.get(interview_id)
        if known is None or known.interview.version < found.interview.version:
            known = self._known[interview_id] = found
        self._known.move_to_end(interview_id)
        if len(self._known) > INTERVIEWS_IN_MEMORY:
            self._known.popitem(last=False)
        return known.interview

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

    async def scrub(self) -> None:
        async with self._scrubbing:
            if due := await self._reader.run(_scrubs_due):
                # As a whole: what is freed page by page leaves copies where rows once stood.
                await self._writer.run_alone(lambda db: db.vacuum())
                await self._empty_wal()
                await self._writer.run(lambda db: db.execute(SCRUBBED, [due]))

    async def _empty_wal(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + SCRUB_SECONDS
        while not await self._writer.run_alone(_empty_wal):
            if loop.time() > until:
                raise LogUnavailable(
                    "another program that reads the log's file keeps what was forgotten from "
                    "being overwritten in it; close that one"
                )
            await asyncio.sleep(0.1)

    async def seal(self) -> str:
        note = await signed_checkpoint(self)
        size = Checkpoint.parse(note).size
        await self._writer.run(lambda db: _keep_checkpoint(db, size, note))
        return note

    async def close(self) -> None:
        try:
            if await self._reader.run(_is_unsealed):
                await self.seal()
        except (LogUnavailable, NotAsLogged) as error:
            logger.warning("The event log was not sealed: %s", error)
        # Readers first: the last connection to close checkpoints, and only the writer may.
        await super().close()
        await self._writer.close()
        self._hold.release()


def _rebuild_read_models(db: Database) -> None:
    ids = db.execute("SELECT interview_id FROM events WHERE version = 1 ORDER BY position")
    rebuild_read_models(
        db,
        (records_where(db, "interview_id = ? ORDER BY version", [id]) for (id,) in ids.fetchall()),
    )


def _do_nothing(_: Database) -> None:
    """An empty transaction still needs the write lock and a file that can be written."""


def _count_check(db: Database) -> None:
    db.execute("UPDATE log SET checks = checks + 1")


def _keep_checkpoint(db: Database, size: int, note: str) -> None:
    if size > _sealed(db):
        db.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", [size, note])


def _is_unsealed(db: Database) -> bool:
    return head_of(db) > _sealed(db)


def _sealed(db: Database) -> int:
    """How many records the newest checkpoint in the log covers."""
    size: int = db.execute("SELECT coalesce(max(size), 0) FROM checkpoints").fetchone()[0]
    return size


def _scrubs_due(db: Database) -> int:
    due: int = db.execute("SELECT scrubs_due FROM log").fetchone()[0]
    return due


def _empty_wal(db: Database) -> bool:
    """Copy the WAL into the file and truncate it; False while a reader needs it."""
    busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
