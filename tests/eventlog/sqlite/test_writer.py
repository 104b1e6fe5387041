"""The one writer: it commits in groups, and trouble with the file costs nobody an event."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection

import pytest

from eventlog.errors import LogCorrupted, LogUnavailable, VersionConflict
from eventlog.grouping import GROUP
from eventlog.protocol import Appended
from eventlog.sqlite.file import BUSY_SECONDS, prepare
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.writer import Writer
from eventlog.sqlite.writing import WritingConnection
from statemachine.commands import give_answer
from statemachine.interview import replay
from tests.eventlog.evidence import check_events, commits, rows
from tests.eventlog.interviews import AT, OPENING, WHOLE, ask, new_id, tell
from tests.eventlog.running import in_loop
from tests.eventlog.storage_errors import (
    deleted,
    locked,
    moved_away,
    no_room_to_grow,
    replaced,
)
from tests.stopwatch import Stopwatch

SOON = 0.1
"""Seconds in which what was handed to the writer has reached it."""


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    """A writer alone, on an empty log at `path`."""
    connection = WritingConnection(path, prepare, lambda: None)
    connection.prepare()
    writer = Writer(connection)
    yield writer
    asyncio.run(writer.close())
    connection.release()


def count(db: Connection) -> None:
    """Some work that writes."""
    db.execute("UPDATE log SET checks = checks + 1")


def counted(path: Path) -> int:
    [row] = rows(path, "SELECT checks FROM log")
    return int(row["checks"])


# Groups


@in_loop
async def test_appends_that_wait_together_share_a_commit(log: SqliteEventLog, path: Path) -> None:
    await tell(log, new_id(), *OPENING)
    before = commits(path)
    with locked(path):
        waiting = asyncio.gather(*(tell(log, new_id(), *OPENING) for _ in range(40)))
        await asyncio.sleep(SOON)
    await waiting
    assert commits(path) - before <= 4  # and not 40: a slow machine may hand some on late
    assert await log.head() == 2 * 41


@in_loop
async def test_a_commit_is_no_larger_than_a_group(writer: Writer, path: Path) -> None:
    with locked(path):
        waiting = asyncio.gather(*(writer.run(count) for _ in range(2 * GROUP)))
        await asyncio.sleep(SOON)
    await waiting
    assert commits(path) in (2, 3)
    assert counted(path) == 2 * GROUP


@in_loop
async def test_of_two_appends_in_a_group_at_the_same_version_one_is_taken(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *OPENING)
    with locked(path):
        moves = [log.append(id, 2, [give_answer(words)], AT) for words in ("Yes.", "No.")]
        waiting = asyncio.gather(*moves, tell(log, new_id(), *OPENING), return_exceptions=True)
        await asyncio.sleep(SOON)
    first, second, beside = await waiting
    assert isinstance(first, Appended)
    assert isinstance(second, VersionConflict)
    assert not isinstance(beside, BaseException)
    assert await log.interview(id) == first.interview


class Followed:
    """Who follows the commits; it fails if it is `broken`."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.marked = 0
        self.commits: list[tuple[Sequence[object], int, int]] = []

    def mark(self) -> object:
        self.marked += 1
        return self.marked

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        self.commits.append((marks, began, ended))
        if self.broken:
            raise ZeroDivisionError


@in_loop
async def test_who_follows_the_commits_is_told_which_appends_shared_one(
    log: SqliteEventLog, path: Path
) -> None:
    followed = Followed()
    log.watch_commits(followed)
    before = time.time_ns()
    with locked(path):
        told = (tell(log, new_id(), *OPENING) for _ in range(20))
        waiting = asyncio.gather(*told, log.is_writable())
        await asyncio.sleep(SOON)
    await waiting
    marks = [mark for commit, _, _ in followed.commits for mark in commit]
    assert marks == list(range(1, 21)), "each append once, and nothing else"
    assert max(len(commit) for commit, _, _ in followed.commits) > 1
    times = [time for _, began, ended in followed.commits for time in (began, ended)]
    assert [before, *times] == sorted([before, *times])


@in_loop
async def test_a_change_of_key_is_no_append_to_follow(log: SqliteEventLog) -> None:
    followed = Followed()
    log.watch_commits(followed)
    await log.change_key("It may be known to others.", AT)
    assert followed.commits == []


@in_loop
async def test_who_fails_to_follow_costs_nobody_an_event(
    log: SqliteEventLog, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log.watch_commits(Followed(broken=True))
    await tell(log, new_id(), *OPENING)
    assert await log.head() == 2
    assert "could not be measured" in caplog.text


@in_loop
async def test_the_size_is_that_of_the_file_and_its_wal(log: SqliteEventLog, path: Path) -> None:
    await tell(log, new_id(), *OPENING)
    parts = (path, path.with_name(f"{path.name}-wal"))
    assert await log.stored_bytes() == sum(part.stat().st_size for part in parts)
    with deleted(path), pytest.raises(LogUnavailable):
        await log.stored_bytes()


def break_a_rule_of_the_database(db: Connection) -> None:
    count(db)
    db.execute("INSERT INTO log (id) VALUES (NULL)")


def fall_over(db: Connection) -> None:
    count(db)
    raise ZeroDivisionError


@in_loop
async def test_a_mistake_in_the_writer_itself_keeps_nobody_waiting(
    writer: Writer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def give_no_outcome(db: Connection, items: Sequence[None]) -> Sequence[None]:
        return []

    async with asyncio.timeout(2):
        with pytest.raises(LogUnavailable, match="writer had an internal error"):
            await writer.submit(give_no_outcome, None)
        await writer.run(count)
    assert counted(path) == 1
    assert "The event log's writer had an internal error" in caplog.text


@pytest.mark.parametrize(
    ("bad", "raised"),
    [(break_a_rule_of_the_database, LogCorrupted), (fall_over, ZeroDivisionError)],
)
@in_loop
async def test_work_that_fails_costs_the_others_of_its_group_nothing(
    writer: Writer, path: Path, bad: Callable[[Connection], None], raised: type[Exception]
) -> None:
    with locked(path):
        works = [count, bad, count]
        waiting = asyncio.gather(*map(writer.run, works), return_exceptions=True)
        await asyncio.sleep(SOON)
    good, failed, also_good = await waiting
    assert (good, also_good) == (None, None)
    assert isinstance(failed, raised)
    assert counted(path) == 2
    with pytest.raises(raised):
        await writer.run(bad)
    await writer.run(count)
    assert counted(path) == 3


# Trouble, and its end


async def check_not_taken(log: SqliteEventLog, id: str) -> None:
    """The log takes no event behind the interview's opening now, and says so."""
    with pytest.raises(LogUnavailable, match=r"the event log cannot be (read|written)|another"):
        await log.append(id, len(OPENING), [give_answer("Is this taken?")], AT)
    assert not await log.is_writable()


async def check_in_order(log: SqliteEventLog, path: Path, id: str) -> None:
    """The interview has its opening and takes what follows; the file agrees with memory."""
    assert await log.is_writable()
    appended = await log.append(id, len(OPENING), [give_answer("And this?"), ask(2)], AT)
    assert appended.interview == await log.interview(id)
    records = await log.records(id)
    assert appended.interview == replay((record.event for record in records), id=id)
    check_events(path)


TROUBLES: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    "locked by another process": locked,
    "moved away": moved_away,
    "deleted, then restored": deleted,
    "no room on the disk": lambda path: no_room_to_grow(Path(f"{path}-wal")),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@in_loop
async def test_trouble_takes_nothing_and_the_log_is_back_when_it_is_over(
    log: SqliteEventLog, path: Path, trouble: str
) -> None:
    id = new_id()
    await tell(log, id, *OPENING)
    with TROUBLES[trouble](path):
        await check_not_taken(log, id)
    await check_in_order(log, path, id)


@in_loop
async def test_nothing_is_read_while_the_file_is_away(log: SqliteEventLog, path: Path) -> None:
    id = new_id()
    await tell(log, id, *OPENING)
    with moved_away(path), pytest.raises(LogUnavailable, match="its file is gone"):
        await log.records(id)
    assert len(await log.records(id)) == 2


@pytest.mark.alone
@in_loop
async def test_a_lock_is_waited_for_a_moment_and_no_longer(writer: Writer, path: Path) -> None:
    with locked(path):
        began, watch = time.monotonic(), Stopwatch()
        with pytest.raises(LogUnavailable, match="another process has locked it"):
            await writer.run(count)
        assert time.monotonic() - began > BUSY_SECONDS * 0.9
        assert watch.seconds() < BUSY_SECONDS + 0.6


@in_loop
async def test_another_log_in_its_place_is_left_alone(log: SqliteEventLog, path: Path) -> None:
    other = path.with_name("other.db")
    another = SqliteEventLog(other)
    await tell(another, new_id(), *WHOLE)
    await another.close()
    bytes_before = other.read_bytes()

    id = new_id()
    await tell(log, id, *OPENING)
    with moved_away(path):
        await check_not_taken(log, id)
    assert await log.is_writable()  # now the WAL holds the row that tells the log's id
    with replaced(path, other):
        await check_not_taken(log, id)
        with pytest.raises(LogUnavailable, match="another file replaced the event log"):
            await log.records(id)
    assert other.read_bytes() == bytes_before
    await check_in_order(log, path, id)


@in_loop
async def test_another_log_is_known_before_the_first_append_too(
    log: SqliteEventLog, path: Path
) -> None:
    other = path.with_name("other.db")
    await SqliteEventLog(other).close()
    with (
        replaced(path, other),
        pytest.raises(LogUnavailable, match="another file replaced the event log"),
    ):
        await tell(log, new_id(), *OPENING)


@in_loop
async def test_a_commit_of_nothing_is_no_sign_that_the_trouble_is_over(
    writer: Writer, path: Path
) -> None:
    with moved_away(path), pytest.raises(LogUnavailable, match="its file is gone"):
        await writer.run(count)
    await writer.run(lambda _: None)
    assert writer.failed
    await writer.run(count)
    assert not writer.failed


# Callers that go away, and closing


@in_loop
async def test_an_append_whose_caller_went_away_is_in_memory_as_in_the_file(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, id, *OPENING)
    with locked(path):
        append = asyncio.create_task(log.append(id, 2, [give_answer("Yes.")], AT))
        await asyncio.sleep(SOON)
        append.cancel()
        await asyncio.wait([append])
        before = await log.interview(id)
    assert append.cancelled()
    assert before is not None
    assert before.version == 2
    assert await log.is_writable()  # the writer is through with what came before
    interview = await log.interview(id)
    assert interview == replay((record.event for record in await log.records(id)), id=id)
    await log.append(id, 3, [ask(2)], AT)


def test_an_append_whose_event_loop_has_ended_is_in_memory_as_in_the_file(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()

    async def leave() -> None:
        append = asyncio.create_task(log.append(id, 2, [give_answer("Yes.")], AT))
        await asyncio.sleep(SOON)
        assert not append.done()

    asyncio.run(tell(log, id, *OPENING))
    with locked(path):
        asyncio.run(leave())
    assert asyncio.run(log.is_writable())  # the writer is through with what came before
    interview, records = asyncio.run(log.interview(id)), asyncio.run(log.records(id))
    assert len(records) == 3
    assert interview == replay((record.event for record in records), id=id)
    check_events(path)


@in_loop
async def test_work_whose_caller_went_away_is_done(writer: Writer, path: Path) -> None:
    with locked(path):
        left = asyncio.create_task(writer.run(count))
        await asyncio.sleep(SOON)
        left.cancel()
    await writer.run(count)
    assert counted(path) == 2


@in_loop
async def test_closing_finishes_what_waits(path: Path) -> None:
    log = SqliteEventLog(path)
    with locked(path):
        first = asyncio.create_task(tell(log, new_id(), *OPENING))
        await asyncio.sleep(SOON)  # the writer has it and waits for the lock
        others = [asyncio.create_task(tell(log, new_id(), *OPENING)) for _ in range(9)]
        await asyncio.sleep(SOON)
        closing = asyncio.create_task(log.close())
        await asyncio.sleep(SOON)
        assert not closing.done()
    await asyncio.gather(first, *others, closing)
    assert len(rows(path)) == 20


@in_loop
async def test_a_closed_log_is_unavailable_and_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    log, id = SqliteEventLog(path), new_id()
    await tell(log, id, *OPENING)
    await log.close()
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not any(name.startswith("eventlog") for name in left)
    with pytest.raises(LogUnavailable, match="closed"):
        await log.append(id, 2, [give_answer("Yes.")], AT)
    with pytest.raises(LogUnavailable, match="closed"):
        await log.records(id)
    assert not await log.is_writable()
