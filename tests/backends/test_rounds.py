"""Rounds: one at a time, from start to start, and nothing but a cancellation ends them."""

import asyncio
import logging

import pytest

from backends.rounds import Rounds
from tests.backends.stage import eventually, running

NEVER = 3600.0


class Work:
    """Counts its rounds; each takes `seconds` or, the first ones, raises what `fails` holds."""

    def __init__(self, seconds: float = 0.0, fails: tuple[Exception, ...] = ()) -> None:
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
        async with running(Rounds(work.round, 0.1)):
            await eventually(lambda: len(work.started) == 3)

    asyncio.run(run())
    assert work.started[2] - work.started[0] == pytest.approx(0.2, abs=0.05)


def test_a_round_longer_than_the_interval_is_not_overtaken() -> None:
    work = Work(seconds=0.05)

    async def run() -> None:
        async with running(Rounds(work.round, 0.01)):
            await eventually(lambda: len(work.started) == 3)

    asyncio.run(run())
    assert work.most_at_once == 1


def test_a_round_that_raises_is_reported_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Work(fails=(RuntimeError("out of order"),))

    async def run() -> None:
        rounds = Rounds(work.round, 0.01)
        async with running(rounds):
            await rounds.wait_for_first(NEVER)
            await eventually(lambda: len(work.started) == 2)

    asyncio.run(run())
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "A round of Work.round failed")


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_hurry_starts_the_next_round_at_once(seconds: float) -> None:
    # With 0.05 s it comes in the middle of the first round, and the next follows that.
    work = Work(seconds)

    async def run() -> None:
        rounds = Rounds(work.round, NEVER)
        async with running(rounds):
            await eventually(lambda: len(work.started) == 1)
            rounds.hurry()
            await eventually(lambda: len(work.started) == 2)
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert len(work.started) == 2


@pytest.mark.parametrize(
    ("round_seconds", "wait_seconds", "waited", "is_over"),
    [(0.05, NEVER, 0.05, True), (NEVER, 0.05, 0.05, False), (NEVER, 0.0, 0.0, False)],
)
def test_waiting_for_the_first_round_ends_when_it_is_over_or_the_time_is(
    round_seconds: float, wait_seconds: float, waited: float, is_over: bool
) -> None:
    async def wait() -> tuple[float, bool]:
        loop = asyncio.get_running_loop()
        rounds = Rounds(Work(round_seconds).round, NEVER)
        async with running(rounds):
            began = loop.time()
            await rounds.wait_for_first(wait_seconds)
            return loop.time() - began, rounds.first.is_set()

    took, over = asyncio.run(wait())
    assert took == pytest.approx(waited, abs=0.05)
    assert over == is_over


def test_a_cancellation_that_comes_with_a_hurry_ends_the_rounds() -> None:
    async def run() -> bool:
        rounds = Rounds(Work().round, NEVER)
        task = asyncio.create_task(rounds.run())
        await rounds.wait_for_first(NEVER)
        await asyncio.sleep(0)
        rounds.hurry()
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
        return task.cancelled()

    assert asyncio.run(run())
