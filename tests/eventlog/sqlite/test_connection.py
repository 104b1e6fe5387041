"""Somebody else writes to the log's files, or puts others in their place, while a gateway has it:
it goes on where all that it acknowledged is there, and takes nothing where it is not."""

import asyncio
import os
import resource
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock

from eventlog.errors import LogNotOpened, LogUnavailable
from eventlog.open import open_log
from eventlog.sqlite.holding import Hold
from eventlog.sqlite.log import SqliteEventLog
from statemachine.commands import give_answer
from tests.eventlog.evidence import check_events, execute, rows
from tests.eventlog.interviews import AT, OPENING, WHOLE, ask, new_id, start, tell
from tests.eventlog.running import in_loop
from tests.eventlog.storage_errors import backup, locked
from tests.stopwatch import Stopwatch

LONG = (start(total=15), ask(1))
NOT_WHOLE = "does not hold all that this gateway has recorded"


def wal_of(path: Path) -> Path:
    return Path(f"{path}-wal")


def empty_the_wal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


async def answer(log: SqliteEventLog, id: str) -> None:
    """Append an answer and the next question."""
    interview = await log.interview(id)
    assert interview is not None
    number = interview.questions_asked + 1
    await log.append(id, interview.version, [give_answer("Yes."), ask(number)], AT)


async def check_refused(log: SqliteEventLog, id: str, match: str = NOT_WHOLE) -> None:
    """The log neither takes an event nor tells of any, and says why."""
    with pytest.raises(LogUnavailable, match=match):
        await tell(log, new_id(), *OPENING)
    with pytest.raises(LogUnavailable, match=match):
        await log.records(id)
    assert not await log.is_writable()


async def check_goes_on(log: SqliteEventLog, path: Path, id: str) -> None:
    await answer(log, id)
    check_events(path)
    assert len(await log.records(id)) == len(
        rows(path, f"SELECT * FROM events WHERE interview_id = '{id}'")
    )


# Harmless


def checkpoint(mode: str) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        execute(path, f"PRAGMA wal_checkpoint({mode})")

    run.__name__ = f"a {mode} checkpoint"
    return run


def touched(path: Path) -> None:
    path.touch()


def analyzed(path: Path) -> None:
    execute(path, "ANALYZE")


def vacuumed(path: Path) -> None:
    execute(path, "VACUUM")


def vacuumed_and_checkpointed(path: Path) -> None:
    execute(path, "VACUUM")
    empty_the_wal(path)


def linked_and_moved(path: Path) -> None:
    """As some programs save: a whole copy takes the file's place."""
    backup(path).rename(path)


def copied_in_its_place(path: Path) -> None:
    empty_the_wal(path)
    copy = backup(path)
    path.write_bytes(copy.read_bytes())
    copy.unlink()


HARMLESS = [
    *map(checkpoint, ["PASSIVE", "FULL", "RESTART", "TRUNCATE"]),
    touched,
    analyzed,
    vacuumed,
    vacuumed_and_checkpointed,
    linked_and_moved,
    copied_in_its_place,
]


@pytest.mark.parametrize("befalls", HARMLESS, ids=lambda befalls: befalls.__name__)
@in_loop
async def test_the_log_goes_on_by_itself_where_the_file_holds_all(
    log: SqliteEventLog, path: Path, befalls: Callable[[Path], None]
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    for _ in range(3):
        befalls(path)
        assert len(await log.records_from(0, 100)) == len(rows(path))
        await check_goes_on(log, path, id)


@in_loop
async def test_a_copy_that_went_on_elsewhere_is_taken_up_as_it_is(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    for _ in range(3):
        before = len(await log.records(id))
        copy = backup(path)
        elsewhere = SqliteEventLog(copy)
        await answer(elsewhere, id)
        await elsewhere.close()
        assert await log.interview(id) is not None  # it is kept in memory
        copy.rename(path)
        assert len(await log.records(id)) == before + 2
        await check_goes_on(log, path, id)


@in_loop
async def test_what_was_read_of_the_file_before_is_not_remembered(
    log: SqliteEventLog, path: Path
) -> None:
    id, other = new_id(), new_id()
    for one in (id, other):
        await tell(log, one, *LONG)
    touched(path)
    await log.head()  # from now on, what it knew is not believed
    reading = asyncio.create_task(log.interview(id))
    await asyncio.sleep(0)

    async def go_on_elsewhere() -> None:
        copy = backup(path)
        elsewhere = SqliteEventLog(copy)
        await answer(elsewhere, id)
        await elsewhere.close()
        await log.head()  # behind the read that is under way
        copy.rename(path)
        await log.head()
        await log.interview(other)

    thread = Thread(target=asyncio.run, args=[go_on_elsewhere()])
    thread.start()
    thread.join()
    before, after = await reading, await log.interview(id)
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (2, len(await log.records(id)))


# An older state


def moved_in(old: Path, path: Path) -> None:
    Path(shutil.copy(old, path.with_name("restored.db"))).rename(path)


def moved_in_and_its_wal_taken_away(old: Path, path: Path) -> None:
    moved_in(old, path)
    wal_of(path).unlink()


def written_over(old: Path, path: Path) -> None:
    path.write_bytes(old.read_bytes())


def written_over_once_the_wal_was_empty(old: Path, path: Path) -> None:
    empty_the_wal(path)
    path.write_bytes(old.read_bytes())


def written_over_at_the_same_time(old: Path, path: Path) -> None:
    """As a program that keeps times does."""
    empty_the_wal(path)
    shutil.copy2(old, path)


def written_over_with_its_wal(old: Path, path: Path) -> None:
    path.write_bytes(old.read_bytes())
    os.truncate(wal_of(path), 0)


OLDER = [
    moved_in,
    moved_in_and_its_wal_taken_away,
    written_over,
    written_over_once_the_wal_was_empty,
    written_over_at_the_same_time,
    written_over_with_its_wal,
]


@pytest.mark.parametrize("restore", OLDER, ids=lambda restore: restore.__name__)
@pytest.mark.parametrize("later", [1, 40])
@in_loop
async def test_an_older_copy_is_refused_until_the_whole_one_is_back(
    log: SqliteEventLog, path: Path, restore: Callable[[Path, Path], None], later: int
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    old = backup(path)
    for _ in range(later):
        await tell(log, new_id(), *WHOLE)
    await answer(log, id)
    whole = path.with_name("whole.db")
    execute(path, f"VACUUM INTO '{whole}'")
    restore(old, path)
    before = path.read_bytes()
    for _ in range(3):
        await check_refused(log, id)
    assert path.read_bytes() == before
    wal_of(path).unlink(missing_ok=True)
    whole.rename(path)
    await check_goes_on(log, path, id)


@in_loop
async def test_a_log_that_was_replaced_or_deleted_is_saved_beside_its_place(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    old = backup(path)
    await answer(log, id)
    old.rename(path)
    await check_refused(log, id, match="its contents are saved in a file beside it")
    path.with_name("interviews.db.rescued-1").rename(path)
    await check_goes_on(log, path, id)
    path.unlink()
    await check_refused(
        log, id, match="its file is gone; its contents are saved in a file beside it"
    )
    path.with_name("interviews.db.rescued-1").rename(path)
    await check_goes_on(log, path, id)


@in_loop
async def test_an_older_wal_in_its_place_is_refused(log: SqliteEventLog, path: Path) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    size = 0
    while wal_of(path).stat().st_size > size:  # until it begins anew, and keeps its size
        size = wal_of(path).stat().st_size
        await tell(log, new_id(), *WHOLE)
    old = Path(shutil.copy2(wal_of(path), path.with_name("old-wal")))
    before = path.read_bytes()
    await answer(log, id)
    assert path.read_bytes() == before, "the file itself must be as it was"
    assert wal_of(path).stat().st_size == old.stat().st_size
    shutil.copy2(old, wal_of(path))
    for _ in range(3):
        with pytest.raises(LogUnavailable):
            await tell(log, new_id(), *OPENING)


@pytest.mark.parametrize("restore", OLDER, ids=lambda restore: restore.__name__)
@in_loop
async def test_an_older_copy_that_comes_during_a_commit_is_refused_after_it(
    log: SqliteEventLog, path: Path, restore: Callable[[Path, Path], None]
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    old = backup(path)
    await answer(log, id)
    whole = path.with_name("whole.db")
    execute(path, f"VACUUM INTO '{whole}'")
    empties = restore in (written_over_once_the_wal_was_empty, written_over_at_the_same_time)
    if empties:  # which is not to wait for the commit
        empty_the_wal(path)
        await log.records(id)
        restore = written_over
    await log._writer.run(lambda _: restore(old, path))
    for _ in range(3):
        with pytest.raises(LogUnavailable):
            await tell(log, new_id(), *OPENING)
        with pytest.raises(LogUnavailable):
            await log.records(id)
    wal_of(path).unlink(missing_ok=True)
    whole.rename(path)
    await check_goes_on(log, path, id)


@in_loop
async def test_a_wal_is_not_copied_into_a_file_that_was_changed_too(
    log: SqliteEventLog, path: Path
) -> None:
    """A program that opens a file while it is written over, and empty, deletes its WAL."""
    id = new_id()
    await tell(log, id, *LONG)
    old = backup(path)
    await answer(log, id)
    written_over(old, path)
    wal_of(path).unlink()
    before = path.read_bytes()
    for _ in range(3):
        await check_refused(log, id)
    assert path.read_bytes() == before


@in_loop
async def test_a_file_that_is_empty_for_a_moment_keeps_its_wal(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    os.truncate(path, 0)
    wal = wal_of(path).read_bytes()
    await check_refused(log, id)
    assert wal_of(path).read_bytes() == wal


@in_loop
async def test_a_deleted_log_that_cannot_be_saved_leaves_nothing_and_is_saved_later(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    path.unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 1024, limits[1]))
    try:
        for _ in range(3):
            await check_refused(log, id, match="its file is gone$")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(path.parent.glob("*.rescued-*")) == []
    await asyncio.sleep(0.3)
    await check_refused(log, id, match="its contents are saved in a file beside it")
    assert [copy.name for copy in path.parent.glob("*.rescued-*")] == ["interviews.db.rescued-1"]


@in_loop
async def test_all_who_read_share_a_look_that_takes_a_while(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM events").fetchone()
        await answer(log, id)
        backup(path).rename(path)  # beside a WAL that the other program still needs
        watch = Stopwatch()
        reads = [log.records(id) for _ in range(16)]
        failed = await asyncio.gather(*reads, return_exceptions=True)
        took = watch.seconds()
    assert all(isinstance(failure, LogUnavailable) for failure in failed)
    assert took < 3, "each of them alone waits for 0.4 s"


@in_loop
async def test_each_event_loop_that_reads_looks_for_itself(log: SqliteEventLog, path: Path) -> None:
    await tell(log, new_id(), *OPENING)
    with locked(path):
        waiting = asyncio.create_task(log.is_writable())
        await asyncio.sleep(0.1)  # the writer has it and waits for the lock
        touched(path)
        heads = await asyncio.gather(
            *(asyncio.to_thread(asyncio.run, log.head()) for _ in range(2))
        )
        await waiting
    assert heads == [2, 2]


@in_loop
async def test_the_wal_is_copied_into_the_file_now_and_then(
    log: SqliteEventLog, path: Path
) -> None:
    for _ in range(300):
        await tell(log, new_id(), *WHOLE)
    assert wal_of(path).stat().st_size < 16 * 1024 * 1024
    assert path.stat().st_size > 256 * 1024


# The writer's place


def other_name(path: Path) -> Path:
    folder = path.with_name("other")
    folder.mkdir()
    return folder / "b.db"


@in_loop
async def test_a_log_with_a_second_name_is_refused(path: Path) -> None:
    await SqliteEventLog(path).close()
    other = other_name(path)
    os.link(path, other)
    for name in (path, other):
        with pytest.raises(LogNotOpened, match="a second name"):
            open_log(f"sqlite:///{name}")
    path.unlink()
    await open_log(f"sqlite:///{other}").close()


def test_a_name_that_a_log_in_use_gets_lets_nobody_in(log: SqliteEventLog, path: Path) -> None:
    other = other_name(path)
    os.link(path, other)
    with pytest.raises(LogNotOpened):
        open_log(f"sqlite:///{other}")
    asyncio.run(tell(log, new_id(), *OPENING))


@in_loop
async def test_a_deleted_lock_file_lets_nobody_in_and_is_told_of_once(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    Path(f"{path}.lock").unlink()
    with pytest.raises(LogNotOpened, match="in use by another gateway"):
        open_log(f"sqlite:///{path}")
    with pytest.raises(LogUnavailable, match="lock file was deleted"):
        await answer(log, id)
    await check_goes_on(log, path, id)
    with pytest.raises(LogNotOpened, match="in use by another gateway"):
        open_log(f"sqlite:///{path}")


@in_loop
async def test_nothing_is_written_while_another_has_the_lock_file(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *LONG)
    lock = Path(f"{path}.lock")
    lock.unlink()
    with FileLock(lock, is_singleton=False).acquire(timeout=0):
        for _ in range(3):
            with pytest.raises(LogUnavailable, match="another gateway may have the log"):
                await answer(log, id)
    assert not await log.is_writable()  # it was told to go, and takes its place again
    await check_goes_on(log, path, id)


def test_a_place_that_was_refused_leaves_no_lock_behind(path: Path) -> None:
    path.write_text("Dear diary,\n")
    with pytest.raises(LogNotOpened):
        Hold(path)
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def restored(old: Path, path: Path) -> None:
    """The state of `old`, through SQLite itself, as `.restore` does."""
    with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


@pytest.mark.parametrize("is_seen", [True, False])
@in_loop
async def test_an_older_state_restored_through_sqlite_is_refused(
    log: SqliteEventLog, path: Path, is_seen: bool
) -> None:
    """Also where that comes between the writer's look and its note of how it left the files."""
    id = new_id()
    await tell(log, id, *LONG)
    old = backup(path)
    await tell(log, new_id(), *WHOLE)
    await answer(log, id)
    whole = path.with_name("whole.db")
    execute(path, f"VACUUM INTO '{whole}'")
    if is_seen:
        restored(old, path)
    else:
        await log._writer.run_alone(lambda _: restored(old, path))
    for _ in range(2):
        await check_refused(log, id)
    whole.rename(path)
    wal_of(path).unlink(missing_ok=True)
    await check_goes_on(log, path, id)
