"""What a part of `backends` needs around it in a test: services' URLs, rounds, a way to wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from backends.address import Address
from backends.services import SERVICES
from tests.fakes import FakeServer

NOWHERE = "http://127.0.0.1:9"  # the port named discard: a connection is refused at once
PATIENCE = 3.0  # seconds after which a test gives up


class Runs(Protocol):
    async def run(self) -> None: ...


def urls_of(servers: Iterable[FakeServer]) -> dict[str, Address]:
    """Where each of the seven services is; those that are not given refuse. An eighth is there if
    it is given."""
    nowhere = dict.fromkeys((info.name for info in SERVICES), Address(NOWHERE))
    return nowhere | {server.name: Address(server.url) for server in servers}


@asynccontextmanager
async def running(*parts: Runs) -> AsyncIterator[None]:
    """Their rounds, for as long as the block takes."""
    rounds = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
    finally:
        for task in rounds:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def eventually(holds: Callable[[], bool]) -> None:
    """Until it holds; a claim that fails when it never does."""
    gives_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < gives_up
        await asyncio.sleep(0.01)
