"""How much a caller may do in a time that slides, and what many callers cost."""

import time
from datetime import UTC, datetime

from api.http.ratelimit.memory import BoundedMemory
from api.http.ratelimit.quota import Quota, Share
from tests.eventlog.running import in_loop


class Clock:
    """10 s into a window of a minute, and 12 h into one of a day."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@in_loop
async def test_what_is_left_comes_back_as_time_goes_by() -> None:
    clock = Clock()
    quota = Quota("3/minute", BoundedMemory(now=clock))
    taken = [await quota.take("ann") for _ in range(4)]
    assert taken == [
        Share(True, 2, 51),
        Share(True, 1, 51),
        Share(True, 0, 51),
        Share(False, 0, 51),
    ]
    assert await quota.take("ben") == Share(True, 2, 51)

    clock.now += 51  # of the three in the window before, less than three are within reach now
    assert await quota.take("ann") == Share(True, 0, 20)
    assert await quota.take("ann") == Share(False, 0, 20)
    clock.now += 20
    assert (await quota.take("ann")).is_granted
    clock.now += 120
    assert (await quota.take("ann")).left == 2


@in_loop
async def test_after_the_time_that_it_says_a_caller_is_let_in_again() -> None:
    clock = Clock()
    for rate in ("1/second", "7/minute", "1000/hour"):
        quota, granted = Quota(rate, BoundedMemory(now=clock)), 0
        for _ in range(5):
            while (share := await quota.take("ann")).is_granted:
                granted += 1
            assert share.more_in is not None
            clock.now += share.more_in
            assert (await quota.take("ann")).is_granted, rate
        assert granted >= quota.requests - 1


@in_loop
async def test_a_clock_that_is_set_back_gives_a_new_quota() -> None:
    clock = Clock()
    quota = Quota("1/day", BoundedMemory(now=clock))
    assert await quota.take("ann") == Share(True, 0, 43191)
    clock.now -= 86400
    assert (await quota.take("ann")).is_granted


@in_loop
async def test_with_ten_thousand_callers_each_has_its_own_quota_and_none_waits() -> None:
    counters = BoundedMemory()
    quota = Quota("1/day", counters)
    began = time.perf_counter()
    for number in range(10_000):
        assert (await quota.take(f"address:10.0.{number // 256}.{number % 256}")).is_granted
    assert time.perf_counter() - began < 5  # the library's own storage needs 10 s and more
    assert not (await quota.take("address:10.0.0.0")).is_granted
    assert len(counters) == 10_000


@in_loop
async def test_of_too_many_callers_the_one_that_is_quiet_for_longest_is_forgotten() -> None:
    counters = BoundedMemory(most=3)
    quota = Quota("1/day", counters)
    for name in ("ann", "ben", "cleo"):
        await quota.take(name)
    assert not (await quota.take("ann")).is_granted  # and is not quiet
    await quota.take("dora")
    assert len(counters) == 3
    assert not (await quota.take("ann")).is_granted
    assert (await quota.take("ben")).is_granted
