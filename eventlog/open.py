"""From `EVENTLOG_URL` to an event log. Only this module knows which kinds of log there are.

`key` is the file of the private key that signs the log's checkpoints, for a log in a database; a
log's file has its key beside it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventlog.errors import LogNotOpened, NoLog
from eventlog.postgres.url import is_postgres
from eventlog.protocol import EventLog, ReadableLog
from eventlog.sqlite import opening as sqlite
from eventlog.sqlite.url import sqlite_path
from eventlog.verification.snapshot import StoredLog
from statemachine.redaction import without_secrets

if TYPE_CHECKING:
    from eventlog.copying import Source, Target  # which no gateway needs

MEMORY = "memory:"


def is_log_url(text: str) -> bool:
    """Whether the text is the URL of an event log, of whatever kind."""
    return text == MEMORY or is_postgres(text) or sqlite_path(text) is not None


def open_log(url: str, key: Path | None = None) -> EventLog:
    """The log that `url` names, to write: `sqlite:///relative/file.db`,
    `sqlite:////absolute/file.db`, `postgresql://host/database` or `memory:`. Raises
    LogNotOpened."""
    # What reads a log does without all that writes one, which takes 0.1 s to import.
    if url == MEMORY:
        from eventlog.memory import MemoryEventLog

        return MemoryEventLog()
    if is_postgres(url):
        log: EventLog = _postgres().open_to_write(url, key)
        return log
    from eventlog.sqlite.log import SqliteEventLog

    return SqliteEventLog(_path_of(url))


def open_reader(url: str, key: Path | None = None) -> ReadableLog:
    """The log that `url` names, to read beside the gateway that writes it, if one does.
    A log of an older release in a file is brought up to date first, which needs that no gateway has
    it open. Raises LogNotOpened."""
    if is_postgres(url):
        reader: ReadableLog = _postgres().open_log_in(url, key)
        return reader
    return sqlite.open_file(_path_to_read(url))


def stored_log(url: str, key: Path | None = None) -> StoredLog:
    """The log that `url` names, to check it beside the gateway that writes it, if one does.
    Raises LogNotOpened, and brings a log up to date, as `open_reader` does."""
    if is_postgres(url):
        found: StoredLog = _postgres().stored_in(url, key)
        return found
    return sqlite.stored_file(_path_to_read(url))


def stored_log_at(address: str, origin: str) -> StoredLog:
    """The log at `address` (`ReadableLog.address`), which is known to sign by the name `origin`.
    Raises LogNotOpened where it is no address."""
    if is_postgres(address):
        found: StoredLog = _postgres().stored_in_at(address, origin)
        return found
    return sqlite.stored_file_of(_path_of(address), origin)


def copy_source(url: str, key: Path | None = None) -> "Source":
    """The log that `url` names, to copy it. Raises LogNotOpened."""
    if is_postgres(url):
        found: Source = _postgres().source_in(url, key)
        return found
    return sqlite.source_file(_path_to_read(url))


def copy_target(url: str, key: Path | None = None) -> "Target":
    """Where `url` names no log yet, to fill it with a copy. Raises LogNotOpened."""
    if is_postgres(url):
        found: Target = _postgres().target_in(url, key)
        return found
    return sqlite.target_file(_path_to_read(url))


def grant_roles(
    url: str, gateway: str | None = None, eraser: str | None = None, auditor: str | None = None
) -> None:
    """Give these database roles their rights to the log that `url` names. Raises LogNotOpened."""
    if not is_postgres(url):
        raise LogNotOpened(
            f"{without_secrets(url)} has no roles; name a log on PostgreSQL (postgresql://…)"
        )
    _postgres().grant(url, gateway, eraser, auditor)


def _postgres() -> Any:
    """Raises LogNotOpened where the library for it is missing."""
    try:
        from eventlog.postgres import opening
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise LogNotOpened(
            "an event log on PostgreSQL needs the package psycopg: "
            "pip install 'interview-gateway[postgres]'"
        ) from error
    return opening


def _path_to_read(url: str) -> Path:
    if url == MEMORY:
        raise NoLog("memory: is a log inside its gateway; only that gateway can read it")
    return _path_of(url)


def _path_of(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise LogNotOpened(
            f"{without_secrets(url)} is not an event log; set EVENTLOG_URL to sqlite:/// and a "
            "file (sqlite:////var/lib/interviews.db), to postgresql:// and a database "
            "(postgresql://user@host/interviews), or to memory:"
        )
    try:
        return path.absolute()
    except FileNotFoundError as error:
        raise LogNotOpened(
            f"the event log {path} cannot be found, because the working folder was deleted; change "
            "to another folder, or give the whole path of the log"
        ) from error
