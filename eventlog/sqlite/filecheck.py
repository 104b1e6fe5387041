"""A thorough check of a log's file that somebody else has written to while a gateway has it."""

from contextlib import closing
from pathlib import Path
from threading import Thread

from eventlog.sqlite import file
from eventlog.tree import Frontier

LEAVES = "SELECT leaf FROM events WHERE position BETWEEN 0 AND ? ORDER BY position"


class FileCheck:
    """Finds out in a thread of its own whether the log at `path` is whole and holds every event
    of `acknowledged`. A log of a million events takes some seconds."""

    def __init__(self, path: Path, acknowledged: Frontier) -> None:
        self._path = path
        self._acknowledged = acknowledged
        self._holds = False
        self._thread = Thread(target=self._run, name="eventlog-file-check", daemon=True)
        self._thread.start()

    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def holds(self, seconds: float) -> bool | None:
        """The result; None if there is none within so many seconds."""
        self._thread.join(seconds)
        return None if self._thread.is_alive() else self._holds

    def _run(self) -> None:
        try:
            with closing(file.open_read_only(self._path)) as db:
                db.execute("BEGIN")
                found = [message for (message,) in db.execute("PRAGMA integrity_check")]
                rows = db.execute(LEAVES, [self._acknowledged.size - 1])
                self._holds = found == ["ok"] and (
                    Frontier().plus(leaf for (leaf,) in rows) == self._acknowledged
                )
        except (*file.STORAGE_ERRORS, TypeError):  # it cannot be read, or a leaf is no bytes
            self._holds = False
