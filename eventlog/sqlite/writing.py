"""The connection that writes to a log's file, and how a gateway knows its file again.

Nobody but the writer changes the file or its WAL, so it remembers how it left them. Where they are
otherwise, somebody put an older copy there, cut the file off, ran a checkpoint or merely touched
it. Nothing is read or written then until the file is seen to hold all that this process has
acknowledged.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import Connection

from eventlog import tree
from eventlog.errors import LogCorrupted, LogFull, LogInUse, LogNotOpened, LogUnavailable
from eventlog.sqlite import file
from eventlog.sqlite.filecheck import FileCheck
from eventlog.sqlite.footprint import Footprint
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.nodes import head_of, nodes_of
from eventlog.sqlite.pace import Pace
from eventlog.sqlite.rescue import Rescue
from eventlog.tree import Frontier

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.3
"""How long an append waits for a thorough check of the file; the check goes on beside it."""


class NotTheFile(LogUnavailable):
    """The file or its WAL is not what the writer left. A connection to what it left is not to be
    given up: it may be all that is left of it."""


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
        self._db: Connection | None = None
        self._acknowledged: Frontier | None = None
        self._check: tuple[Footprint, FileCheck] | None = None
        self._data_version: int | None = None
        self._rescue = Rescue(path)
        self._pace = Pace()
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

    def database(self) -> Connection:
        """The connection, if the files are as it left them or hold as much. Raises LogUnavailable,
        OSError or sqlite3.Error."""
        try:
            db = self._looked_at()
        except NotTheFile:
            self.is_whole = False
            raise
        self.is_whole = True
        return db

    def _looked_at(self) -> Connection:
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

    @property
    def committed(self) -> Frontier | None:
        """The tree over what the log held before a transaction in which `check_nobody_wrote` did
        not raise; None where the log's own is not complete."""
        return self._acknowledged

    def note(self, leaves: Sequence[bytes], size: int = 0) -> None:
        """Remember the `leaves` that a commit appended, of records of `size` characters, and how it
        left the WAL.

        A commit changes neither the file nor which file the WAL is. Where one of them is changed,
        somebody else did it since the look before the commit, and the next look is to find it.
        """
        if self._acknowledged is not None:
            self._acknowledged = self._acknowledged.plus(leaves)
        if leaves:
            self._pace.count(size)
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
        """Copy the WAL into the file when its pace says so.

        SQLite would do so by itself inside a commit. Then nobody could tell whether the file was
        changed by that, or at the same time by somebody else.
        """
        if self._db is None or not self._pace.is_due or not self._is_as_left():
            return
        commits = self._pace.begin()
        try:
            _, frames, copied = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except file.STORAGE_ERRORS as error:  # all that was acknowledged is in the WAL still
            logger.warning(
                "The event log's WAL cannot be copied into its file: %s", file.reason(error)
            )
            return
        finally:
            self.note_files()
        self._pace.learn(commits, frames, copied)

    def _is_as_left(self) -> bool:
        with suppress(OSError):
            return Footprint.of(self._name) == self.left
        return False

    def check_nobody_wrote(self, db: Connection) -> None:
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

    def _take_up(self, db: Connection) -> None:
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
        except LogInUse as error:
            raise LogUnavailable("another gateway uses the event log") from error
        except LogNotOpened as error:
            why = file.reason(error.__cause__ or error)
            raise LogUnavailable(f"the event log cannot be opened: {why}") from error

    def _found(self) -> Footprint:
        try:
            return Footprint.of(self._name)
        except FileNotFoundError:
            self._save_if_deleted()
            raise NotTheFile(
                f"the event log cannot be written: {file.GONE}{self._rescue.told()}"
            ) from None

    def _open(self) -> Connection:
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
            logger.error("The event log's WAL was removed; its contents are saved")
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
        self._rescue = Rescue(self._path)
        logger.warning("The event log's file was replaced by another one, which has all events")

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
                self._save_if_deleted()
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

    def _save_if_deleted(self) -> None:
        if self._db is not None and self._hold is not None and self._hold.is_deleted():
            self._rescue.save(self._db)

    def _not_whole(self) -> NotTheFile:
        return NotTheFile(
            "the event log's file does not hold all that this gateway has recorded: an older copy "
            f"was put in its place, or it was cut off. Put the whole one back{self._rescue.told()}"
        )


def _data_version_of(db: Connection) -> int:
    """A number that changes with each commit of another connection."""
    version: int = db.execute("PRAGMA data_version").fetchone()[0]
    return version


def _frontier_of(db: Connection) -> Frontier | None:
    try:
        return Frontier.of(head_of(db), nodes_of(db))
    except LogCorrupted as error:  # `audit verify` tells; the gateway can still be used
        logger.error("The event log's hash tree is not complete: %s", error)
        return None


def _holds(db: Connection, acknowledged: Frontier) -> bool:
    """Whether the log begins with the tree of `acknowledged`."""
    try:
        return (
            head_of(db) >= acknowledged.size
            and tree.root(acknowledged.size, nodes_of(db)) == acknowledged.root()
        )
    except LogCorrupted:
        return False
