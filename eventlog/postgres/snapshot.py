"""A log's database as it is at one moment, for a check of all of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any, Final, TypeVar

from psycopg import Connection

from eventlog.errors import LogTooNew, LogUnavailable
from eventlog.keychanges import LOG_STREAM
from eventlog.postgres.checks import check_indexes, check_tables
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import refuse_unknown
from eventlog.postgres.nodes import with_nodes
from eventlog.postgres.overviews import OVERVIEW_COLUMNS
from eventlog.postgres.queries import BEGIN_READING
from eventlog.postgres.schema import differences
from eventlog.readmodels import Overview
from eventlog.tree import Nodes
from eventlog.verification.findings import Check, Findings
from eventlog.verification.rows import Row
from eventlog.verification.snapshot import Task

T = TypeVar("T")

# Nobody's settings of the database or the role are to shorten a check, or to lead it to other
# functions than PostgreSQL's own. Compiling each query would take longer than the query.
SETTINGS: Final = (
    "SET LOCAL search_path = pg_catalog, pg_temp",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL jit = off",
)

# Each event takes the 64 bytes of its hashes at least. One that stands further than the table has
# room for was put there, and does not make the log longer.
HEAD: Final = """
SELECT coalesce(max(position) + 1, 0) FROM interview_log.events WHERE position >= 0
AND position < (SELECT pg_relation_size('interview_log.events') / 64)
"""

# The very bytes that are committed to.
COLUMNS: Final = (
    "events.position, interview_id, version, kind, schema_version, time, "
    "convert_to(payload, 'UTF8'), salt, commitment, leaf"
)
# The range stands there for each table: it says which partitions of the words are read.
IN_LOG: Final = f"""
SELECT {COLUMNS} FROM interview_log.events LEFT JOIN interview_log.words
ON words.position = events.position AND words.position >= %(start)s AND words.position < %(stop)s
WHERE events.position >= %(start)s AND events.position < %(stop)s ORDER BY events.position
"""
OF_INTERVIEW: Final = (
    "SELECT position FROM interview_log.events WHERE interview_id = %s AND version > %s"
)
IN_INTERVIEW: Final = f"""
SELECT {COLUMNS} FROM interview_log.events LEFT JOIN interview_log.words
ON words.position = events.position AND words.position = ANY (%(positions)s)
WHERE interview_id = %(id)s AND version > %(after)s ORDER BY version
"""
HEADLESS: Final = (
    "SELECT interview_id, min(position) FROM interview_log.events "
    f"WHERE interview_id <> '{LOG_STREAM}' GROUP BY interview_id HAVING min(version) <> 1"
)
STRAY_EVENTS: Final = (
    "SELECT position FROM interview_log.events WHERE position >= %s AND position <= %s "
    "ORDER BY position LIMIT 100"
)
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
"""The integers that a bigint can hold."""

NODES: Final = (
    "SELECT position, hash FROM interview_log.nodes "
    "WHERE level = %s AND position >= %s AND position < %s ORDER BY position"
)
STRAY_NODES: Final = (
    "SELECT level, position FROM interview_log.nodes "
    "WHERE level < 1 OR level > 62 OR position < 0 OR position >= (%s::bigint >> level) "
    "ORDER BY level, position LIMIT 100"
)
# The fingerprint of the session that an interview stands at is kept once, with its version. One
# that is not there is nobody's.
LISTED: Final = f"""
SELECT {OVERVIEW_COLUMNS}, CASE WHEN session_version IS NOT NULL THEN coalesce((
    SELECT fingerprint FROM interview_log.fingerprints
    WHERE fingerprints.first_position = interviews.first_position
    AND fingerprints.version = session_version LIMIT 1), '') END
FROM interview_log.interviews WHERE first_position >= %s AND first_position <= %s
"""
FINGERPRINTS: Final = (
    "SELECT first_position, fingerprint, version FROM interview_log.fingerprints "
    "WHERE first_position >= %s AND first_position <= %s"
)
SEALS: Final = "SELECT size, note FROM interview_log.checkpoints ORDER BY size"

PASSING: Final = ("08", "40", "53", "57")
"""Classes of SQLSTATE that say nothing of what the log holds: it cannot be read now."""


class PostgresSnapshot:
    """A `Snapshot`: a transaction that only reads, through a connection that `connect` makes.
    Raises LogUnavailable."""

    def __init__(self, connect: Callable[[], Connection[Any]]) -> None:
        with _readable():
            self._db = connect()
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._head = self.begin()
        with _readable():
            self._refuse_unknown()

    def begin(self) -> int:
        self._nodes.clear()
        with _readable(), self._db.pipeline():
            self._db.execute("ROLLBACK")
            self._db.execute(BEGIN_READING)
            for setting in SETTINGS:
                self._db.execute(setting)
            [(self._head,)] = self._db.execute(HEAD).fetchall()
        return self._head

    def do(self, task: Task[T]) -> tuple[T | None, Findings]:
        findings = Findings()
        try:
            with self._db.transaction():  # a savepoint: an error does not end the moment
                return task(self, findings), findings
        except STORAGE_ERRORS as error:
            if self._db.closed or (getattr(error, "sqlstate", None) or "")[:2] in PASSING:
                raise LogUnavailable(f"the event log cannot be read: {reason(error)}") from error
            findings.add(Check.FILE, f"a part of it cannot be read: {reason(error)}")
            return None, findings
        except (AttributeError, TypeError, ValueError):
            # Values of other types than the columns have: the tables were made anew.
            if not any(differences(self._db, self._room())):
                raise
            findings.add(Check.FILE, "it is damaged: values in it are of no type that they can be")
            return None, findings

    def close(self) -> None:
        with _readable():
            self._db.close()

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        return map(Row._make, self._read(IN_LOG, {"start": start, "stop": stop}))

    def rows_of(self, interview_id: str, after: int = 0) -> Iterator[Row]:
        positions = [position for (position,) in self._read(OF_INTERVIEW, (interview_id, after))]
        if not positions:
            return iter(())
        values = {"id": interview_id, "after": after, "positions": positions}
        return map(Row._make, self._read(IN_INTERVIEW, values))

    def stray_events(self, head: int) -> Iterator[int]:
        for bounds in ((LOWEST, -1), (head, HIGHEST)):
            yield from (position for (position,) in self._read(STRAY_EVENTS, bounds))

    def headless(self) -> Iterator[tuple[str, int]]:
        return self._read(HEADLESS)

    def nodes(self, level: int, start: int, stop: int) -> list[tuple[int, bytes]]:
        return list(self._read(NODES, (level, start, stop)))

    def stray_nodes(self, head: int) -> Iterator[tuple[int, int]]:
        return self._read(STRAY_NODES, (head,))

    @property
    def node(self) -> Nodes:
        return self._node

    def _node(self, level: int, index: int) -> bytes:
        # The trees of many checkpoints share most of their nodes.
        if (level, index) not in self._nodes:
            self._nodes[level, index] = with_nodes(self._db, lambda nodes: nodes(level, index))
        return self._nodes[level, index]

    def listed(self, start: float, stop: float) -> Iterator[tuple[Any, ...]]:
        return self._read(LISTED, _bounds(start, stop))

    def as_listed(self, row: Overview, current: bytes | None) -> dict[str, Any]:
        return vars(row) | {"sources": list(row.sources), "session": current}

    def fingerprints(self, start: float, stop: float) -> Iterator[tuple[int, bytes, int]]:
        return self._read(FINGERPRINTS, _bounds(start, stop))

    def seals(self) -> list[tuple[int, str]]:
        return list(self._read(SEALS))

    def check_integrity(self, findings: Findings) -> None:
        check_indexes(self._db, findings)

    def check_schema(self, findings: Findings) -> None:
        for message in differences(self._db, self._room()):
            findings.add(Check.FILE, message)
        check_tables(self._db, self._head, self.node, findings)

    def _refuse_unknown(self) -> None:
        """A release cannot tell what a newer one added from what somebody else did."""
        try:
            with self._db.transaction():
                refuse_unknown(self._db)
        except LogTooNew as error:
            self.close()
            raise LogUnavailable(str(error)) from error
        except STORAGE_ERRORS:
            if self._db.closed:
                raise
            # The check of the schema says what is wrong with the list of steps.

    def _room(self) -> int:
        rooms = list(self._read("SELECT max(room) FROM interview_log.head"))
        return int(rooms[0][0] or 0)

    def _read(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Iterator[Any]:
        return iter(self._db.execute(sql, values, binary=True))


def _bounds(start: float, stop: float) -> tuple[int, int]:
    """The first and the last position from `start` up to `stop`."""
    return LOWEST if start == -inf else int(start), HIGHEST if stop == inf else int(stop) - 1


@contextmanager
def _readable() -> Iterator[None]:
    """Raises LogUnavailable where the database cannot be read."""
    try:
        yield
    except STORAGE_ERRORS as error:
        raise LogUnavailable(f"the event log cannot be read: {reason(error)}") from error
