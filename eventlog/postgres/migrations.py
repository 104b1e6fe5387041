"""Making a log in a database, and bringing it up to date.

The steps that were taken are recorded in the database. Two gateways that start at once take turns.
Beside them, older gateways go on for as long as they know the step that the log needs.
"""

from collections.abc import Sequence
from typing import Final

import psycopg
from psycopg import Connection, errors

from eventlog.errors import LogNotOpened, LogTooNew, LogUnavailable, NoLog
from eventlog.postgres.errors import reason
from eventlog.postgres.steps import STEPS, Step, names_of, needs_of

LOCK: Final = 0x696E746572766965
"""The key of the advisory lock that whoever migrates holds: "intervie" in ASCII."""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
HAS_ANY = "SELECT to_regclass('interview_log.migrations') IS NOT NULL"
TAKEN = "SELECT name FROM interview_log.migrations"
NEEDED = "SELECT needs FROM interview_log.head"
LOG_ID = "SELECT id FROM interview_log.log"
MIGRATIONS = """
CREATE SCHEMA interview_log;
CREATE TABLE interview_log.migrations (
    name text COLLATE "C" PRIMARY KEY,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
RECORD = "INSERT INTO interview_log.migrations (name) VALUES (%s)"
REQUIRE = "UPDATE interview_log.head SET needs = greatest(needs, %s)"

# Whoever waits for a table keeps all others waiting who come later. Where a long check reads it,
# the log is brought up to date another time, and the gateways beside this one append meanwhile.
DO_NOT_WAIT = "SET LOCAL lock_timeout = 1000"

TOO_NEW = "the event log in the database needs a newer release of the gateway"
OUTDATED = (
    "this database role may not bring the event log in the database up to date; run "
    "`interview-gateway log grant` as the database's owner first"
)


def prepare(db: Connection, steps: Sequence[Step] = STEPS) -> str:
    """Make the log in the database, or bring it up to date; its id. Raises LogNotOpened or
    psycopg.Error."""
    _refuse_other_encoding(db)
    if names_of(steps) - _steps_taken(db, steps):
        try:
            _take_steps(db, steps)
        except errors.InsufficientPrivilege as error:
            raise LogNotOpened(OUTDATED) from error
        except (errors.DuplicateSchema, errors.DuplicateTable) as error:
            raise LogNotOpened(
                "the database holds a schema `interview_log` that is not an event log"
            ) from error
    return log_id(db, steps)


def log_id(db: Connection, steps: Sequence[Step] = STEPS) -> str:
    """The id of the log in the database, which is up to date. Raises LogNotOpened or
    psycopg.Error."""
    taken = _steps_taken(db, steps)
    if not taken:
        raise NoLog("there is no event log in the database yet; start the gateway")
    if names_of(steps) - taken:
        raise LogNotOpened(
            "the event log in the database is of an older release; start this release's gateway"
        )
    found = db.execute(LOG_ID).fetchone()
    if found is None:
        raise LogNotOpened("the event log in the database has no id")
    id: str = found[0]
    return id


def refuse_unknown(db: Connection) -> None:
    """Refuse a log that has taken a step which this release does not know. It could be used, but
    not as a whole: to check it, to copy it or to give rights to it takes all that it has. Raises
    LogTooNew or psycopg.Error."""
    taken: set[str] = {name for (name,) in db.execute(TAKEN)}
    if newer := sorted(taken - names_of(STEPS)):
        raise LogTooNew(
            "a newer release of the gateway has brought the event log up to date "
            f"({', '.join(newer)}); use that release for this"
        )


def refuse_outdated(needs: str, steps: Sequence[Step]) -> None:
    """Raise LogUnavailable unless a gateway that knows `steps` may use a log that needs this."""
    if needs not in names_of(steps):
        raise LogUnavailable(f"{TOO_NEW} ({needs}); start that release")


def _steps_taken(db: Connection, steps: Sequence[Step]) -> set[str]:
    """The names of the steps that the log has taken. Raises LogTooNew or psycopg.Error."""
    try:
        if db.execute(HAS_ANY).fetchone() != (True,):
            return set()
        taken: set[str] = {name for (name,) in db.execute(TAKEN)}
    except errors.InsufficientPrivilege as error:
        raise LogNotOpened(f"the event log cannot be opened: {reason(error)}") from error
    if taken - names_of(steps):
        for (needs,) in db.execute(NEEDED):
            if needs not in names_of(steps):
                raise LogTooNew(f"{TOO_NEW} ({needs}); use that release")
    return taken


def _take_steps(db: Connection, steps: Sequence[Step]) -> None:
    db.execute(BEGIN)
    try:
        db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        taken = _steps_taken(db, steps)
        db.execute(DO_NOT_WAIT)
        if not taken:
            db.execute(MIGRATIONS)
        for step in steps:
            if step.name not in taken:
                for statement in step.statements:
                    db.execute(statement)
                db.execute(RECORD, [step.name])
        db.execute(REQUIRE, [needs_of(steps)])
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
