"""Making a log in a database, and bringing it up to date.

The steps that were taken are recorded in the database. Two gateways that start at once take turns.
"""

from typing import Final

import psycopg
from psycopg import Connection, errors

from eventlog.errors import LogNotOpened, LogTooNew, NoLog
from eventlog.postgres.errors import reason
from eventlog.postgres.steps import STEPS

NAMES: Final = tuple(name for name, _ in STEPS)

LOCK: Final = 0x696E746572766965
"""The key of the advisory lock that whoever migrates holds: "intervie" in ASCII."""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
HAS_ANY = "SELECT to_regclass('interview_log.migrations') IS NOT NULL"
TAKEN = "SELECT name FROM interview_log.migrations"
LOG_ID = "SELECT id FROM interview_log.log"
MIGRATIONS = """
CREATE SCHEMA interview_log;
CREATE TABLE interview_log.migrations (
    name text COLLATE "C" PRIMARY KEY,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
RECORD = "INSERT INTO interview_log.migrations (name) VALUES (%s)"

OUTDATED = (
    "this database role may not bring the event log in the database up to date; run "
    "`interview-gateway log grant` as the database's owner first"
)


def prepare(db: Connection) -> str:
    """Make the log in the database, or bring it up to date; its id. Raises LogNotOpened or
    psycopg.Error."""
    _refuse_other_encoding(db)
    if set(NAMES) - _steps_taken(db):
        try:
            _take_steps(db)
        except errors.InsufficientPrivilege as error:
            raise LogNotOpened(OUTDATED) from error
        except (errors.DuplicateSchema, errors.DuplicateTable) as error:
            raise LogNotOpened(
                "the database holds a schema `interview_log` that is not an event log"
            ) from error
    return log_id(db)


def log_id(db: Connection) -> str:
    """The id of the log in the database, which is up to date. Raises LogNotOpened or
    psycopg.Error."""
    taken = _steps_taken(db)
    if not taken:
        raise NoLog("there is no event log in the database yet; start the gateway")
    if set(NAMES) - taken:
        raise LogNotOpened(
            "the event log in the database is of an older release; start this release's gateway"
        )
    found = db.execute(LOG_ID).fetchone()
    if found is None:
        raise LogNotOpened("the event log in the database has no id")
    id: str = found[0]
    return id


def _steps_taken(db: Connection) -> set[str]:
    """The names of the steps that the log has taken. Raises LogTooNew or psycopg.Error."""
    try:
        if db.execute(HAS_ANY).fetchone() != (True,):
            return set()
        taken: set[str] = {name for (name,) in db.execute(TAKEN)}
    except errors.InsufficientPrivilege as error:
        raise LogNotOpened(f"the event log cannot be opened: {reason(error)}") from error
    if newer := sorted(taken - set(NAMES)):
        raise LogTooNew(
            "the event log in the database was written by a newer release of the gateway "
            f"({', '.join(newer)}); use that release"
        )
    return taken


def _take_steps(db: Connection) -> None:
    db.execute(BEGIN)
    try:
        db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        taken = _steps_taken(db)
        if not taken:
            db.execute(MIGRATIONS)
        for name, statements in STEPS:
            if name not in taken:
                for statement in statements:
                    db.execute(statement)
                db.execute(RECORD, [name])
        db.execute("COMMIT")
    except BaseException:
        _roll_back(db)
        raise


def _roll_back(db: Connection) -> None:
    try:
        db.execute("ROLLBACK")
    except psycopg.Error:  # the first error is the one that counts
        db.close()


def _refuse_other_encoding(db: Connection) -> None:
    encoding = db.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise LogNotOpened(
            f"the database's encoding is {encoding}, and an event log needs UTF8; make the "
            "database with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
