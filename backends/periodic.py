"""Work in the background: what comes round beside the requests, and what must never end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

logger = logging.getLogger(__name__)

RESTART_SECONDS = 5.0
"""How long after its end something that must never end is started again."""


class PeriodicTask:
    """Runs `work` every `seconds`, from start to start, one round at a time.

    `first` is set when the first round is over. A round that raises is reported and does
    not end the rounds. `run_now` starts the next round without waiting for its time.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._run_now = asyncio.Event()
        self.first = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._run_now.clear()
            try:
                await self._work()
            except (Exception, asyncio.CancelledError):
                if is_cancelled():
                    raise
                logger.exception("%s failed; it runs again", self._work.__qualname__)
            self.first.set()
            await _wait(self._run_now, began + self._seconds - loop.time())

    def run_now(self) -> None:
        self._run_now.set()

    async def wait_for_first(self, seconds: float) -> None:
        """Until the first round is over, or for `seconds`."""
        if not self.first.is_set():
            await _wait(self.first, seconds)


async def keep_running(
    name: str, run: Callable[[], Awaitable[None]], restart_seconds: float = RESTART_SECONDS
) -> None:
    """Run `run` until cancelled. It has no end of its own: if it ends all the same, that is logged
    with its `name` and exception, and it is started again."""
    while True:
        failure: BaseException | None = None
        try:
            await run()
        except (Exception, asyncio.CancelledError) as error:
            if is_cancelled():
                raise
            failure = error
        logger.error(
            "%s ended unexpectedly. It starts again in %g s.",
            *(name, restart_seconds),
            exc_info=failure,
        )
        await asyncio.sleep(restart_seconds)


def end_if_cancelled() -> None:
    """Raise CancelledError if the running task was cancelled and some library, in what was just
    awaited, has kept that to itself."""
    if is_cancelled():
        raise asyncio.CancelledError


def log_failure(task: "asyncio.Task[None]") -> None:
    """Log how `task` failed, if it did: a callback for a task that nobody waits for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("%s failed", task.get_name(), exc_info=error)


def is_cancelled() -> bool:
    """Whether the running task itself was cancelled. A CancelledError alone does not say so: it
    may come from something that the task waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until `event` is set, or for `seconds`.

    Not `asyncio.wait_for`: before Python 3.12 it swallows a cancellation that comes just as
    the event is set, and the rounds would never end.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
