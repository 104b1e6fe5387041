"""The connection that writes to a log's database, and what became of a commit that broke off.

A group takes two round trips: what it needs to know, under the lock of the head's row, and then all
that it writes, with the commit.
"""

import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final, TypeVar

import psycopg
from psycopg import Connection

from eventlog import tree
from eventlog.errors import LogCorrupted, LogUnavailable, OutcomeUnknown
from eventlog.grouping import Storage
from eventlog.postgres.connection import LogConnection
from eventlog.postgres.errors import (
    OF_ONE_JOB,
    REFUSED,
    STORAGE_ERRORS,
    is_lost,
    is_passing,
    reason,
)
from eventlog.postgres.migrations import BEGIN, NEEDED, refuse_outdated
from eventlog.postgres.nodes import with_nodes
from eventlog.postgres.steps import STEPS, Step
from eventlog.postgres.tables import PARTITION
from eventlog.records import Record
from eventlog.tree import Frontier

logger = logging.getLogger(__name__)

T = TypeVar("T")

# The database ends what takes too long. Each statement goes by the indexes: its plan is kept, and
# may have been made while a table was so small that reading all of it seemed cheap. A commit is on
# the disk before it is acknowledged, also where the database is set not to wait for that.
LIMITS: Final = (
    "SELECT set_config('lock_timeout', '1500', true), set_config('statement_timeout', '1800', "
    "true), set_config('idle_in_transaction_session_timeout', '1800', true), "
    "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), "
    "'off'), 'on'), true)"
)
# A limit would also end the wait for a replica to confirm, and the commit would count without it.
COMMIT: Final = ("SET LOCAL statement_timeout = 0", "COMMIT")

HEAD: Final = "SELECT size, frontier, room, needs FROM interview_log.head WHERE one FOR UPDATE"
LEAVES: Final = "SELECT position, leaf FROM interview_log.events WHERE position = ANY (%s)"
MOVE_HEAD: Final = "UPDATE interview_log.head SET size = %s, frontier = %s WHERE one"
TOUCH: Final = "UPDATE interview_log.head SET size = size WHERE one"
MAKE_ROOM: Final = "SELECT interview_log.make_room(%s)"

AHEAD: Final = PARTITION // 2
"""So many positions before the last partition of words is full, the next one is made."""

ROOM_SECONDS: Final = 5.0
"""How long after a failure nobody tries to make room again."""

ALONE_SECONDS: Final = 600.0
"""How long work may take that is not part of a group."""

RETRY_SECONDS: Final = 1.0
"""A connection that was lost so soon is made anew, and the group is tried once more."""

UNKNOWN: Final = (
    "the connection to the database was lost in the middle of the commit, and it is not known "
    "whether the commit was made. Send the same request again: nothing is recorded twice"
)
NOT_WHOLE: Final = (
    "the database does not hold all that this gateway has recorded: it went back to an older "
    "state, or another copy took its place. Put back the one that holds all"
)


class WritingDatabase(Storage[Connection[Any]]):
    """The log in the database that `url` names, as its writer uses it. `prepare` is called with
    each new connection; it may raise LogUnavailable or LogNotOpened. The gateway knows `steps`."""

    def __init__(
        self,
        url: str,
        prepare: Callable[[Connection[Any]], None],
        steps: Sequence[Step] = STEPS,
    ) -> None:
        self._connection = LogConnection(url, self._check)
        self._prepare = prepare
        self._steps = steps
        self._acknowledged: Frontier | None = None
        self._next: Frontier | None = None
        self._room: int | None = None
        self._no_room_before = 0.0
        self.failed = False
        """Whether the last write failed."""

    def head(self, db: Connection[Any]) -> Frontier:
        """Take the lock of the head's row, until the commit, and return the tree that the log
        holds. Raises LogUnavailable if a newer release has changed the log so that this gateway may
        not write to it any more."""
        return self.head_with(db, lambda: None)[0]

    def head_with(self, db: Connection[Any], ask: Callable[[], T]) -> tuple[Frontier, T]:
        """The same, and what `ask` returns, which is sent along with it."""
        found = db.execute(HEAD, binary=True)
        asked = ask()
        [(size, frontier, self._room, needs)] = found.fetchall()
        refuse_outdated(needs, self._steps)
        return frontier_of(size, frontier), asked

    def check_release(self, db: Connection[Any]) -> None:
        """Raise LogUnavailable if `head` would."""
        for (needs,) in db.execute(NEEDED):
            refuse_outdated(needs, self._steps)

    def transact(self, do: Callable[[Connection[Any]], list[Any]]) -> list[Any]:
        return with_one_retry(lambda: self._attempt(do))

    def _attempt(self, do: Callable[[Connection[Any]], list[Any]]) -> list[Any]:
        outcomes: list[Any] | None = None
        self._next = None
        try:
            with self._connection.use() as db, db.pipeline():
                db.execute(BEGIN)
                db.execute(LIMITS)
                outcomes = do(db)
                for statement in COMMIT:
                    db.execute(statement)
        except psycopg.OperationalError as error:
            if outcomes is None or not is_lost(error) or not self._was_written(outcomes, error):
                raise
        assert outcomes is not None, "there is no failure without an error"
        self._acknowledged = self._next or self._acknowledged
        self.failed = False
        return outcomes

    def move_head(self, db: Connection[Any], frontier: Frontier) -> None:
        """Let the log hold the tree `frontier` from this commit on."""
        db.execute(MOVE_HEAD, [frontier.size, b"".join(frontier.hashes)], binary=True)
        self._next = frontier

    def has_room(self, size: int) -> bool:
        """Whether the partitions of words reach so far, as of the last `head`."""
        return self._room is not None and size <= self._room

    def _was_written(self, outcomes: Sequence[Any], error: psycopg.Error) -> bool:
        """Whether a commit was made whose answer was lost. Raises OutcomeUnknown."""
        records = [r for one in outcomes if isinstance(one, tuple) for r in one]
        if not records:
            return False
        try:
            return self._are_there(records)
        except (*STORAGE_ERRORS, LogUnavailable):
            raise OutcomeUnknown(UNKNOWN) from error

    def _are_there(self, records: Sequence[Record]) -> bool:
        """Whether the log holds these records. The lock of the head's row is had only when the lost
        transaction has ended, and this one's own commit tells that a replica has what it left."""
        expected = {record.position: record.leaf for record in records}
        with self._connection.use() as db, db.pipeline():
            db.execute(BEGIN)
            db.execute(LIMITS)
            db.execute(TOUCH)
            found = dict(db.execute(LEAVES, [list(expected)], binary=True).fetchall())
            for statement in COMMIT:
                db.execute(statement)
        return found == expected

    def alone(self, do: Callable[[Connection[Any]], T]) -> T:
        with self._connection.use(ALONE_SECONDS) as db:
            return do(db)

    def is_of_one_job(self, error: Exception) -> bool:
        return isinstance(error, OF_ONE_JOB) or not isinstance(
            error, (*STORAGE_ERRORS, LogUnavailable)
        )

    def failure(self, error: Exception) -> Exception:
        if isinstance(error, REFUSED):
            logger.error("The event log refuses what comes next: %s", error.diag.message_primary)
            return LogCorrupted("its tables do not take what comes next")
        if isinstance(error, psycopg.DataError):
            return LogCorrupted("PostgreSQL cannot hold what was to be written")
        if not isinstance(error, (*STORAGE_ERRORS, LogUnavailable)):
            return error
        self.failed = True
        told = (
            error
            if isinstance(error, LogUnavailable)
            else LogUnavailable(f"the event log cannot be written: {reason(error)}")
        )
        logger.error("An append failed: %s", told)
        return told

    def settle(self) -> None:
        """Make the next partition of words in good time."""
        if self._room is None or self._acknowledged is None:
            return
        if self._room - self._acknowledged.size > AHEAD or monotonic() < self._no_room_before:
            return
        try:
            with self._connection.use() as db, db.pipeline():
                db.execute(BEGIN)
                db.execute(LIMITS)
                db.execute(MAKE_ROOM, [self._room + 1])
                db.execute("COMMIT")
        except (*STORAGE_ERRORS, LogUnavailable) as error:
            self._no_room_before = monotonic() + ROOM_SECONDS
            logger.warning("No room could be made ahead in the event log: %s", reason(error))

    def drop(self) -> None:
        self._connection.drop()

    def _check(self, db: Connection[Any]) -> None:
        """Raise LogUnavailable unless the database holds all that this gateway has written."""
        self._prepare(db)
        ours = self._acknowledged
        if ours is None:
            return
        row = db.execute("SELECT size, frontier FROM interview_log.head").fetchone()
        size, frontier = row or (0, b"")
        try:
            is_whole = size >= ours.size and ours.root() == (
                frontier_of(size, frontier).root()
                if size == ours.size
                else with_nodes(db, lambda nodes: tree.root(ours.size, nodes))
            )
        except LogCorrupted:
            is_whole = False
        if not is_whole:
            raise LogUnavailable(NOT_WHOLE)


def with_one_retry(attempt: Callable[[], T]) -> T:
    """What `attempt` returns. It is tried again if the database fails it soon and not for good: it
    was started again, or chose between two of us. What failed was not written, or can be repeated.
    """
    give_up = monotonic() + RETRY_SECONDS
    try:
        return attempt()
    except psycopg.OperationalError as error:
        if monotonic() > give_up or not is_passing(error):
            raise
    return attempt()


def frontier_of(size: int, hashes: bytes) -> Frontier:
    """The tree whose open nodes stand in the head's row. Raises LogCorrupted."""
    parts = tuple(hashes[at : at + 32] for at in range(0, len(hashes), 32))
    if len(parts) != size.bit_count():
        raise LogCorrupted("its head does not hold the open nodes of its tree")
    return Frontier(size, parts)
