"""The writer's queue: whatever thread a job comes from, and whenever, its caller is answered."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest

from eventlog import grouping
from eventlog.errors import LogUnavailable
from eventlog.grouping import GroupWriter, Storage
from tests.eventlog.running import in_loop, lingering_in

LOOPS = 3
ROUNDS = 20
PATIENCE = 10.0
"""Seconds in which each caller is answered, on a busy machine."""


class Nowhere(Storage[None]):
    """Keeps nothing."""

    def transact(self, do: Callable[[None], list[Any]]) -> list[Any]:
        return do(None)

    def alone(self, do: Callable[[None], Any]) -> Any:
        return do(None)

    def is_of_one_job(self, error: Exception) -> bool:
        return False

    def failure(self, error: Exception) -> Exception:
        return error

    def drop(self) -> None:
        pass


def same(_: None, items: Sequence[int]) -> Sequence[int]:
    return items


@in_loop
async def test_an_outcome_that_nobody_can_remember_is_answered_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def forget(outcome: object) -> None:
        raise ZeroDivisionError

    writer = GroupWriter(Nowhere())
    async with asyncio.timeout(PATIENCE):
        one, other = writer.submit(same, 1, forget), writer.submit(same, 2)
        assert (await one, await other) == (1, 2)
    await writer.close()
    assert "could not be remembered" in caplog.text


def test_a_job_that_is_handed_over_while_the_writer_is_closed_is_done_or_refused() -> None:
    unanswered: list[object] = []

    async def until_closed(writer: GroupWriter[None]) -> None:
        waiting: list[asyncio.Future[int]] = []
        with lingering_in(grouping), suppress(LogUnavailable):
            while True:
                waiting.append(writer.submit(same, 1))
                await asyncio.sleep(0)
        if waiting:
            _, left = await asyncio.wait(waiting, timeout=PATIENCE)
            unanswered.extend(left)

    for _ in range(ROUNDS):
        writer = GroupWriter(Nowhere())
        threads = [Thread(target=asyncio.run, args=[until_closed(writer)]) for _ in range(LOOPS)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0, 0.01))
        asyncio.run(writer.close())
        for thread in threads:
            thread.join()
        assert not unanswered
