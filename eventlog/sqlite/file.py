"""The log's file: making it, and opening it without harm.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint
at once. So there is one writing connection, in one process (`holding.Hold`), and everything
else opens read-only: a read-only connection never checkpoints, not even when it closes.
"""

import errno
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from eventlog.errors import (
    LogFull,
    LogNotOpened,
    LogReadOnly,
    LogTooNew,
    LogUnavailable,
    NotALog,
)
from eventlog.sqlite.migrating import take_steps
from eventlog.sqlite.migrations import NAMES, steps_taken

APPLICATION_ID = 0x49474C31
"""The mark of an interview log: "IGL1" in SQLite's application_id."""

HEADER_BYTES = 100
SQLITE_MAGIC = b"SQLite format 3\0"
APPLICATION_ID_BYTES = slice(68, 72)
PAGE_SIZE_BYTES = slice(16, 18)
PAGE_COUNT_BYTES = slice(28, 32)
"""Where a SQLite file's header holds its application_id and its size, big-endian
(https://sqlite.org/fileformat2.html#the_database_header)."""

BUSY_SECONDS = 0.4
"""How long to wait for a lock that a foreign process holds before saying so: a reply has 5 s in
all, and an append may come after 4.5 of them."""

OVERWRITE_DELETED = "PRAGMA secure_delete = ON"
"""Deleted content becomes zeros at once, in the pages that stay and in those that are freed."""

TORN_READS = 10
TORN_SECONDS = 0.01
"""How often a read past a checkpoint is tried again, and after how long."""

STORAGE_ERRORS = (sqlite3.Error, OSError, UnicodeDecodeError)
"""The errors that reading or writing the file may raise. The last one: SQLite's message about a
damaged file may quote bytes that are no text."""

GONE = "its file is gone"
NO_TABLE = "no such table: "

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
FULL = {
    "SQLITE_FULL",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_SHMSIZE",
    "SQLITE_IOERR_SHMOPEN",
}
"""SQLite's messages while a disk is full or fails. The readers' shared memory is a file too."""

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


def reason(error: BaseException) -> str:
    """The error for a person: no path, no SQL, no code."""
    if isinstance(error, FileNotFoundError):
        return GONE
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _REASONS["SQLITE_FULL"]
    said = str(error)
    if said.startswith(NO_TABLE):
        return f"its table {said.removeprefix(NO_TABLE)} is missing"
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, words in _REASONS.items():
        if name.startswith(prefix):
            return words
    return "its file cannot be used"


def key_path(path: Path) -> Path:
    """Where the private key of the log at `path` is."""
    return path.with_name(f"{path.name}.key")


def not_opened(
    error: Exception, message: str, otherwise: type[LogNotOpened] = LogReadOnly
) -> LogNotOpened:
    """The error to raise if `error` prevents the log from opening: LogFull if it may pass."""
    is_full = isinstance(error, OSError) and error.errno in NO_ROOM
    is_full |= getattr(error, "sqlite_errorname", None) in FULL
    return (LogFull if is_full else otherwise)(message)


def refuse_foreign(path: Path, *, to_write: bool = True) -> None:
    """Refuse a file that is no log of ours, having read its header and put nothing beside it;
    `to_write`, also one that cannot be written or has a second name.

    Raises NotALog or LogReadOnly.
    """
    not_a_log = NotALog(
        f"{path} is not an interview log, and was left as it is; set EVENTLOG_URL to another file"
    )
    try:
        if not path.exists():
            return
        if not path.is_file():
            raise not_a_log
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        application_id = int.from_bytes(header[APPLICATION_ID_BYTES], "big")
        if header and not (header.startswith(SQLITE_MAGIC) and application_id == APPLICATION_ID):
            raise not_a_log
        if to_write and not os.access(path, os.W_OK):
            raise PermissionError(None, "it is read-only")
        if to_write and path.stat().st_nlink > 1:
            raise LogReadOnly(
                f"the event log {path} has a second name (a hard link); whoever writes to it by "
                "that name would damage it. Remove the other name, or make the copy with cp"
            )
    except OSError as error:
        raise LogReadOnly(
            f"the event log {path} cannot be {'written' if to_write else 'read'} "
            f"({error.strerror}); make it {'writable' if to_write else 'readable'}, or set "
            "EVENTLOG_URL to another file"
        ) from None


def is_up_to_date(path: Path) -> bool:
    """Whether the log at `path` has this release's schema. Raises LogNotOpened where it can be
    neither read nor brought up to date; nothing is changed."""
    return _taken(path) == NAMES


def prepare(path: Path) -> str:
    """Make the log at `path`, or bring an older one up to date; its id. It takes a Hold.

    Raises LogNotOpened (LogFull where a later try may do), and then has not changed the file.
    """
    # A rollback journal is there only where the making of a log was cut short: SQLite undoes
    # what was made, and it is made anew.
    if path.exists() and path.stat().st_size > 0 and not Path(f"{path}-journal").exists():
        _taken(path)
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as db:
            db.execute(OVERWRITE_DELETED)
            take_steps(db, APPLICATION_ID)
        return log_id_to_read(path)
    except STORAGE_ERRORS as error:
        message = f"the event log {path} cannot be written: {reason(error)}"
        raise not_opened(error, message) from error


def _taken(path: Path) -> set[str]:
    """The schema steps that the log at `path` has taken. Raises LogNotOpened for a log of a
    newer schema or a damaged one, having only read it."""
    # Immutable, it gets no -wal and -shm beside it; but then a WAL that is there is not read.
    immutable = not Path(f"{path}-wal").exists()
    try:
        if immutable:
            _refuse_cut_short(path)
        with closing(open_read_only(path, immutable=immutable)) as db:
            taken = steps_taken(db)
    except STORAGE_ERRORS as error:
        message = (
            f"the event log {path} cannot be opened, and was left as it is: {reason(error)}; "
            "put that right, or set EVENTLOG_URL to another file"
        )
        raise not_opened(error, message, LogNotOpened) from error
    if not taken <= NAMES:
        raise LogTooNew(
            f"the event log {path} was written by a newer interview-gateway; upgrade "
            "this one, or set EVENTLOG_URL to another file"
        )
    return taken


def _refuse_cut_short(path: Path) -> None:
    """SQLite itself takes a last page that is cut for one that ends in zeros. (While there is a
    WAL, the file may be shorter than it says: a checkpoint may have been cut short.)

    Raises sqlite3.DatabaseError or OSError.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    page_size = int.from_bytes(header[PAGE_SIZE_BYTES], "big")
    pages = int.from_bytes(header[PAGE_COUNT_BYTES], "big")
    if path.stat().st_size < page_size * pages:
        damaged = sqlite3.DatabaseError("the file is shorter than its header says")
        damaged.sqlite_errorname = "SQLITE_CORRUPT"
        raise damaged


def identity(path: Path) -> tuple[int, int]:
    """Device and inode: which file it is that stands at `path`. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


def open_writer(path: Path) -> Connection:
    """The writing connection to a prepared log: an acknowledged commit is on the disk.

    The file is never made here: one that was deleted under the gateway is an error, not
    an empty log. Raises sqlite3.Error.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )
    db.execute("PRAGMA recursive_triggers = ON")
    db.execute("PRAGMA synchronous = FULL")
    # The writer does it between two commits (`WritingConnection.checkpoint_if_due`).
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute(OVERWRITE_DELETED)
    # macOS' fsync leaves the data in the drive's cache; these flush it. No-ops elsewhere.
    db.execute("PRAGMA fullfsync = ON")
    db.execute("PRAGMA checkpoint_fullfsync = ON")
    return db


def open_read_only(path: Path, *, immutable: bool = False) -> Connection:
    """A connection that can neither write nor checkpoint. An `immutable` one reads the file
    alone, without its WAL, and takes no lock. Raises sqlite3.Error."""
    db = _connect_read_only(path, "&immutable=1" * immutable)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        db.close()
        if immutable or Path(f"{path}-wal").exists():
            raise
        # Nothing can be put beside it, not even what readers share: nobody writes here.
        return _connect_read_only(path, "&immutable=1")
    return db


def _connect_read_only(path: Path, options: str) -> Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{options}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )


def log_id(path: Path) -> str:
    """The id that the log at `path` was made with. Raises sqlite3.Error.

    Read past the WAL: where another log was put in a log's place, the WAL that lies there
    is still the first one's, and the next connection that may write would copy it into
    the other.
    """
    for _ in range(TORN_READS):
        try:
            return _read_id(path)
        except sqlite3.DatabaseError:
            # Without a lock, pages may be met while a checkpoint is half way through them.
            time.sleep(TORN_SECONDS)
    return _read_id(path)


def log_id_to_read(path: Path) -> str:
    """The same, for who has no connection to another file at `path`. Raises sqlite3.Error.

    While a full disk has cut a checkpoint short, the file makes sense with its WAL alone.
    """
    try:
        return log_id(path)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", None) != "SQLITE_CORRUPT":
            raise
    with closing(open_read_only(path)) as db:
        return log_id_of(db)


def _read_id(path: Path) -> str:
    with closing(open_read_only(path, immutable=True)) as db:
        return log_id_of(db)


def log_id_of(db: Connection) -> str:
    """The id of the log in `db`. Raises sqlite3.Error."""
    row = db.execute("SELECT id FROM log").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the log has no id")
    return str(row[0])


def check_same(found: str, id: str) -> None:
    """Raises LogUnavailable if the log that was `found` is not the one of this id."""
    if found != id:
        raise LogUnavailable(
            "another file replaced the event log that this gateway opened; "
            "put that file back, or restart the gateway to use the new one"
        )
