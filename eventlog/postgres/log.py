"""The event log in a PostgreSQL database, which other gateways may use at the same time.

Writes go through the one `GroupWriter`; reads through connections in threads of their own.
Interviews in use are kept folded in memory. Another gateway may append to them at any time, so what
is known of one is only used at the version that the database has.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from eventlog.checkpoints import signed_checkpoint
from eventlog.claims import ENDS_REPLY_CLAIM, ENDS_SUMMARY_CLAIM, claims_ended_by
from eventlog.drafts import ENDS_DRAFT, ReplyDraft
from eventlog.errors import (
    LogCorrupted,
    LogNotOpened,
    LogUnavailable,
    ReservedId,
)
from eventlog.grouping import GroupWriter
from eventlog.keychanges import LOG_STREAM, Changed, change_of
from eventlog.keys import install_staged, key_name
from eventlog.known import Known, KnownInterviews, begins, drafted
from eventlog.notes import Checkpoint, VerifierKey
from eventlog.observing import CommitObserver
from eventlog.postgres.appending import Append, rebuild_read_models, writer_of
from eventlog.postgres.claims import PostgresClaims
from eventlog.postgres.connection import LogConnection, check_is_log, connect
from eventlog.postgres.drafts import drop_draft, keep_drafts
from eventlog.postgres.errors import STORAGE_ERRORS, is_permanent, reason
from eventlog.postgres.migrations import BEGIN, prepare
from eventlog.postgres.opening import key_paths
from eventlog.postgres.queries import records_at_moment, records_since
from eventlog.postgres.reading import PostgresReader
from eventlog.postgres.rekeying import LOCK_HEAD, give_key, keep_checkpoint, record_change
from eventlog.postgres.scrubbing import scrub, scrubs_due
from eventlog.postgres.steps import STEPS, Step
from eventlog.postgres.url import shown
from eventlog.postgres.watchdog import WATCHDOG
from eventlog.postgres.writing import TOUCH, WritingDatabase
from eventlog.protocol import Appended
from eventlog.readmodels import Projection
from eventlog.records import Record, interview_of
from eventlog.times import to_text
from statemachine.events import Event
from statemachine.interview import Interview, evolve

logger = logging.getLogger(__name__)

KEEP_CLOCK: Final = "UPDATE interview_log.log SET clock = %s"
BYTES: Final = (
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
    "WHERE relnamespace = 'interview_log'::regnamespace AND relkind = 'r'"
)
UNSEALED: Final = (
    "SELECT size > (SELECT coalesce(max(size), 0) FROM interview_log.checkpoints) "
    "FROM interview_log.head"
)
BEGUN: Final = (
    "SELECT interview_id FROM interview_log.events WHERE version = 1 AND interview_id <> %s "
    "ORDER BY position"
)
OPENING_SECONDS: Final = 60.0
"""How long the log may take to be made, or brought up to date, by this gateway or another one."""


class PostgresEventLog(PostgresReader):
    """An `EventLog` in the database that `url` names, made if need be by `steps`. The private key
    that signs its checkpoints is in the file `key`, or in the folder of this user's data.

    A database that cannot be reached now is tried again later. Raises LogNotOpened where it could
    be reached and is no log's, or refuses the user.
    """

    def __init__(self, url: str, key: Path | None = None, steps: Sequence[Step] = STEPS) -> None:
        self._steps = steps
        self._id_found: str | None = None
        self._key_of = key_paths(key)
        self._open(url)
        super().__init__(
            url, lambda: self._id_found, self._key_of, lambda: LogConnection(url, self._check_log)
        )
        self._storage = WritingDatabase(url, self._prepare, steps)
        self._writer = GroupWriter(self._storage)
        self.claims = PostgresClaims(lambda: LogConnection(url, self._check_log), self._reader)
        self._write = writer_of(self._storage, self.claims.holder)
        self._known = KnownInterviews()
        self._scrubbing = asyncio.Lock()

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        if interview_id == LOG_STREAM or not is_storable(interview_id):
            raise ReservedId(f"an interview cannot have the id {interview_id!a}")
        known = None
        if not begins(expected_version, events):
            known = self._known.get(interview_id)
            if known is None or known.interview.version != expected_version:
                known = await self._look_up(interview_id)
        projection, drafts = drafted(known, interview_id, expected_version, events, at, after)
        # Whichever gateway keeps its draft.
        ends_reply = not ENDS_DRAFT.isdisjoint(draft.kind for draft in drafts)
        append = Append(
            interview_id,
            expected_version,
            drafts,
            projection,
            ends_reply,
            claims_ended_by(draft.kind for draft in drafts),
            needs_claim=drafts[0].kind in ENDS_REPLY_CLAIM | ENDS_SUMMARY_CLAIM,
        )
        written = partial(self._written, interview_id, projection)
        records = await self._writer.submit(self._write, append, written)
        return Appended(projection.interview, records)

    def _written(
        self,
        interview_id: str,
        made: Projection,
        records: tuple[Record, ...] | Exception,
    ) -> None:
        """Remember what the database took; or nothing, for memory must not know better than it."""
        if isinstance(records, Exception):
            self._known.forget(interview_id)
            return
        self.claims.ended(interview_id, claims_ended_by(record.kind for record in records))
        known = Known(made.interview, records[-1], made.current_fingerprint)
        self._known.keep(interview_id, known)

    async def record(self, interview_id: str, version: int) -> Record | None:
        known = self._known.get(interview_id)
        if known and known.newest and known.newest.version == version:
            known = await self._look_up(interview_id)
            if known and known.newest and known.newest.version == version:
                return known.newest
        return await super().record(interview_id, version)

    async def interview(self, interview_id: str) -> Interview | None:
        known = await self._look_up(interview_id)
        return known.interview if known else None

    async def _look_up(self, interview_id: str) -> Known | None:
        """The interview as the database has it now. What is known already is not read again."""
        if interview_id == LOG_STREAM:
            return None
        known = self._known.get(interview_id)
        if known is None or known.newest is None:
            return await self._read_whole(interview_id)
        newest = known.newest
        newer = await self._reader.run(lambda db: records_since(db, newest))
        if newer is None or any(record.payload is None for record in newer):
            # Forgotten meanwhile, or the database went back to an older state.
            self._known.forget(interview_id)
            return await self._read_whole(interview_id)
        if not newer:
            return known
        interview = known.interview
        for record in newer:
            interview = evolve(interview, record.event, id=interview_id)
        return self._known.keep(interview_id, Known(interview, newer[-1]))

    async def _read_whole(self, interview_id: str) -> Known | None:
        records = await self.records(interview_id)
        if not records:
            self._known.forget(interview_id)
            return None
        return self._known.keep(interview_id, Known(interview_of(records), records[-1]))

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        await self._writer.run(lambda db: keep_drafts(db, drafts, self.claims.holder))

    async def drop_draft(self, interview_id: str) -> None:
        await self._writer.run(lambda db: drop_draft(db, interview_id, self.claims.holder))

    async def is_writable(self) -> bool:
        """A transaction that changes nothing tells; after a failed write, one that writes."""
        check = _touch if self._storage.failed else self._storage.check_release
        try:
            await self._writer.run(check)
        except (LogUnavailable, LogCorrupted):
            return False
        return True

    async def stored_bytes(self) -> int | None:
        return int(await self._searcher.run(lambda db: db.execute(BYTES).fetchall()[0][0]))

    def watch_commits(self, observer: CommitObserver) -> None:
        self._writer.observer = observer

    async def rebuild_read_models(self) -> None:
        """Make the list of interviews and the fingerprints again, from the events alone."""
        await self._writer.run_alone(_rebuild_read_models)

    async def scrub(self) -> bool:
        async with self._scrubbing:
            return await self._searcher.run(scrub)

    async def scrubs_due(self) -> int:
        return await self._reader.run(scrubs_due)

    async def keep_clock(self, at: datetime) -> None:
        await self._writer.run(lambda db: db.execute(KEEP_CLOCK, [to_text(at)]))

    async def seal(self) -> str:
        note = await signed_checkpoint(self)
        size = Checkpoint.parse(note).size
        await self._writer.run(lambda db: keep_checkpoint(db, size, note))
        return note

    async def change_key(
        self, reason: str, at: datetime, old_key: VerifierKey | None = None
    ) -> Changed:
        key, origin = self._key_path, self.origin
        [record] = await self._writer.run(
            lambda db: record_change(db, self._storage, key, origin, reason, at, old_key)
        )
        aside = await asyncio.to_thread(install_staged, key)
        await self.seal()
        return Changed(change_of(record), aside)

    async def close(self) -> None:
        try:
            if await self._reader.run(lambda db: db.execute(UNSEALED).fetchone() == (True,)):
                await self.seal()
        except (LogUnavailable, LogCorrupted) as error:
            logger.warning("No checkpoint could be stored in the event log: %s", error)
        await super().close()
        await self.claims.close()
        await self._writer.close()

    def _open(self, url: str) -> None:
        """Make the log or bring it up to date, if its database can be reached now. Raises
        LogNotOpened."""
        try:
            with closing(connect(url)) as db, WATCHDOG.limit(db.fileno(), OPENING_SECONDS):
                self._find(db)
        except STORAGE_ERRORS as error:
            if is_permanent(error):
                raise LogNotOpened(
                    f"the event log in {shown(url)} cannot be opened: {reason(error)}"
                ) from error
            logger.error(
                "The event log in %s cannot be opened: %s; the gateway starts without it, and "
                "tries again",
                shown(url),
                reason(error),
            )

    def _find(self, db: Connection[Any]) -> None:
        id = prepare(db, self._steps)
        give_key(db, self._key_of(id), key_name(id))
        self._id_found = id

    def _prepare(self, db: Connection[Any]) -> None:
        """Check a new connection of the writer; the first one opens the log."""
        if self._id_found is not None:
            check_is_log(db, self._id_found, self._steps)
            return
        try:
            self._find(db)
        except LogNotOpened as error:
            raise LogUnavailable(f"the event log cannot be opened: {error}") from error

    def _check_log(self, db: Connection[Any]) -> None:
        """Check a new connection that reads."""
        check_is_log(db, self._id, self._steps)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _touch(db: Connection[Any]) -> None:
    db.execute(TOUCH)


def _rebuild_read_models(db: Connection[Any]) -> None:
    db.execute(BEGIN)
    try:
        db.execute(LOCK_HEAD)
        ids = [id for (id,) in db.execute(BEGUN, [LOG_STREAM])]
        where = "interview_id = %s ORDER BY version"
        rebuild_read_models(db, (records_at_moment(db, where, [id]) for id in ids))
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
