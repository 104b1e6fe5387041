"""Work that comes round: what keeps health and models fresh beside the requests."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

logger = logging.getLogger(__name__)


class Rounds:
    """Runs `work` every `seconds`, from start to start, one round at a time.

    `first` is set when the first round is over. A round that raises is reported and does
    not end the rounds. `hurry` starts the next round without waiting for its time.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._hurry = asyncio.Event()
        self.first = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._hurry.clear()
            try:
                await self._work()
            except Exception:
                logger.exception("A round of %s failed", self._work.__qualname__)
            self.first.set()
            await _wait(self._hurry, began + self._seconds - loop.time())

    def hurry(self) -> None:
        self._hurry.set()

    async def wait_for_first(self, seconds: float) -> None:
        """Until the first round is over, or for `seconds`."""
        if not self.first.is_set():
            await _wait(self.first, seconds)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until `event` is set, or for `seconds`.

    Not `asyncio.wait_for`: before Python 3.12 it swallows a cancellation that comes just as
    the event is set, and the rounds would never end.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
