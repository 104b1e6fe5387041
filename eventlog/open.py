"""From `EVENTLOG_URL` to an event log."""

from pathlib import Path

from eventlog.errors import LogNotOpened
from eventlog.memory import MemoryEventLog
from eventlog.protocol import EventLog
from eventlog.sqlite import SqliteEventLog

SQLITE = "sqlite:///"
MEMORY = "memory:"


def open_log(url: str) -> EventLog:
    """The log that `url` names: `sqlite:///relative/file.db`, `sqlite:////absolute/file.db`
    or `memory:`. Raises LogNotOpened."""
    if url == MEMORY:
        return MemoryEventLog()
    path = sqlite_path(url)
    if path is None:
        raise LogNotOpened(
            f"EVENTLOG_URL={url} names no event log; it is sqlite:/// and a file "
            "(sqlite:////var/lib/interviews.db), or memory:"
        )
    return SqliteEventLog(path)


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
