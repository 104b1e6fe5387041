"""Boards of several gateways in one event loop, on a real Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from backends.shared.connection import REQUEST_SECONDS, RedisConnection
from backends.shared.redis import RedisBoard
from backends.shared.url import RedisUrl
from tests.backends.surroundings import running

PATIENCE = 30.0


async def eventually(holds: Callable[[], bool]) -> None:
    """Until it holds, which may take an exchange or two."""
    gives_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < gives_up
        await asyncio.sleep(0.01)


def new_log() -> str:
    """The name of a log of one's own, so that tests can share a Redis."""
    return f"interview-gateway/{uuid4().hex}"


def board(url: str, log: str | None, request_seconds: float = REQUEST_SECONDS) -> RedisBoard:
    """The board of one gateway, which does not run yet."""
    made = RedisBoard(RedisConnection(RedisUrl(url), request_seconds=request_seconds))
    made.log_name = lambda: log
    return made


@asynccontextmanager
async def online(*boards: RedisBoard) -> AsyncIterator[None]:
    """The boards while they run, from when all have met."""
    async with running(*boards):
        await eventually(lambda: all(one.glance().is_online for one in boards))
        # What is sent before all listen is lost.
        heard = {one: asyncio.Event() for one in boards}
        stops = [one.listen("here", lambda _, one=one: heard[one].set()) for one in boards]  # type: ignore[misc]
        while len(boards) > 1 and not all(event.is_set() for event in heard.values()):
            for one in boards:
                one.send("here", {})
            await asyncio.sleep(0.02)
        for stop in stops:
            stop()
        yield
