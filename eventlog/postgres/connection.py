"""The connections to a log's database.

Nothing is kept in the session of a connection, so that PgBouncer may give each transaction another
one. Each connection is used by one thread at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from eventlog.errors import LogNotOpened, LogUnavailable
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import refuse_outdated
from eventlog.postgres.steps import STEPS, Step
from eventlog.postgres.url import shown
from eventlog.postgres.watchdog import WATCHDOG

SECONDS = 2.0
"""How long a database that does not answer is waited for."""

BACK_OFF_SECONDS = 0.2
"""After a try to connect that took longer than this and failed, none is made for so long. Those who
came meanwhile need not wait as long again."""

# What the URL says comes first. The database's own limits on statements stand in each transaction.
DEFAULTS: dict[str, Any] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 4000,
    "application_name": "interview-gateway",
}


ID_AND_NEEDS = "SELECT id, needs FROM interview_log.log CROSS JOIN interview_log.head"


def connect(url: str) -> Connection:
    """A new connection to the database that `url` names. Raises psycopg.Error."""
    given = {**DEFAULTS, **conninfo_to_dict(url), "client_encoding": "UTF8"}
    try:
        db = psycopg.connect(**given, autocommit=True)
    except psycopg.Error as error:
        # The frames of its traceback hold the connection that was not made in time, and are part of
        # a cycle: it would stay open until a garbage collection, which can take hours.
        raise error.with_traceback(None) from None
    try:
        with WATCHDOG.limit(db.fileno(), SECONDS):
            found = db.execute("SELECT pg_backend_pid()").fetchone()
    except BaseException:
        db.close()
        raise
    if found != (db.info.backend_pid,):
        # A pooler stands in between: the next transaction may be in another session, which does
        # not know the statements that this one prepared.
        db.prepare_threshold = None
    return db


def open_database(url: str) -> Connection:
    """A connection for what is done once, such as to open the log. Raises LogNotOpened."""
    try:
        return connect(url)
    except STORAGE_ERRORS as error:
        raise LogNotOpened(
            f"the event log in {shown(url)} cannot be opened: {reason(error)}"
        ) from error


class LogConnection:
    """A connection to the log's database: made when it is first needed, and anew after an error.

    `check` is called with each new one, and may raise LogUnavailable.
    """

    def __init__(self, url: str, check: Callable[[Connection], None]) -> None:
        self._url = url
        self._check = check
        self._db: Connection | None = None
        self._refusal = ""
        self._no_try_before = 0.0

    @contextmanager
    def use(self, seconds: float = SECONDS) -> Iterator[Connection]:
        """The connection, for work of so many seconds at most. After a failure of the database or
        of the way to it, the next use makes another connection.

        Raises LogUnavailable or psycopg.Error, and whatever the block raises.
        """
        db = self._db or self._connected()
        try:
            with WATCHDOG.limit(db.fileno(), seconds):
                yield db
        except STORAGE_ERRORS:
            self.drop()
            raise
        except BaseException:
            if db.closed or db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self.drop()
            raise

    def drop(self) -> None:
        """Close the connection; the next use makes one."""
        if self._db is not None:
            with suppress(psycopg.Error):  # closing is best effort
                self._db.close()
            self._db = None

    def _connected(self) -> Connection:
        if monotonic() < self._no_try_before:
            raise LogUnavailable(self._refusal)
        begun = monotonic()
        try:
            db = connect(self._url)
        except STORAGE_ERRORS as error:
            if monotonic() - begun > BACK_OFF_SECONDS:
                self._no_try_before = monotonic() + BACK_OFF_SECONDS
                self._refusal = f"the event log cannot be reached: {reason(error)}"
            raise
        try:
            with WATCHDOG.limit(db.fileno(), SECONDS):
                self._check(db)
        except BaseException:
            db.close()
            raise
        self._db = db
        return db


def check_is_log(db: Connection, expected_id: str, steps: Sequence[Step] = STEPS) -> None:
    """Raise LogUnavailable unless the database holds the log of this id, and needs no step that a
    gateway with these `steps` does not know."""
    try:
        found = db.execute(ID_AND_NEEDS).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        found = None
    if found is None or found[0] != expected_id:
        raise LogUnavailable(
            "another event log, or none, stands in the database now; put the right one back"
        )
    refuse_outdated(found[1], steps)
