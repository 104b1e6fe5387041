"""The connections to a log's file, and how a gateway knows its file again.

Nobody but the writer changes the file or its WAL, so it remembers how it left them. Where they are
otherwise, somebody put an older copy there, cut the file off, ran a checkpoint or merely touched
it. Nothing is read or written then until the file is seen to hold all that this process has
acknowledged.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from eventlog import tree
from eventlog.errors import LogFull, LogHeld, LogNotOpened, LogUnavailable, NotAsLogged
from eventlog.sqlite import file
from eventlog.sqlite.filecheck import FileCheck
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.nodes import head_of, nodes_of
from eventlog.tree import Frontier

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.3
"""How long an append waits for a thorough check of the file; the check goes on beside it."""


class NotTheFile(LogUnavailable):
    """The file or its WAL is not what the writer left. A connection to what it left is not to be
    given up: it may be all that is left of it."""


class Unfamiliar(Exception):
    """A reader finds the file otherwise than the writer left it; the writer is to look first."""


class FileState(NamedTuple):
    """Which file stands at a path, its size in bytes, and when it was changed last, in ns."""

    identity: tuple[int, int]
    size: int
    changed: int

    @classmethod
    def of(cls, path: str) -> "FileState":
        """Raises OSError."""
        found = os.stat(path)  # noqa: PTH116 - a Path costs as much again, at each commit
        return cls((found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns)


class Footprint(NamedTuple):
    """The log's file, which file its WAL is (None where there is none) and the WAL's size."""

    file: FileState
    wal: tuple[int, int] | None
    wal_size: int

    @classmethod
    def of(cls, path: str) -> "Footprint":
        """Raises OSError."""
        file = FileState.of(path)
        try:
            wal = FileState.of(f"{path}-wal")
        except FileNotFoundError:
            return cls(file, None, 0)
        return cls(file, wal.identity, wal.size)


class ReadingConnection:
    """A connection that reads the log of `log_id` at `path`: made when it is first needed, and
    anew after it was dropped or when another file stands at the path; never to another log."""

    def __init__(self, path: Path, log_id: str) -> None:
        self._path = path
        self._log_id = log_id
        self._db: Database | None = None
        self._identity: tuple[int, int] | None = None

    def database(self) -> Database:
        """Raises Unfamiliar, LogUnavailable, OSError or sqlite3.Error."""
        found = self._find()
        if self._db is None or found != self._identity:
            self.drop()
            self._db, self._identity = file.open_read_only(self._path), found
        return self._db

    def drop(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):  # closing is best effort; the next open decides
                self._db.close()
            self._db = None

    def _find(self) -> tuple[int, int]:
        """Which file is to be read."""
        found = file.identity(self._path)
        if found != self._identity:
            file.check_same(self._path, self._log_id)
        return found


class ReadingBesideWriter(ReadingConnection):
    """One that reads the file only as `writing`, in the same process, left it."""

    def __init__(self, path: Path, writing: "WritingConnection") -> None:
        super().__init__(path, "")
        self._name = str(path)
        self._writing = writing

    def _find(self) -> tuple[int, int]:
        with suppress(FileNotFoundError):
            found = FileState.of(self._name)
            if self._writing.left is not None and found == self._writing.left.file:
                return found.identity
        raise Unfamiliar


class WritingConnection:
    """The one connection that writes to the log at `path`, made if need be. It is used in the
    writer's thread alone.

    `prepare` makes the log, or brings it up to date, and returns its id; it may raise LogNotOpened.
    `release_readers` makes the readers of this process drop their connections.
    """

    def __init__(
        self, path: Path, prepare: Callable[[Path], str], release_readers: Callable[[], None]
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._name = str(path)
        self._release_readers = release_readers
        self._hold: Hold | None = None
        self._db: Database | None = None
        self._acknowledged: Frontier | None = None
        self._check: tuple[Footprint, FileCheck] | None = None
        self._saved = False
        self.log_id: str | None = None
        """The log's id, once it is prepared."""
        self.left: Footprint | None = None
        """How the writer left the files."""
        self.looks = 0
        """How often the files were found to be changed, and to hold all the same: what is known
        of interviews may be old since then."""

    def prepare(self) -> None:
        """Take the writer's place, and make the log or bring it up to date. Raises LogNotOpened."""
        self._hold = self._hold or Hold(self._path)
        try:
            self.log_id = self._prepare(self._path)
            self.left = Footprint.of(self._name)
        except LogFull:
            raise  # the place is kept for the next try
        except BaseException:
            self.release()
            raise

    def database(self) -> Database:
        """The connection, if the files are as it left them or hold as much. Raises LogUnavailable,
        OSError or sqlite3.Error."""
        if self.log_id is None:
            self._try_to_prepare()
        assert self._hold is not None
        self._hold.check()
        found = self._found()
        if found == self.left:
            return self._db or self._open()
        if self.left is not None:
            if found.file.identity == self.left.file.identity:
                self._examine(self.left, found)
            else:
                self._replace(found)
            self.looks += 1
        return self._open()

    def note(self, leaves: Sequence[bytes]) -> None:
        """Remember the `leaves` that a commit appended, and how it left the files."""
        if self._acknowledged is not None:
            self._acknowledged = self._acknowledged.plus(leaves)
        with suppress(OSError):  # gone since the commit, which is for the next one to find out
            self.left = Footprint.of(self._name)

    def drop(self) -> None:
        """Close the connection; the next one is made when it is needed."""
        if self._db is not None:
            with suppress(sqlite3.Error):  # closing is best effort; the next open decides
                self._db.close()
            self._db = None

    def release(self) -> None:
        """Let go of the log, for another gateway."""
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def _try_to_prepare(self) -> None:
        try:
            self.prepare()
        except LogHeld as error:
            raise LogUnavailable("another gateway uses the event log") from error
        except LogNotOpened as error:
            why = file.reason(error.__cause__ or error)
            raise LogUnavailable(f"the event log cannot be opened: {why}") from error

    def _found(self) -> Footprint:
        try:
            return Footprint.of(self._name)
        except FileNotFoundError:
            self._save_deleted()
            raise NotTheFile(
                f"the event log cannot be written: {file.GONE}{self._where_saved()}"
            ) from None

    def _open(self) -> Database:
        """Open the file that stands at the path, which is known to be the log."""
        db = file.open_writer(self._path)
        try:
            if self._acknowledged is None:
                self._acknowledged = _frontier_of(db)
            elif not _holds(db, self._acknowledged):
                raise self._not_whole()
            self.left = Footprint.of(self._name)
        except BaseException:
            db.close()
            raise
        self._db = db
        return db

    def _examine(self, left: Footprint, found: Footprint) -> None:
        """Somebody changed the file or its WAL in its place; is all there? Raises NotTheFile."""
        if self._db is not None and left.wal is not None and found.wal != left.wal:
            self._rescue_wal()
            logger.error("The event log's WAL was taken away; what was in it is saved")
        elif found.wal_size == 0:
            self._check_alone()  # a checkpoint empties the WAL, when all of it is in the file
        elif found.file != left.file or found.wal_size < left.wal_size:
            self._check_thoroughly(found)
        self._release_readers()
        self.drop()

    def _replace(self, found: Footprint) -> None:
        """Another file stands at the path; does it hold all? Raises NotTheFile."""
        self._check_alone()
        if self._db is not None and found.wal_size:
            self._rescue_wal()
            found = Footprint.of(self._name)
        if found.wal_size:
            raise NotTheFile(
                "another file was put in the event log's place beside the WAL of the one before; "
                "stop the gateway, and see the event log's documentation on restoring a backup"
            )
        self._release_readers()
        self.drop()
        assert self._hold is not None
        try:
            self._hold.move()
        except LogNotOpened as error:
            raise LogUnavailable("another gateway uses the event log's file") from error
        self._saved = False
        logger.warning("Another file stands in the event log's place; it holds all events")

    def _rescue_wal(self) -> None:
        """Copy what was committed to the WAL into the file that this connection has open, whatever
        stands at the path, and leave the WAL empty. Raises NotTheFile while a reader needs it."""
        assert self._db is not None
        self._release_readers()
        busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise NotTheFile("the event log's WAL was taken away, and is in use by a reader")

    def _check_alone(self) -> None:
        """Whether the file at the path holds all without its WAL."""
        assert self.log_id is not None
        file.check_same(self._path, self.log_id)
        if self._acknowledged is None:
            return
        with closing(file.open_read_only(self._path, immutable=True)) as db:
            if not _holds(db, self._acknowledged):
                self._save_deleted()
                raise self._not_whole()

    def _check_thoroughly(self, found: Footprint) -> None:
        """Whether the file and its WAL fit together still and hold all."""
        if self._acknowledged is None:
            return
        if self._check is None or self._check[0] != found:
            self._check = found, FileCheck(self._path, self._acknowledged)
        match self._check[1].holds(CHECK_SECONDS):
            case None:
                raise NotTheFile(
                    "another program changed the event log's file, which is being checked; this "
                    "may take some seconds"
                )
            case False:
                raise self._not_whole()

    def _not_whole(self) -> NotTheFile:
        return NotTheFile(
            "the event log's file does not hold all that this gateway has recorded: an older copy "
            f"was put in its place, or it was cut off. Put the whole one back{self._where_saved()}"
        )

    def _where_saved(self) -> str:
        return "; it is saved beside its place, as the gateway's log says" if self._saved else ""

    def _save_deleted(self) -> None:
        """Copy the log beside its place, where the file that is open has no name any more: it
        would be gone with this process."""
        if self._saved or self._db is None or not (self._hold and self._hold.is_deleted()):
            return
        copy = next(path for path in self._rescue_paths() if not path.exists())
        try:
            with closing(sqlite3.connect(copy)) as rescued:
                self._db.conn.backup(rescued)
        except file.TROUBLE as error:
            logger.error("The event log's file was deleted; it cannot be saved: %s", error)
            return
        self._saved = True
        logger.error("The event log's file was deleted; what it held is saved in %s", copy)

    def _rescue_paths(self) -> Iterator[Path]:
        for number in count(1):
            yield self._path.with_name(f"{self._path.name}.rescued-{number}")


def _frontier_of(db: Database) -> Frontier | None:
    try:
        return Frontier.of(head_of(db), nodes_of(db))
    except NotAsLogged as error:  # `audit verify` tells; the gateway can still be used
        logger.error("The event log's tree is not whole: %s", error)
        return None


def _holds(db: Database, acknowledged: Frontier) -> bool:
    """Whether the log begins with the tree of `acknowledged`."""
    try:
        return (
            head_of(db) >= acknowledged.size
            and tree.root(acknowledged.size, nodes_of(db)) == acknowledged.root()
        )
    except NotAsLogged:
        return False
