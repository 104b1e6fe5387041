"""Reading a log's database: what a gateway that writes it and every command beside it share."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

from eventlog.errors import LogUnavailable
from eventlog.keys import key_name
from eventlog.postgres.connection import SECONDS, LogConnection
from eventlog.postgres.errors import STORAGE_ERRORS, unreadable
from eventlog.postgres.queries import PostgresQueries
from eventlog.postgres.url import address_of, shown
from eventlog.reading import StoredReader

T = TypeVar("T")

READERS = 3
"""How many reads go on side by side, each in a thread and through a connection of its own."""

SEARCH_SECONDS = 60.0
"""How long a read of the searcher may take: it may look through all interviews."""

LOST = (psycopg.OperationalError, psycopg.InterfaceError)
LOST_SECONDS = 0.5
"""A connection that fails so soon was lost before the read. A new one is tried once."""


class PostgresReader(StoredReader[Connection[Any]]):
    """A `ReadableLog`: the log in the database that `url` names, read through connections that
    `connect` makes. `log_id` gives its id, None while it is not known. The private key that signs
    its checkpoints is in the file that `key_path` gives for its id."""

    def __init__(
        self,
        url: str,
        log_id: Callable[[], str | None],
        key_path: Callable[[str], Path],
        connect: Callable[[], LogConnection],
    ) -> None:
        self._url = url
        self._log_id = log_id
        self._key_path_of = key_path
        super().__init__(
            PostgresQueries(),
            ReadingThreads(connect, READERS, SECONDS),
            ReadingThreads(connect, 1, SEARCH_SECONDS),
        )

    @property
    def _id(self) -> str:
        log_id = self._log_id()
        if log_id is None:
            raise LogUnavailable("the event log cannot be opened yet")
        return log_id

    @property
    def origin(self) -> str:
        return key_name(self._id)

    @property
    def _key_path(self) -> Path:
        return self._key_path_of(self._id)

    @property
    def where(self) -> str:
        return shown(self._url)

    @property
    def address(self) -> str | None:
        return address_of(self._url, self._key_path)


class ReadingThreads:
    """Threads that read, each through a connection of its own that is made with its first read."""

    def __init__(self, connect: Callable[[], LogConnection], threads: int, seconds: float) -> None:
        self._connect = connect
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="eventlog-reader")
        self._own = threading.local()
        self._connections: list[LogConnection] = []

    async def run(self, read: Callable[[Connection[Any]], T]) -> T:
        """Return what `read` returns; it may be run twice. Raises LogUnavailable or
        LogCorrupted."""
        loop = asyncio.get_running_loop()
        try:
            reading = loop.run_in_executor(self._threads, self._read, read)
        except RuntimeError:  # the threads are shut down
            raise LogUnavailable("the event log is closed") from None
        return await reading

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._connections:
            connection.drop()

    def _read(self, read: Callable[[Connection[Any]], T]) -> T:
        connection = self._connection()
        begun = monotonic()
        try:
            try:
                return self._attempt(connection, read)
            except LOST:
                # The server was started again, or it closed a connection that nobody used.
                if monotonic() - begun > LOST_SECONDS:
                    raise
                return self._attempt(connection, read)
        except STORAGE_ERRORS as error:
            raise unreadable(error) from error

    def _attempt(self, connection: LogConnection, read: Callable[[Connection[Any]], T]) -> T:
        with connection.use(self._seconds) as db:
            return read(db)

    def _connection(self) -> LogConnection:
        connection: LogConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._connect()
            self._connections.append(connection)
        return connection
