"""The log's file: opening it without harm, and knowing it again.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint
at once. So there is one writing connection, held by one process (`hold`), and everything
else opens read-only: a read-only connection never checkpoints, not even when it closes.
"""

import os
import sqlite3
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from eventlog.errors import LogHeld, LogReadOnly, LogTooNew, LogUnavailable, NotALog
from eventlog.migrations import migrations

APPLICATION_ID = 0x49474C31
"""What marks the file as an interview log: "IGL1" in SQLite's application_id."""

BUSY_SECONDS = 1.0
"""How long to wait for a lock that a foreign process holds before saying so."""

_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "its file is read-only",
    "SQLITE_BUSY": "another process has locked it",
    "SQLITE_LOCKED": "another process has locked it",
    "SQLITE_CANTOPEN": "its file cannot be opened",
    "SQLITE_CORRUPT": "its file is damaged",
    "SQLITE_NOTADB": "its file is no longer a database",
    "SQLITE_IOERR": "its disk reports an error",
    "SQLITE_PERM": "its file may not be accessed",
}


def reason(error: Exception) -> str:
    """What went wrong, for a person: no path, no SQL, no code."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, words in _REASONS.items():
        if name.startswith(prefix):
            return words
    return "its file cannot be used"


def hold(path: Path) -> FileLock:
    """Take the one place for a writer beside `path`; the caller releases it.

    Raises LogHeld or LogReadOnly.
    """
    lock = FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise LogHeld(
            f"the event log {path} is in use by another gateway; stop that one, or give "
            "this one a file of its own with EVENTLOG_URL"
        ) from None
    except OSError as error:
        raise LogReadOnly(
            f"the folder {path.parent} cannot be written ({error.strerror}); "
            "set EVENTLOG_URL to a file in one that can"
        ) from None
    return lock


def prepare(path: Path) -> None:
    """Make the log at `path`, or bring an older one up to date; `hold` it first.

    Raises NotALog, LogTooNew or LogReadOnly, and then has not changed the file.
    """
    _inspect(path)
    try:
        db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        try:
            db.enable_wal()
            migrations.apply(db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise LogReadOnly(f"the event log {path} cannot be written: {reason(error)}") from error


def _inspect(path: Path) -> None:
    """Refuse a file that is not ours to open, having only read it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    if not path.is_file():
        raise NotALog(f"{path} is not a file; set EVENTLOG_URL to one")
    if not os.access(path, os.W_OK):
        raise LogReadOnly(
            f"the event log {path} is read-only; make it writable, or set EVENTLOG_URL to "
            "another file"
        )
    not_a_log = NotALog(
        f"{path} is not an interview log, and was left as it is; set EVENTLOG_URL to another file"
    )
    try:
        db = open_read_only(path)
    except sqlite3.Error:
        raise not_a_log from None
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise not_a_log
        known = {migration.name for migration in migrations.pending(db)}
        known |= {migration.name for migration in migrations.applied(db)} & _names()
        if not {migration.name for migration in migrations.applied(db)} <= known:
            raise LogTooNew(
                f"the event log {path} was written by a newer interview-gateway; upgrade "
                "this one, or set EVENTLOG_URL to another file"
            )
    except sqlite3.Error:
        raise not_a_log from None
    finally:
        db.close()


def _names() -> set[str]:
    """The names of all the schema steps that this release knows."""
    empty = Database(memory=True)
    try:
        return {migration.name for migration in migrations.pending(empty)}
    finally:
        empty.close()


def identity(path: Path) -> tuple[int, int]:
    """Device and inode: which file it is that stands at `path`. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


def open_writer(path: Path) -> Database:
    """The writing connection to a prepared log: an acknowledged commit is on the disk.

    The file is never made here: one that was deleted under the gateway is an error, not
    an empty log. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )
    db = Database(connection)
    db.execute("PRAGMA synchronous = FULL")
    # macOS' fsync leaves the data in the drive's cache; these flush it. No-ops elsewhere.
    db.execute("PRAGMA fullfsync = ON")
    db.execute("PRAGMA checkpoint_fullfsync = ON")
    return db


def open_read_only(path: Path) -> Database:
    """A connection that can neither write nor checkpoint. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    return Database(connection)


def log_id(db: Database) -> str:
    """The id that this log was made with. Raises LogUnavailable for another file."""
    row = db.execute("SELECT id FROM log").fetchone()
    if row is None:
        raise LogUnavailable("the event log's file is no longer an interview log")
    return str(row[0])
