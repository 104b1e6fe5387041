"""What can go wrong with a log's file while a gateway has it."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.eventlog.evidence import execute


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    """The file stands elsewhere for a while, and its WAL where it was."""
    away = path.rename(path.with_name("away.db"))
    yield
    away.rename(path)


def backup(path: Path) -> Path:
    """A copy of the log as it is now."""
    kept = path.with_name("kept.db")
    execute(path, f"VACUUM INTO '{kept}'")
    return kept


def delete(path: Path) -> None:
    """The file goes, with all that belongs to it."""
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink()


@contextmanager
def deleted(path: Path) -> Iterator[None]:
    """The file is gone until a backup is put in its place."""
    kept = backup(path)
    delete(path)
    yield
    assert not path.exists()
    kept.rename(path)


@contextmanager
def replaced(path: Path, other: Path) -> Iterator[None]:
    """For a while the file `other` stands in the place of `path`."""
    with moved_away(path):
        other.rename(path)
        yield
        path.rename(other)


@contextmanager
def no_room_to_grow(path: Path) -> Iterator[None]:
    """No file may become larger than `path` is now, for this process."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
