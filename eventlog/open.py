"""From `EVENTLOG_URL` to an event log."""

import os
import re
from pathlib import Path

from eventlog.errors import LogNotOpened, NoLog
from eventlog.memory import MemoryEventLog
from eventlog.protocol import EventLog, ReadableLog
from eventlog.sqlite import file
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.reading import SqliteReader

SQLITE = "sqlite:///"
MEMORY = "memory:"


def open_log(url: str) -> EventLog:
    """The log that `url` names, to write: `sqlite:///relative/file.db`,
    `sqlite:////absolute/file.db` or `memory:`. Raises LogNotOpened."""
    if url == MEMORY:
        return MemoryEventLog()
    return SqliteEventLog(_path_of(url))


def open_reader(url: str) -> ReadableLog:
    """The log that `url` names, to read beside the gateway that writes it, if one does.
    Raises LogNotOpened."""
    return SqliteReader.of(*log_file(url))


def log_file(url: str) -> tuple[Path, str]:
    """The file of the log that `url` names, and the log's id.

    A log of an older release is brought up to date first, which takes that no gateway has it
    open. Raises LogNotOpened.
    """
    if url == MEMORY:
        raise NoLog("EVENTLOG_URL=memory: is a log inside its gateway; only that one can read it")
    path = Path(os.path.realpath(_path_of(url)))
    if not path.exists() or path.stat().st_size == 0:
        raise NoLog(
            f"there is no event log at {path} yet; start the gateway, or say with EVENTLOG_URL or "
            "--log where it is"
        )
    file.refuse_foreign(path, to_write=False)
    try:
        if not file.is_up_to_date(path):
            with Hold(path):
                file.prepare(path)
        return path, file.log_id_to_read(path)
    except file.TROUBLE as error:
        raise LogNotOpened(f"the event log {path} cannot be read: {file.reason(error)}") from error


def _path_of(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        shown = re.sub(r"//.*@", "//***@", url, flags=re.DOTALL)  # it may hold a password
        raise LogNotOpened(
            f"EVENTLOG_URL={shown} names no event log; it is sqlite:/// and a file "
            "(sqlite:////var/lib/interviews.db), or memory:"
        )
    try:
        return path.absolute()
    except FileNotFoundError as error:
        raise LogNotOpened(
            f"the event log {path} cannot be found, because the working folder was deleted; change "
            "to another folder, or give the whole path of the log"
        ) from error


def sqlite_path(url: str) -> Path | None:
    """The file that a `sqlite:///` URL names; None for any other text. SQLite's own word for
    a database in memory is no file: reads and writes would each get another one."""
    name = url.removeprefix(SQLITE)
    if name in (url, "", ":memory:"):
        return None
    try:
        return Path(name).expanduser()
    except RuntimeError:  # there is no such user
        return None
