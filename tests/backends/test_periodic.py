"""PeriodicTask: one at a time, from start to start, and nothing but a cancellation ends them."""

import asyncio
import logging

import pytest

from backends.periodic import PeriodicTask, keep_running, log_failure
from tests.backends.surroundings import eventually, running
from tests.stopwatch import Stopwatch

NEVER = 3600.0


class Work:
    """Counts its rounds; each takes `seconds` or, the first ones, raises what `fails` holds."""

    def __init__(self, seconds: float = 0.0, fails: tuple[BaseException, ...] = ()) -> None:
        self.seconds = seconds
        self.fails = list(fails)
        self.started: list[float] = []
        self.under_way = 0
        self.most_at_once = 0

    async def round(self) -> None:
        self.started.append(asyncio.get_running_loop().time())
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
            if self.fails:
                raise self.fails.pop(0)
        finally:
            self.under_way -= 1


def test_rounds_begin_at_the_interval_however_long_each_takes() -> None:
    work = Work(seconds=0.05)

    async def run() -> None:
        async with running(PeriodicTask(work.round, 0.1)):
            await eventually(lambda: len(work.started) == 3)

    asyncio.run(run())
    assert work.started[2] - work.started[0] == pytest.approx(0.2, abs=0.05)


def test_a_round_longer_than_the_interval_is_not_overtaken() -> None:
    work = Work(seconds=0.05)

    async def run() -> None:
        async with running(PeriodicTask(work.round, 0.01)):
            await eventually(lambda: len(work.started) == 3)

    asyncio.run(run())
    assert work.most_at_once == 1


@pytest.mark.parametrize(
    "failure",
    [RuntimeError("out of order"), asyncio.CancelledError()],
    ids=["it raises", "something that it waits for was cancelled"],
)
def test_a_round_that_raises_is_reported_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture, failure: BaseException
) -> None:
    work = Work(fails=(failure,))

    async def run() -> None:
        rounds = PeriodicTask(work.round, 0.01)
        async with running(rounds):
            await rounds.wait_for_first(NEVER)
            await eventually(lambda: len(work.started) == 2)

    asyncio.run(run())
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (
        logging.ERROR,
        "Work.round failed; it runs again",
    )


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_run_now_starts_the_next_round_at_once(seconds: float) -> None:
    # With 0.05 s it comes in the middle of the first round, and the next follows that.
    work = Work(seconds)

    async def run() -> None:
        rounds = PeriodicTask(work.round, NEVER)
        async with running(rounds):
            await eventually(lambda: len(work.started) == 1)
            rounds.run_now()
            await eventually(lambda: len(work.started) == 2)
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert len(work.started) == 2


@pytest.mark.alone
@pytest.mark.parametrize(
    ("round_seconds", "wait_seconds", "waited", "is_over"),
    [(0.05, NEVER, 0.05, True), (NEVER, 0.05, 0.05, False), (NEVER, 0.0, 0.0, False)],
)
def test_waiting_for_the_first_round_ends_when_it_is_over_or_the_time_is(
    round_seconds: float, wait_seconds: float, waited: float, is_over: bool
) -> None:
    async def wait() -> tuple[float, bool]:
        loop = asyncio.get_running_loop()
        rounds = PeriodicTask(Work(round_seconds).round, NEVER)
        async with running(rounds):
            began = loop.time()
            watch = Stopwatch()
            await rounds.wait_for_first(wait_seconds)
            assert loop.time() - began >= waited - 0.01
            return watch.seconds(), rounds.first.is_set()

    took, over = asyncio.run(wait())
    assert took < waited + 0.05
    assert over == is_over


def test_a_cancellation_that_comes_with_run_now_ends_the_rounds() -> None:
    async def run() -> bool:
        rounds = PeriodicTask(Work().round, NEVER)
        task = asyncio.create_task(rounds.run())
        await rounds.wait_for_first(NEVER)
        await asyncio.sleep(0)
        rounds.run_now()
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
        return task.cancelled()

    assert asyncio.run(run())


class Part:
    """What ought to run for ever: it ends as told, and then does."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)

    async def run(self) -> None:
        if not self.ends:
            await asyncio.sleep(NEVER)
        failure = self.ends.pop(0)
        if failure is not None:
            raise failure


def test_what_must_never_end_is_reported_when_it_does_and_started_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    part = Part(RuntimeError("out of order"), None, asyncio.CancelledError())

    async def run() -> bool:
        task = asyncio.create_task(keep_running("LogMonitor", part.run, restart_seconds=0.01))
        await eventually(lambda: not part.ends and len(caplog.records) == 3)
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
        return task.cancelled()

    assert asyncio.run(run())
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert all(record.getMessage().startswith("LogMonitor ended") for record in caplog.records)
    assert "out of order" in caplog.text


def test_a_task_that_nobody_waits_for_is_reported_where_it_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        for part in (Part(RuntimeError("out of order")), Part(None)):
            task = asyncio.create_task(part.run(), name="announcement")
            task.add_done_callback(log_failure)
            await asyncio.wait([task])
        task = asyncio.create_task(Part().run())
        task.add_done_callback(log_failure)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    (record,) = caplog.records
    assert record.getMessage() == "announcement failed"
