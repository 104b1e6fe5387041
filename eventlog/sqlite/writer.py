"""The writer of a log's file: it commits each group through the one writing connection."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from sqlite3 import Connection
from typing import Any, TypeVar

from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.grouping import GroupWriter, Storage
from eventlog.sqlite import file
from eventlog.sqlite.writing import NotTheFile, WritingConnection

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOG_ERRORS = (*file.STORAGE_ERRORS, LogUnavailable)
"""The errors that mean that the log cannot be written. Any other is a defect in the work."""


class Writer(GroupWriter[Connection]):
    """Runs work in the log's only writing connection, in the order it comes."""

    def __init__(self, connection: WritingConnection) -> None:
        self._file = _File(connection)
        super().__init__(self._file)

    @property
    def failed(self) -> bool:
        """Whether the last write failed."""
        return self._file.failed


class _File(Storage[Connection]):
    """The log's file as its writer uses it."""

    def __init__(self, connection: WritingConnection) -> None:
        self._connection = connection
        self.failed = False

    def transact(self, do: Callable[[Connection], list[Any]]) -> list[Any]:
        db = self._connection.database()
        changes = db.total_changes
        db.execute("BEGIN IMMEDIATE")
        try:
            self._connection.check_nobody_wrote(db)
            outcomes = do(db)
            db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # the first error is the one that counts
                db.rollback()
            self._connection.note(())  # what does not fit in memory is in the WAL before a commit
            raise
        appended = [r for records in outcomes if isinstance(records, tuple) for r in records]
        size = sum(len(record.payload or "") for record in appended)
        self._connection.note([record.leaf for record in appended], size)
        if db.total_changes > changes:  # an empty commit proves nothing
            self.failed = False
        return outcomes

    def alone(self, do: Callable[[Connection], T]) -> T:
        result = do(self._connection.database())
        self._connection.note_files()
        return result

    def is_of_one_job(self, error: Exception) -> bool:
        return isinstance(error, sqlite3.IntegrityError) or not isinstance(error, LOG_ERRORS)

    def failure(self, error: Exception) -> Exception:
        if not isinstance(error, LOG_ERRORS):
            return error
        if isinstance(error, sqlite3.IntegrityError):
            return LogCorrupted(f"its tables do not take what comes next: {error}")
        self.failed = True
        if not isinstance(error, NotTheFile):
            self._connection.drop()
        logger.error("The event log cannot be written: %s", error)
        if isinstance(error, LogUnavailable):
            return error
        return LogUnavailable(f"the event log cannot be written: {file.reason(error)}")

    def settle(self) -> None:
        self._connection.checkpoint_if_due()

    def drop(self) -> None:
        self._connection.drop()
