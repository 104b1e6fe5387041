"""What PostgreSQL's errors mean, in words for a person: no SQL, no host and no password."""

import psycopg
from psycopg import errors

from eventlog.errors import EventLogError, LogCorrupted, LogUnavailable

STORAGE_ERRORS = (psycopg.Error, OSError)
"""All that the database or the way to it may raise."""

REFUSED = (psycopg.IntegrityError, errors.RaiseException)
"""A constraint or a trigger of the log's own does not take what comes next."""

OF_ONE_JOB = (*REFUSED, psycopg.DataError)
"""Errors that come of what was to be written. The last one: PostgreSQL cannot hold it."""

LOST = "the connection to the database was lost"

MALFORMED = (
    "its URL cannot be read; it is postgresql://user:password@host/database, and in the user and "
    "the password / is written as %2F, ? as %3F, # as %23 and @ as %40"
)

# By SQLSTATE, else by its class, which are its first two characters.
REASONS = {
    "08": LOST,
    "0A000": "the database is a replica, which cannot be written",
    "25006": "the database is read-only; it is a replica, or is set so",
    "28": "the database refuses the user or the password",
    "28000": "the database refuses the user, or a connection without encryption",
    "3D000": "there is no such database",
    "3F000": "the database holds no event log",
    "42P01": "the database holds no event log, or only parts of one",
    "42501": "this database role may not do so; `interview-gateway log grant` gives it the rights",
    "40": "other work in the database came first",
    "53100": "the database's disk is full",
    "53200": "the database has no memory left",
    "53300": "the database has no connection left for this gateway",
    "55P03": "another gateway or program has held the log for too long",
    "57014": "the database took too long",
    "25P03": "this gateway was too slow, and the database closed the connection",
    "57P01": "the database was shut down, or closed the connection",
    "57P02": "the database stopped after an error",
    "57P03": "the database is starting or shutting down",
    "57P05": "the database closed the connection, which had not been used for long",
    "58": "the database's disk reports an error",
    "XX": "the database reports damaged data or an internal error",
}


def reason(error: BaseException) -> str:
    """Why the database could not be used."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        state = error.sqlstate
        return REASONS.get(state) or REASONS.get(state[:2]) or f"it reports the error {state}"
    if isinstance(error, errors.ConnectionTimeout):
        return "the database does not answer"
    if isinstance(error, psycopg.OperationalError):
        return _of_connecting(str(error))
    if isinstance(error, psycopg.ProgrammingError):
        return MALFORMED
    if isinstance(error, OSError):
        return error.strerror or "the database cannot be reached"
    return "the database's answer cannot be understood"


def unreadable(error: BaseException) -> EventLogError:
    """The error of a read that the database could not serve."""
    if isinstance(error, psycopg.DataError):
        return LogCorrupted(f"the log holds what it cannot have: {reason(error)}")
    return LogUnavailable(f"the event log cannot be read: {reason(error)}")


# libpq gives no SQLSTATE to what goes wrong before it is connected, only a text with the host.
SIGNS = {
    "password authentication failed": REASONS["28"],
    "no password supplied": "the database asks for a password",
    "no pg_hba.conf entry": REASONS["28000"],
    "does not exist": "there is no such database or user",
    "too many clients": REASONS["53300"],
    "too many connections": REASONS["53300"],
    "starting up": REASONS["57P03"],
    "shutting down": REASONS["57P03"],
    "recovery mode": REASONS["57P03"],
    "read-only": REASONS["25006"],
    "Connection refused": "nothing listens where the database should be",
    "No such file": "nothing listens where the database should be",
    "resolve": "the database's host name is not known",
    "Name or service": "the database's host name is not known",
    "timeout": "the database does not answer",
    "certificate": "the database's certificate is not trusted",
    "SSL": "the encrypted connection to the database failed",
}


def _of_connecting(text: str) -> str:
    return next((words for sign, words in SIGNS.items() if sign in text), LOST)


PERMANENT = (
    REASONS["28"],
    REASONS["28000"],
    REASONS["3D000"],
    REASONS["42501"],
    SIGNS["no password supplied"],
    SIGNS["does not exist"],
    SIGNS["certificate"],
)
"""The reasons that do not pass by themselves."""


def is_permanent(error: BaseException) -> bool:
    """Whether somebody must change a setting, here or in the database."""
    return isinstance(error, psycopg.ProgrammingError) or reason(error) in PERMANENT


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, and with it the answer."""
    state = error.sqlstate
    return state is None or (state[:2] in ("08", "57") and state != "57014") or state == "25P03"


def is_passing(error: psycopg.OperationalError) -> bool:
    """Whether the same may succeed at once: after a lost connection, a deadlock or a conflict."""
    return is_lost(error) or (error.sqlstate or "").startswith("40")
