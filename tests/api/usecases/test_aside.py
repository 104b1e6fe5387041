"""What takes the processor for long is made beside the event loop, in turn."""

import asyncio
import threading
import time

import pytest

from api.usecases.aside import Aside
from tests.eventlog.running import in_loop


class Maker:
    """Makes things of what it is given, slowly; `at_once` is how many it ever made at a time."""

    def __init__(self) -> None:
        self.at_once = 0
        self.read = 0
        self._under_way = 0

    async def reading(self) -> int:
        self.read += 1
        return self.read

    def making(self, number: int) -> int:
        assert threading.current_thread() is not threading.main_thread()
        self._under_way += 1
        self.at_once = max(self.at_once, self._under_way)
        time.sleep(0.02)
        self._under_way -= 1
        return number


@in_loop
async def test_one_is_made_at_a_time_and_the_loop_goes_on() -> None:
    aside, maker = Aside(), Maker()
    made = asyncio.gather(*(aside.make(maker.reading, maker.making) for _ in range(20)))
    turns = 0
    while not made.done():
        turns += 1
        await asyncio.sleep(0.005)
    assert await made == list(range(1, 21)), "in the order in which they came"
    assert maker.at_once == 1
    assert turns > 20


@in_loop
async def test_nothing_is_read_for_who_waits() -> None:
    aside, maker = Aside(), Maker()
    made = asyncio.gather(*(aside.make(maker.reading, maker.making) for _ in range(20)))
    await asyncio.sleep(0.01)
    assert maker.read == 1
    await made


@in_loop
async def test_one_that_fails_and_one_that_is_given_up_let_the_next_go_on() -> None:
    aside, maker = Aside(), Maker()

    async def unreadable() -> int:
        raise LookupError

    def unmakeable(number: int) -> int:
        raise ArithmeticError

    with pytest.raises(LookupError):
        await aside.make(unreadable, maker.making)
    with pytest.raises(ArithmeticError):
        await aside.make(maker.reading, unmakeable)
    first = asyncio.create_task(aside.make(maker.reading, maker.making))
    waiting = asyncio.create_task(aside.make(maker.reading, maker.making))
    await asyncio.sleep(0.01)
    waiting.cancel()
    assert await first == 2
    assert await aside.make(maker.reading, maker.making) == 3
