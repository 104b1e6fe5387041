"""Reading a log beside the gateway that writes it, after it, and where nothing can be written."""

import shutil
from pathlib import Path

import pytest

from eventlog.errors import LogInUse, LogNotOpened, LogTooNew, NoLog, NotALog
from eventlog.open import open_reader
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.log import SqliteEventLog
from tests.eventlog.evidence import execute, rows
from tests.eventlog.interviews import AT, OPENING, WHOLE, listed, new_id, tell
from tests.eventlog.running import in_loop
from tests.eventlog.sqlite.test_upgrade import OLD


def url(path: Path) -> str:
    return f"sqlite:///{path}"


@in_loop
async def test_a_reader_sees_what_the_gateway_beside_it_writes(
    log: SqliteEventLog, path: Path
) -> None:
    reader = open_reader(url(path))
    whole = await tell(log, new_id(), *WHOLE)
    assert whole.id is not None
    assert await reader.interview(whole.id) == whole
    assert await reader.interview(new_id()) is None
    assert await reader.records(whole.id) == await log.records(whole.id)
    await tell(log, new_id(), *OPENING)
    assert await listed(reader) == await listed(log)
    assert await reader.root(8) == await log.root(8)
    assert await reader.kept_checkpoints() == await log.kept_checkpoints()
    assert reader.where == log.where
    await reader.close()


@in_loop
async def test_a_closed_log_is_read_and_left_as_it_was(path: Path) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    await log.close()
    before = path.read_bytes()
    reader = open_reader(url(path))
    assert await reader.head() == len(WHOLE)
    await reader.close()
    assert path.read_bytes() == before


@in_loop
async def test_a_log_is_read_where_nothing_can_be_put_beside_it(path: Path) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    await log.close()
    Path(f"{path}-shm").mkdir()
    reader = open_reader(url(path))
    assert await reader.head() == len(WHOLE)
    await reader.close()


@in_loop
async def test_an_older_log_is_brought_up_to_date_before_it_is_read(path: Path) -> None:
    shutil.copy(OLD, path)
    reader = open_reader(url(path))
    assert len(await reader.root(await reader.head())) == 32
    await reader.close()


def test_an_older_log_that_a_gateway_has_open_is_not_touched(path: Path) -> None:
    shutil.copy(OLD, path)
    with Hold(path), pytest.raises(LogInUse):
        open_reader(url(path))


@pytest.mark.parametrize(
    ("content", "error"), [(None, NoLog), (b"", NoLog), (b"Dear diary, today", NotALog)]
)
def test_what_is_no_log_is_refused(
    path: Path, content: bytes | None, error: type[LogNotOpened]
) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        open_reader(url(path))


@in_loop
async def test_a_log_of_a_newer_release_is_refused(path: Path) -> None:
    await SqliteEventLog(path).close()
    execute(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('eventlog', 'm999', '')",
    )
    with pytest.raises(LogTooNew):
        open_reader(url(path))


@pytest.mark.parametrize("url", ["memory:", "postgres://host/db", "sqlite:///"])
def test_a_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(LogNotOpened):
        open_reader(url)


@in_loop
async def test_a_log_whose_checkpoint_was_cut_short_is_read_with_its_wal(
    log: SqliteEventLog, path: Path
) -> None:
    """As a disk leaves it that is full in the midst of one: a page in the file is not whole."""
    await tell(log, new_id(), *WHOLE)
    assert await log.is_writable()
    await log.keep_clock(AT)  # so that the page with the log's id is in the WAL
    [row] = rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'log'")
    left = path.with_name("left.db")
    for tail in ("", "-wal"):
        shutil.copy(f"{path}{tail}", f"{left}{tail}")
    with left.open("r+b") as file:
        file.seek((row["rootpage"] - 1) * 4096)
        file.write(bytes(4096))
    for name in (left, path):
        reader = open_reader(url(name))
        assert await reader.head() == len(WHOLE)
        await reader.close()
