"""From `EVENTLOG_URL` to an event log. Only this module knows which kinds of log there are."""

from pathlib import Path

from eventlog.errors import LogNotOpened, NoLog
from eventlog.protocol import EventLog, ReadableLog
from eventlog.sqlite.opening import open_file, stored_file, stored_file_of
from eventlog.sqlite.url import sqlite_path
from eventlog.verification.snapshot import StoredLog
from statemachine.redaction import without_secrets

MEMORY = "memory:"


def open_log(url: str) -> EventLog:
    """The log that `url` names, to write: `sqlite:///relative/file.db`,
    `sqlite:////absolute/file.db` or `memory:`. Raises LogNotOpened."""
    # What reads a log does without all that writes one, which takes 0.1 s to import.
    if url == MEMORY:
        from eventlog.memory import MemoryEventLog

        return MemoryEventLog()
    from eventlog.sqlite.log import SqliteEventLog

    return SqliteEventLog(_path_of(url))


def open_reader(url: str) -> ReadableLog:
    """The log that `url` names, to read beside the gateway that writes it, if one does.
    A log of an older release is brought up to date first, which needs that no gateway has it open.
    Raises LogNotOpened."""
    return open_file(_path_to_read(url))


def stored_log(url: str) -> StoredLog:
    """The log that `url` names, to check it beside the gateway that writes it, if one does.
    Raises LogNotOpened, and brings a log up to date, as `open_reader` does."""
    return stored_file(_path_to_read(url))


def stored_log_at(address: str, origin: str) -> StoredLog:
    """The log at `address` (`ReadableLog.address`), which is known to sign by the name `origin`.
    Raises LogNotOpened where it is no address."""
    return stored_file_of(_path_of(address), origin)


def _path_to_read(url: str) -> Path:
    if url == MEMORY:
        raise NoLog("memory: is a log inside its gateway; only that gateway can read it")
    return _path_of(url)


def _path_of(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise LogNotOpened(
            f"{without_secrets(url)} is not an event log; set EVENTLOG_URL to sqlite:/// and a "
            "file (sqlite:////var/lib/interviews.db), or to memory:"
        )
    try:
        return path.absolute()
    except FileNotFoundError as error:
        raise LogNotOpened(
            f"the event log {path} cannot be found, because the working folder was deleted; change "
            "to another folder, or give the whole path of the log"
        ) from error
