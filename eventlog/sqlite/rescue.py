"""A log whose file is deleted, or has another moved over it, while it is open. The open file has no
name any more, and would be gone with the process."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from sqlite3 import Connection
from time import monotonic

from eventlog.sqlite import file

logger = logging.getLogger(__name__)

SAVE_PAUSE = 3
"""A log that could not be saved is tried again after so many times what that took. To copy a large
one takes seconds, in which others wait."""


class Rescue:
    """Saves the log at `path` beside its place, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._again_at = 0.0
        self.is_done = False

    def save(self, db: Connection) -> None:
        """Copy what `db` has open. Where that fails it is logged, and may be tried again."""
        began = monotonic()
        if self.is_done or began < self._again_at:
            return
        copy = next(path for path in self._paths() if not path.exists())
        try:
            with closing(sqlite3.connect(copy)) as rescued:
                db.backup(rescued)
        except file.STORAGE_ERRORS as error:
            for part in (copy, Path(f"{copy}-journal")):  # it would take the room that is missing
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            self._again_at = monotonic() + SAVE_PAUSE * (monotonic() - began)
            logger.error(
                "The event log's file was deleted, and its contents cannot be saved: %s", error
            )
            return
        self.is_done = True
        logger.error("The event log's file was deleted. Its contents are saved in %s", copy)

    def told(self) -> str:
        """Where it is saved, at the end of a sentence for a person."""
        return (
            "; its contents are saved in a file beside it, which the gateway's output names"
            if self.is_done
            else ""
        )

    def _paths(self) -> Iterator[Path]:
        for number in count(1):
            yield self._path.with_name(f"{self._path.name}.rescued-{number}")
