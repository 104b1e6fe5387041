"""The one place for a writer of a log.

A lock file beside the log keeps a second gateway from it, and a lock on the log's file itself
keeps out one that came by another path: a bind mount of the file has a lock file of its own.
Two writers would overwrite each other's events.
"""

import os
import sys
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from eventlog.errors import LogInUse, LogNotOpened, LogUnavailable
from eventlog.sqlite import file

if sys.platform != "win32":  # there, a file cannot be mounted in two places
    import fcntl


class Hold:
    """The writer's place at the log at `path`, whose file is made if need be.

    Raises NotALog, LogInUse, LogFull or LogReadOnly, and then has left the file as it was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = Path(f"{path}.lock")
        is_new = not self._lock_path.exists()
        self._take_lock_file()
        self._descriptor: int | None = None
        try:
            # Behind the lock file: closing any descriptor of the log's file drops the locks that
            # SQLite has on it in this process (https://sqlite.org/howtocorrupt.html, 2.2).
            file.refuse_foreign(path)
            self._descriptor = self._lock_log()
        except BaseException:
            self._lock.release()
            if is_new:
                self._lock_path.unlink(missing_ok=True)
            raise

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def check(self) -> None:
        """Raise LogUnavailable if somebody took the lock file away. Where nobody has the place
        meanwhile, it is taken again, for the next time."""
        try:
            if file.identity(self._lock_path) == self._lock_identity:
                return
        except FileNotFoundError:
            pass
        self._lock.release()
        try:
            self._take_lock_file()
        except LogNotOpened as error:
            raise LogUnavailable(
                "the event log's lock file was deleted or replaced, and another gateway may have "
                "the log now; stop that one"
            ) from error
        raise LogUnavailable(
            "the event log's lock file was deleted or replaced; leave it where it is while a "
            "gateway runs"
        )

    def move(self) -> None:
        """Hold the file that stands at the path now, and let go of the one before. No connection
        of this process may have that one open. Raises LogInUse or OSError."""
        before, self._descriptor = self._descriptor, self._lock_log()
        if before is not None:
            os.close(before)

    def is_deleted(self) -> bool:
        """Whether the file that is held has no name any more: only who has it open can read it."""
        return self._descriptor is not None and os.fstat(self._descriptor).st_nlink == 0

    def release(self) -> None:
        """Let go, once no connection of this process has the log open."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._lock.release()

    def _take_lock_file(self) -> None:
        # Not of one thread: a gateway may be built in one and closed in another.
        self._lock = FileLock(self._lock_path, thread_local=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._lock_identity = file.identity(self._lock_path)
        except Timeout:
            raise self._in_use() from None
        except OSError as error:
            raise file.not_opened(
                error,
                f"the folder {self._path.parent} cannot be written ({error.strerror}); "
                "set EVENTLOG_URL to a file in one that can",
            ) from error

    def _lock_log(self) -> int | None:
        """A descriptor of the log's file with a lock on it, which SQLite's own do not meet."""
        if sys.platform == "win32":
            return None
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            message = (
                f"the event log {self._path} cannot be written ({error.strerror}); set "
                "EVENTLOG_URL to another file"
            )
            raise file.not_opened(error, message) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise self._in_use() from None
        return descriptor

    def _in_use(self) -> LogInUse:
        return LogInUse(
            f"the event log {self._path} is in use by another gateway; stop that one, or give "
            "this one a file of its own with EVENTLOG_URL"
        )
