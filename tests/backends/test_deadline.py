"""A deadline tells what is left of the time."""

import asyncio

import pytest

from backends.deadline import Deadline


def test_what_is_left_shrinks_as_time_goes_by() -> None:
    async def lefts() -> list[float]:
        deadline = Deadline.after(60.0)
        before = deadline.left()
        await asyncio.sleep(0.02)
        return [before, deadline.left()]

    before, after = asyncio.run(lefts())
    assert before <= 60.0
    assert 30.0 < after <= before - 0.015


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_nothing_is_left_of_a_deadline_that_has_passed(seconds: float) -> None:
    async def left() -> float:
        return Deadline.after(seconds).left()

    assert asyncio.run(left()) == 0.0
