"""Reading a log's file: what the gateway that writes it and every command beside it share.

A read-only connection never checkpoints, not even when it closes, so any number of readers may
stand beside the one writer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from eventlog.errors import LogUnavailable
from eventlog.keys import key_name
from eventlog.reading import StoredReader
from eventlog.sqlite import file
from eventlog.sqlite.connection import ReadingAlone, ReadingConnection, Unfamiliar
from eventlog.sqlite.queries import SqliteQueries
from eventlog.sqlite.url import sqlite_url

T = TypeVar("T")

LOOKS = 5
"""How often the writer is asked to look before a read is given up. A checkpoint that it makes
between two commits changes the file too."""


class SqliteReader(StoredReader[Connection]):
    """A `ReadableLog`: the log in the file at `path`, read through connections that `connect`
    makes. `log_id` gives its id, None while it cannot be opened; `look` is awaited where the file
    is found otherwise than its writer left it."""

    _reader: "ReaderThread"
    _searcher: "ReaderThread"

    def __init__(
        self,
        path: Path,
        log_id: Callable[[], str | None],
        connect: Callable[[], ReadingConnection],
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._path = path
        self._log_id = log_id
        super().__init__(
            SqliteQueries(), ReaderThread(connect(), look), ReaderThread(connect(), look)
        )

    @classmethod
    def of(cls, path: Path, log_id: str) -> "SqliteReader":
        """The log of `log_id` in the file at `path`, read beside whoever writes it."""
        return cls(path, lambda: log_id, lambda: ReadingAlone(path, log_id))

    @property
    def origin(self) -> str:
        log_id = self._log_id()
        if log_id is None:
            raise LogUnavailable("the event log cannot be opened yet")
        return key_name(log_id)

    @property
    def _key_path(self) -> Path:
        return file.key_path(self._path)

    @property
    def where(self) -> str:
        return str(self._path)

    @property
    def address(self) -> str | None:
        return sqlite_url(self._path)


class ReaderThread:
    """A read-only connection and the one thread that uses it."""

    def __init__(
        self, connection: ReadingConnection, look: Callable[[], Awaitable[None]] | None
    ) -> None:
        self._connection = connection
        self._look = look
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog-reader")

    async def run(self, read: Callable[[Connection], T]) -> T:
        """Return what `read` returns. Raises LogUnavailable."""
        for _ in range(LOOKS):
            try:
                return await self._in_thread(lambda: self._read(read))
            except Unfamiliar:
                assert self._look is not None
                await self._look()
        raise LogUnavailable("another program changes the event log's file all the time")

    def release(self) -> None:
        """Drop the connection, from any other thread; the next read makes one."""
        with suppress(RuntimeError):  # the thread is shut down, and has dropped it
            self._thread.submit(self._connection.drop).result()

    async def close(self) -> None:
        await self._in_thread(self._connection.drop)
        self._thread.shutdown()

    async def _in_thread(self, do: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            doing = loop.run_in_executor(self._thread, do)
        except RuntimeError:  # the thread is shut down
            raise LogUnavailable("the event log is closed") from None
        return await doing

    def _read(self, read: Callable[[Connection], T]) -> T:
        try:
            return read(self._connection.database())
        except file.STORAGE_ERRORS as error:
            self._connection.drop()
            raise LogUnavailable(f"the event log cannot be read: {file.reason(error)}") from error
