"""The connections that read a log's file. They never checkpoint, not even when they close."""

import sqlite3
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from eventlog.sqlite import file
from eventlog.sqlite.footprint import FileState

if TYPE_CHECKING:
    from eventlog.sqlite.writing import WritingConnection


class Unfamiliar(Exception):
    """A reader finds the file otherwise than the writer left it; the writer is to look first."""


class ReadingConnection(ABC):
    """A connection that reads the log at `path`: made when it is first needed, and anew after it
    was dropped or when another file stands at the path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: Connection | None = None
        self._identity: tuple[int, int] | None = None

    def database(self) -> Connection:
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

    @abstractmethod
    def _find(self) -> tuple[int, int]:
        """Which file is to be read."""


class ReadingAlone(ReadingConnection):
    """One in a process that does not write the log; it never reads another one than `log_id`."""

    def __init__(self, path: Path, log_id: str) -> None:
        super().__init__(path)
        self._log_id = log_id

    def _find(self) -> tuple[int, int]:
        found = file.identity(self._path)
        if found != self._identity:
            file.check_same(file.log_id_to_read(self._path), self._log_id)
        return found


class ReadingBesideWriter(ReadingConnection):
    """One that reads the file only as `writing`, in the same process, left it."""

    def __init__(self, path: Path, writing: "WritingConnection") -> None:
        super().__init__(path)
        self._name = str(path)
        self._writing = writing

    def _find(self) -> tuple[int, int]:
        with suppress(FileNotFoundError):
            found = FileState.of(self._name)
            left = self._writing.left
            if self._writing.is_whole and left is not None and found == left.file:
                return found.identity
        raise Unfamiliar
