"""The URL of a log's file, as EVENTLOG_URL has it."""

from pathlib import Path

SQLITE = "sqlite:///"


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


def sqlite_url(path: Path) -> str:
    """The URL that names the file at `path`, an absolute one."""
    return f"{SQLITE}{path}"
