"""The log's file: opening it without harm, and knowing it again.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint
at once. So there is one writing connection, held by one process (`hold`), and everything
else opens read-only: a read-only connection never checkpoints, not even when it closes.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from eventlog.errors import (
    LogHeld,
    LogNotOpened,
    LogReadOnly,
    LogTooNew,
    LogUnavailable,
    NotALog,
)
from eventlog.migrations import migrations

APPLICATION_ID = 0x49474C31
"""What marks the file as an interview log: "IGL1" in SQLite's application_id."""

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

TORN_READS = 10
TORN_SECONDS = 0.01
"""How often a read past a checkpoint is tried again, and after how long."""

TROUBLE = (sqlite3.Error, OSError, UnicodeDecodeError)
"""What reading or writing the file may raise. Of a damaged one, SQLite's own message may quote
bytes that are no text, and then there is not even a message."""

NO_TABLE = "no such table: "

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
    if isinstance(error, FileNotFoundError):
        return "its file is gone"
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


def hold(path: Path) -> FileLock:
    """Take the one place for a writer beside `path`; the caller releases it.

    Raises LogHeld or LogReadOnly.
    """
    # Not of one thread: a gateway may be built in one and closed in another.
    lock = FileLock(f"{path}.lock", thread_local=False)
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


def refuse_foreign(path: Path, *, to_write: bool = True) -> None:
    """Refuse a file that is no log of ours, having read its header and put nothing beside it;
    `to_write`, one that cannot be written too.

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
    except OSError as error:
        raise LogReadOnly(
            f"the event log {path} cannot be {'written' if to_write else 'read'} "
            f"({error.strerror}); make it {'writable' if to_write else 'readable'}, or set "
            "EVENTLOG_URL to another file"
        ) from None


def is_up_to_date(path: Path) -> bool:
    """Whether the log at `path` has this release's schema. Raises LogNotOpened where it can be
    neither read nor brought up to date; nothing is changed."""
    return _names() == _applied(path)


def prepare(path: Path) -> str:
    """Make the log at `path`, or bring an older one up to date; its id. `hold` it first.

    Raises LogNotOpened, and then has not changed the file.
    """
    # A rollback journal is there only where the making of a log was cut short: SQLite undoes
    # what was made, and it is made anew.
    if path.exists() and path.stat().st_size > 0 and not Path(f"{path}-journal").exists():
        _applied(path)
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
            db = Database(connection)
            # All at once and before there is a WAL: no crash leaves half a log, and the main
            # file alone tells whose it is.
            with db.atomic():
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                migrations.apply(db)
            db.enable_wal()
        return log_id(path)
    except TROUBLE as error:
        raise LogReadOnly(f"the event log {path} cannot be written: {reason(error)}") from error


def _applied(path: Path) -> set[str]:
    """The schema steps that the log at `path` has taken. Raises LogNotOpened for a log of a
    newer schema or a damaged one, having only read it."""
    # Immutable, it gets no -wal and -shm beside it; but then a WAL that is there is not read.
    immutable = not Path(f"{path}-wal").exists()
    try:
        if immutable:
            _refuse_cut_short(path)
        with closing(open_read_only(path, immutable=immutable)) as db:
            applied = {migration.name for migration in migrations.applied(db)}
    except TROUBLE as error:
        raise LogNotOpened(
            f"the event log {path} cannot be opened, and was left as it is: {reason(error)}; "
            "put that right, or set EVENTLOG_URL to another file"
        ) from error
    if not applied <= _names():
        raise LogTooNew(
            f"the event log {path} was written by a newer interview-gateway; upgrade "
            "this one, or set EVENTLOG_URL to another file"
        )
    return applied


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


def _names() -> set[str]:
    """The names of all the schema steps that this release knows."""
    with closing(Database(memory=True)) as empty:
        return {migration.name for migration in migrations.pending(empty)}


def identity(path: Path) -> tuple[int, int]:
    """Device and inode: which file it is that stands at `path`. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


@dataclass(frozen=True)
class Footprint:
    """The log's file and its WAL as the writer left them; of the WAL, which file it is too.

    Nobody but the writer makes either smaller or puts another in its place. SQLite would not
    notice: it works on from its cache, and commits to a WAL that no name leads to any more.
    """

    size: int
    wal: tuple[int, int] | None
    wal_size: int

    @classmethod
    def of(cls, path: Path) -> "Footprint":
        """Raises OSError."""
        size = path.stat().st_size
        try:
            wal = Path(f"{path}-wal").stat()
        except FileNotFoundError:
            return cls(size, None, 0)
        return cls(size, (wal.st_dev, wal.st_ino), wal.st_size)


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


def open_read_only(path: Path, *, immutable: bool = False) -> Database:
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


def _connect_read_only(path: Path, options: str) -> Database:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{options}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    return Database(connection)


class CutOff(LogUnavailable):
    """A part of the log's files was taken away, and a connection to them is not to be given up:
    it may be all that is left."""


class Connection:
    """A connection to the log of `log_id` at `path`, as `open` makes it: made when it is first
    needed, and anew after it was dropped or when another file stands at the path; never to
    another log."""

    def __init__(self, path: Path, log_id: str, open: Callable[[Path], Database]) -> None:
        self._path = path
        self._log_id = log_id
        self._open = open
        self._db: Database | None = None
        self._identity: tuple[int, int] | None = None

    def database(self) -> Database:
        """Raises LogUnavailable, OSError or sqlite3.Error."""
        found = identity(self._path)
        if self._db is None or found != self._identity:
            self.drop()
            check_same(self._path, self._log_id)
            self._db, self._identity = self._open(self._path), found
        return self._db

    def rescue(self) -> None:
        """Copy into the file what was committed to a WAL that was deleted or replaced: this
        connection, the one that wrote it, has it open still.

        Raises CutOff where a reader is in the way, OSError or sqlite3.Error.
        """
        if self._db is not None:
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise CutOff("the event log's WAL was taken away, and is in use by a reader")
            self.drop()

    def drop(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):  # closing is best effort; the next open decides
                self._db.close()
            self._db = None


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


def _read_id(path: Path) -> str:
    with closing(open_read_only(path, immutable=True)) as db:
        row = db.execute("SELECT id FROM log").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the log has no id")
    return str(row[0])


def check_same(path: Path, id: str) -> None:
    """Raises LogUnavailable if `path` is not the log of this id, OSError or sqlite3.Error
    if it cannot be told."""
    if log_id(path) != id:
        raise LogUnavailable(
            "another event log was put in the place of the one this gateway began with; "
            "put that one back, or restart the gateway to use this one"
        )
