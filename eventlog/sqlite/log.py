"""The event log in one SQLite file.

Writes go through the one `Writer`; reads through a read-only connection in a thread of
their own. Interviews in use are kept folded in memory, which is safe because no other
process can append while this one holds the log.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from eventlog.checkpoints import signed_checkpoint
from eventlog.claims import ReplyClaims
from eventlog.drafts import ENDS_DRAFT, ReplyDraft
from eventlog.errors import EventLogError, LogCorrupted, LogFull, LogUnavailable, ReservedId
from eventlog.keychanges import LOG_STREAM, Changed, change_of
from eventlog.keys import install_staged, key_name
from eventlog.known import Known, KnownInterviews, begins, drafted
from eventlog.notes import Checkpoint, VerifierKey
from eventlog.observing import CommitObserver
from eventlog.protocol import Appended
from eventlog.readmodels import Projection
from eventlog.records import Record
from eventlog.sqlite import file
from eventlog.sqlite.appending import FORGOTTEN, Append, rebuild_read_models, write
from eventlog.sqlite.connection import ReadingBesideWriter
from eventlog.sqlite.drafts import drop_drafts, keep_drafts
from eventlog.sqlite.footprint import Footprint
from eventlog.sqlite.nodes import head_of
from eventlog.sqlite.queries import records_where
from eventlog.sqlite.reading import SqliteReader
from eventlog.sqlite.rekeying import give_key, record_change
from eventlog.sqlite.writer import Writer
from eventlog.sqlite.writing import WritingConnection
from eventlog.times import to_text
from statemachine.events import Event
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

REWRITTEN_BYTES = 16 * 1024 * 1024
"""Up to this size the log's file is written anew after a forgetting, which keeps all others
waiting for some 0.2 s. A larger one is when it is closed."""

SCRUBS_DUE = (
    "SELECT scrubs_due, page_count * page_size FROM log, pragma_page_count, pragma_page_size"
)
SCRUBBED = "UPDATE log SET scrubs_due = 0 WHERE scrubs_due = ?"
"""Unless something more was forgotten meanwhile."""

KEEP_CLOCK = "UPDATE log SET clock = ?"


class SqliteEventLog(SqliteReader):
    """An `EventLog` in the file at `path`, made if need be.

    Raises LogNotOpened: NotALog, LogTooNew, LogReadOnly or LogInUse.
    """

    claims: ReplyClaims | None = None

    def __init__(self, path: Path) -> None:
        # One file has one lock, whatever links lead to it.
        path = Path(os.path.realpath(path))
        self._connection = WritingConnection(path, _prepare, self._release_readers)
        try:
            self._connection.prepare()
        except LogFull as error:
            logger.error("%s; the gateway starts without it, and tries again", error)
        super().__init__(
            path,
            lambda: self._connection.log_id,
            lambda: ReadingBesideWriter(path, self._connection),
            self._look,
        )
        self._writer = Writer(self._connection)
        self._known = KnownInterviews()
        self._known_since = self._connection.looks
        self._looking: asyncio.Future[None] | None = None
        self._drafted: set[str] = set()
        self._scrubbing = asyncio.Lock()
        self._overwritten = self._rewritten = 0

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        if interview_id == LOG_STREAM:
            raise ReservedId(f"an interview cannot have the id {interview_id}")
        is_new = begins(expected_version, events)
        known = None if is_new else await self._look_up(interview_id)
        projection, drafts = drafted(known, interview_id, expected_version, events, at, after)
        kinds = {draft.kind for draft in drafts}
        ends_reply = interview_id in self._drafted and not ENDS_DRAFT.isdisjoint(kinds)
        ends_reply |= FORGOTTEN in kinds  # its draft may be of a gateway before this one
        append = Append(interview_id, expected_version, drafts, projection, ends_reply)
        written = partial(self._written, interview_id, projection)
        records = await self._writer.submit(self._write, append, written)
        return Appended(projection.interview, records)

    def _write(
        self, db: Connection, appends: Sequence[Append]
    ) -> list[tuple[Record, ...] | EventLogError]:
        return write(db, appends, self._connection.committed)

    def _written(
        self,
        interview_id: str,
        made: Projection,
        records: tuple[Record, ...] | Exception,
    ) -> None:
        """Remember what the file took; or nothing, for memory must not know better than it."""
        if isinstance(records, Exception):
            self._known.forget(interview_id)
            return
        if made.interview.is_forgotten or ENDS_DRAFT & {record.kind for record in records}:
            self._drafted.discard(interview_id)
        known = Known(made.interview, records[-1], made.current_fingerprint)
        self._known.keep(interview_id, known)

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        self._drafted.update(draft.interview_id for draft in drafts)
        await self._writer.run(lambda db: keep_drafts(db, drafts))

    async def drafts(self) -> list[ReplyDraft]:
        drafts = await super().drafts()
        self._drafted.update(draft.interview_id for draft in drafts)
        return drafts

    async def drop_draft(self, interview_id: str) -> None:
        await self._writer.run(lambda db: drop_drafts(db, [interview_id]))
        self._drafted.discard(interview_id)

    async def record(self, interview_id: str, version: int) -> Record | None:
        known = self._recall(interview_id)
        if known and known.newest and known.newest.version == version:
            return known.newest
        return await super().record(interview_id, version)

    async def interview(self, interview_id: str) -> Interview | None:
        known = await self._look_up(interview_id)
        return known.interview if known else None

    async def _look_up(self, interview_id: str) -> Known | None:
        if known := self._recall(interview_id):
            return known
        looks = self._connection.looks
        interview = await super().interview(interview_id)
        if interview is None:
            return None
        found = Known(interview)
        # Of a file that was changed meanwhile, it may be old already.
        return self._known.keep(interview_id, found) if looks == self._connection.looks else found

    def _recall(self, interview_id: str) -> Known | None:
        """What memory has of the interview since somebody else last changed the file."""
        looks = self._connection.looks
        if self._known_since != looks:
            self._known.clear()
            self._known_since = looks
        return self._known.get(interview_id)

    def _release_readers(self) -> None:
        for reader in (self._reader, self._searcher):
            reader.release()

    async def _look(self) -> None:
        """Let the writer find out what became of the file; once for all in this loop who wait for
        it, since a look may take a moment. Raises LogUnavailable."""
        looking, loop = self._looking, asyncio.get_running_loop()
        if looking is None or looking.done() or looking.get_loop() is not loop:
            looking = self._looking = loop.create_task(self._writer.run_alone(lambda _: None))
        await asyncio.shield(looking)

    async def is_writable(self) -> bool:
        """An empty transaction tells; after a failed write, one that writes for certain."""
        check = _count_check if self._writer.failed else _do_nothing
        try:
            await self._writer.run(check)
        except LogUnavailable:
            return False
        return True

    async def stored_bytes(self) -> int | None:
        try:
            found = await asyncio.to_thread(Footprint.of, str(self._path))
        except OSError as error:
            raise LogUnavailable(f"its file cannot be found: {file.reason(error)}") from error
        return found.file.size + (found.wal.size if found.wal else 0)

    def watch_commits(self, observer: CommitObserver) -> None:
        self._writer.observer = observer

    async def rebuild_read_models(self) -> None:
        """Make the list of interviews and the fingerprints again, from the events alone."""
        await self._writer.run(_rebuild_read_models)

    async def scrub(self) -> bool:
        async with self._scrubbing:
            due, size = await self._reader.run(_scrubs_due)
            return due == self._overwritten or await self._overwrite(due, size <= REWRITTEN_BYTES)

    async def scrubs_due(self) -> int:
        due, _ = await self._reader.run(_scrubs_due)
        return 0 if due == self._overwritten else due

    async def _overwrite(self, due: int, anew: bool) -> bool:
        """Leave nothing of `due` forgettings in the files; whether nothing is left of the words.

        What was deleted became zeros in its pages, but a page that was split may hold a copy of a
        fingerprint. A file that is written `anew` as a whole holds none.
        """
        if anew and due != self._rewritten:
            await self._writer.run_alone(lambda db: db.execute("VACUUM"))
            self._rewritten = due
        if not await self._writer.run_alone(_empty_wal):
            return False
        if anew:
            await self._writer.run(lambda db: db.execute(SCRUBBED, [due]))
            self._rewritten = 0
        self._overwritten = 0 if anew else due
        return True

    async def keep_clock(self, at: datetime) -> None:
        await self._writer.run(lambda db: db.execute(KEEP_CLOCK, [to_text(at)]))

    async def seal(self) -> str:
        note = await signed_checkpoint(self)
        size = Checkpoint.parse(note).size
        await self._writer.run(lambda db: _keep_checkpoint(db, size, note))
        return note

    async def change_key(
        self, reason: str, at: datetime, old_key: VerifierKey | None = None
    ) -> Changed:
        [record] = await self._writer.run(
            lambda db: record_change(db, self._path, self.origin, reason, at, old_key)
        )
        change = change_of(record)
        aside = await asyncio.to_thread(install_staged, file.key_path(self._path))
        await self.seal()
        return Changed(change, aside)

    async def close(self) -> None:
        try:
            if await self._reader.run(_is_unsealed):
                await self.seal()
        except (LogUnavailable, LogCorrupted) as error:
            logger.warning("No checkpoint could be stored in the event log: %s", error)
        with suppress(LogUnavailable):  # it stays due
            await self._scrub_whole()
        # Readers first: the last connection to close checkpoints, and only the writer may.
        await super().close()
        await self._writer.close()
        self._connection.release()

    async def _scrub_whole(self) -> None:
        """Write a large file anew too, when nobody waits for it any more."""
        due, size = await self._reader.run(_scrubs_due)
        if due and size > REWRITTEN_BYTES:
            logger.info("Rewriting the event log's file, because words were erased")
            await self._overwrite(due, anew=True)


def _prepare(path: Path) -> str:
    """Make the log or bring it up to date, and give it its key; its id. Raises LogNotOpened."""
    log_id = file.prepare(path)
    give_key(path, key_name(log_id))
    return log_id


def _rebuild_read_models(db: Connection) -> None:
    begun = "SELECT interview_id FROM events WHERE version = 1 AND interview_id <> ? "
    ids = db.execute(f"{begun} ORDER BY position", [LOG_STREAM])
    rebuild_read_models(
        db,
        (records_where(db, "interview_id = ? ORDER BY version", [id]) for (id,) in ids.fetchall()),
    )


def _do_nothing(_: Connection) -> None:
    """An empty transaction still needs the write lock and a file that can be written."""


def _count_check(db: Connection) -> None:
    db.execute("UPDATE log SET checks = checks + 1")


def _keep_checkpoint(db: Connection, size: int, note: str) -> None:
    if size > _sealed(db):
        db.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", [size, note])


def _is_unsealed(db: Connection) -> bool:
    return head_of(db) > _sealed(db)


def _sealed(db: Connection) -> int:
    """How many records the newest checkpoint in the log covers."""
    size: int = db.execute("SELECT coalesce(max(size), 0) FROM checkpoints").fetchone()[0]
    return size


def _scrubs_due(db: Connection) -> tuple[int, int]:
    """How many forgettings may have left something in the file's bytes, and the file's size."""
    row: tuple[int, int] = db.execute(SCRUBS_DUE).fetchone()
    return row


def _empty_wal(db: Connection) -> bool:
    """Copy the WAL into the file and truncate it; False, at once, while a reader needs it."""
    db.execute("PRAGMA busy_timeout = 0")
    try:
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout = {file.BUSY_SECONDS * 1000:.0f}")
    return not busy
