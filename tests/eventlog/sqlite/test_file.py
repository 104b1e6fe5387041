"""The log's file: what is wrong with it, in words, and how it is read without harm."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from eventlog.sqlite.file import open_read_only, open_writer, reason
from eventlog.sqlite.log import SqliteEventLog
from tests.eventlog.evidence import execute
from tests.eventlog.interviews import OPENING, new_id, tell
from tests.eventlog.storage_errors import locked, no_room_to_grow

MADE = "CREATE TABLE made (blob BLOB)"
FILLED = "INSERT INTO made VALUES (zeroblob(100000))"


def when_full(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA max_page_count = 5")
        db.execute(FILLED)


def when_the_file_may_not_grow(path: Path) -> None:
    with no_room_to_grow(path):
        execute(path, FILLED)


def when_opened_read_only(path: Path) -> None:
    with closing(open_read_only(path)) as db:
        db.execute(FILLED)


def when_locked(path: Path) -> None:
    with locked(path), closing(sqlite3.connect(path, timeout=0)) as db:
        db.execute(FILLED)


def when_a_folder_stands_there(path: Path) -> None:
    path.unlink()
    path.mkdir()
    open_writer(path)


def when_cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])
    execute(path, FILLED)


def when_overwritten(path: Path) -> None:
    path.write_text("This is no database. " * 100)
    execute(path, FILLED)


def when_gone(path: Path) -> None:
    path.with_name("nowhere").stat()


def when_the_statement_is_wrong(path: Path) -> None:
    execute(path, "SELECT * FROM nothing")


REASONS: dict[Callable[[Path], None], str] = {
    when_full: "the disk is full",
    when_the_file_may_not_grow: "its disk reports an error",
    when_opened_read_only: "its file is read-only",
    when_locked: "another process has locked it",
    when_a_folder_stands_there: "its file cannot be opened",
    when_cut_short: "its file is damaged",
    when_overwritten: "its file is no longer a database",
    when_gone: "its file is gone",
    when_the_statement_is_wrong: "its file cannot be used",
}


@pytest.mark.parametrize("happens", REASONS, ids=lambda happens: happens.__name__)
def test_what_went_wrong_is_told_in_words(path: Path, happens: Callable[[Path], None]) -> None:
    execute(path, MADE)
    with pytest.raises((sqlite3.Error, OSError)) as raised:
        happens(path)
    assert reason(raised.value) == REASONS[happens]


def test_a_reader_neither_checkpoints_nor_drops_a_wal_that_was_left(
    log: SqliteEventLog, path: Path
) -> None:
    asyncio.run(tell(log, new_id(), *OPENING))
    left = path.with_name("left.db")
    for tail in ("", "-wal"):
        shutil.copy(f"{path}{tail}", f"{left}{tail}")
    with closing(open_read_only(left)) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone() == (2,)
    for tail in ("", "-wal"):
        assert Path(f"{left}{tail}").read_bytes() == Path(f"{path}{tail}").read_bytes()
