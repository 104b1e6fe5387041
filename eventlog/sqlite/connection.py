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
from time import monotonic
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

CHECKPOINT_FRAMES = 1000
"""About how many pages the WAL holds when it is copied into the file; as many as SQLite itself
would wait for."""

CHECKPOINT_CHARACTERS = 4 * 1024 * 1024
"""How many characters of records the WAL holds at most, whatever the commits before were like."""

FIRST_COMMITS = 8
"""After how many commits the WAL is copied for the first time. What they held then tells when the
next time is."""

SAVE_PAUSE = 3
"""A deleted log that could not be saved is tried again after so many times what that took. To copy
a large one takes seconds, in which others wait."""

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
    """The log's file and its WAL, which is None where there is none."""

    file: FileState
    wal: FileState | None

    @classmethod
    def of(cls, path: str) -> "Footprint":
        """Raises OSError."""
        file = FileState.of(path)
        try:
            return cls(file, FileState.of(f"{path}-wal"))
        except FileNotFoundError:
            return cls(file, None)

    def has_empty_wal(self) -> bool:
        return self.wal is None or self.wal.size == 0

    def has_other_wal(self, left: "Footprint") -> bool:
        """Whether the WAL of `left` is gone, or is another file."""
        return left.wal is not None and (self.wal is None or self.wal.identity != left.wal.identity)


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
            file.check_same(file.log_id_to_read(self._path), self._log_id)
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
            left = self._writing.left
            if self._writing.is_whole and left is not None and found == left.file:
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
        self._data_version: int | None = None
        self._saved = False
        self._save_again = 0.0
        self._commits = self._characters = self._frames = 0
        self._commits_due = FIRST_COMMITS
        self.log_id: str | None = None
        """The log's id, once it is prepared."""
        self.left: Footprint | None = None
        """How the writer left the files."""
        self.is_whole = True
        """Whether the last look found all that was acknowledged."""
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
        try:
            db = self._looked_at()
        except NotTheFile:
            self.is_whole = False
            raise
        self.is_whole = True
        return db

    def _looked_at(self) -> Database:
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

    def note(self, leaves: Sequence[bytes], size: int = 0) -> None:
        """Remember the `leaves` that a commit appended, of records of `size` characters, and how it
        left the WAL.

        A commit changes neither the file nor which file the WAL is. Where one of them is changed,
        somebody else did it since the look before the commit, and the next look is to find it.
        """
        if self._acknowledged is not None:
            self._acknowledged = self._acknowledged.plus(leaves)
        self._commits += bool(leaves)
        self._characters += size
        with suppress(OSError):  # gone since the commit, which is for the next one to find out
            found = Footprint.of(self._name)
            left = self.left
            if left is not None and found.file == left.file and not found.has_other_wal(left):
                self.left = found

    def note_files(self) -> None:
        """Remember how the writer left the files after work that may change both."""
        with suppress(OSError):
            found = Footprint.of(self._name)
            left = self.left
            if left is not None and found.file.identity == left.file.identity:
                self.left = found

    def checkpoint_if_due(self) -> None:
        """Copy the WAL into the file when it has about CHECKPOINT_FRAMES frames.

        SQLite would do so by itself inside a commit. Then nobody could tell whether the file was
        changed by that, or at the same time by somebody else.
        """
        is_due = self._commits >= self._commits_due or self._characters >= CHECKPOINT_CHARACTERS
        if self._db is None or not is_due or not self._is_as_left():
            return
        commits, self._commits, self._characters = self._commits, 0, 0
        try:
            _, frames, copied = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except file.TROUBLE as error:  # all that was acknowledged is in the WAL still
            logger.warning("The event log's WAL cannot be copied: %s", file.reason(error))
            return
        finally:
            self.note_files()
        # A WAL that was copied as a whole begins anew; one that a reader needs grows.
        new = frames - self._frames
        self._frames = frames if copied < frames else 0
        if new > 0:
            self._commits_due = max(1, min(commits * CHECKPOINT_FRAMES // new, CHECKPOINT_FRAMES))

    def _is_as_left(self) -> bool:
        with suppress(OSError):
            return Footprint.of(self._name) == self.left
        return False

    def check_nobody_wrote(self, db: Database) -> None:
        """In a transaction, in which nobody else can write: raise NotTheFile if somebody has done
        so through SQLite since the last one, and the log no longer holds all. A look at the files
        cannot tell such a commit from the writer's own, if it came just before or after that."""
        version = _data_version_of(db)
        if version == self._data_version:
            return
        self._data_version = version
        self.looks += 1
        try:
            self._take_up(db)
        except NotTheFile:
            self.is_whole = False
            if self.left is not None:  # what was noted is not what the writer left
                self.left = self.left._replace(file=self.left.file._replace(size=-1))
            raise

    def _take_up(self, db: Database) -> None:
        """Go on from what the log holds now. Raises NotTheFile if it does not hold all."""
        if self._acknowledged is not None and not _holds(db, self._acknowledged):
            raise self._not_whole()
        self._acknowledged = _frontier_of(db)

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
            self._data_version = _data_version_of(db)
            self._take_up(db)
            self.left = Footprint.of(self._name)
        except BaseException:
            db.close()
            raise
        self._db = db
        return db

    def _examine(self, left: Footprint, found: Footprint) -> None:
        """Somebody changed the file or its WAL in its place; is all there? Raises NotTheFile."""
        if found.file.size == 0:
            # It is being written over. A connection that finds no page deletes the WAL.
            raise self._not_whole()
        if self._db is not None and found.has_other_wal(left):
            if found.file != left.file:
                # The WAL that is open belongs to what the file was. Copied into what it is now,
                # it would damage it.
                raise self._not_whole()
            self._rescue_wal()
            logger.error("The event log's WAL was taken away; what was in it is saved")
        elif found.has_empty_wal():
            self._check_alone()  # a checkpoint empties the WAL, when all of it is in the file
        else:
            self._check_thoroughly(found)
        self._release_readers()
        self.drop()

    def _replace(self, found: Footprint) -> None:
        """Another file stands at the path; does it hold all? Raises NotTheFile."""
        self._check_alone()
        if self._db is not None and not found.has_empty_wal():
            self._rescue_wal()
            found = Footprint.of(self._name)
        if not found.has_empty_wal():
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
        file.check_same(file.log_id(self._path), self.log_id)
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
        # One at a time: a file that is written for a while is another one at each look.
        if self._check is None or (self._check[0] != found and self._check[1].is_over()):
            self._check = found, FileCheck(self._path, self._acknowledged)
        checked, check = self._check
        match check.holds(CHECK_SECONDS) if checked == found else None:
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
        if monotonic() < self._save_again:
            return
        began = monotonic()
        copy = next(path for path in self._rescue_paths() if not path.exists())
        try:
            with closing(sqlite3.connect(copy)) as rescued:
                self._db.conn.backup(rescued)
        except file.TROUBLE as error:
            for part in (copy, Path(f"{copy}-journal")):  # it would take the room that is missing
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            self._save_again = monotonic() + SAVE_PAUSE * (monotonic() - began)
            logger.error("The event log's file was deleted; it cannot be saved: %s", error)
            return
        self._saved = True
        logger.error("The event log's file was deleted; what it held is saved in %s", copy)

    def _rescue_paths(self) -> Iterator[Path]:
        for number in count(1):
            yield self._path.with_name(f"{self._path.name}.rescued-{number}")


def _data_version_of(db: Database) -> int:
    """What is another number after each commit of another connection."""
    version: int = db.execute("PRAGMA data_version").fetchone()[0]
    return version


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
