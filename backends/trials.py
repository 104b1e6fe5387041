"""Trials: a backend that could not be waited for is heard out beside the interview.

So its speed is known before anybody waits for it again. And a model that had to be loaded first, or
to read a long prompt for the first time, is ready at the next turn.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from backends.asking import Asking
from backends.circuit import Circuit
from backends.patience import LOAD_SECONDS
from backends.turn import Phase

TRIAL_FACTOR = 6
"""For how many times as long as somebody waited a backend is heard out, once its model is loaded:
half a minute, usually. Who has said nothing usable by then is too slow for a conversation."""

READ_AGAIN = 0.3
"""How much of the time for reading the prompt counts for the next turn, where a model was loaded
and so had read nothing before. Model servers keep what they have read, but not all do."""


class Trials:
    """One trial of each backend at a time. `circuits` are the backends', by their names."""

    def __init__(self, circuits: Mapping[str, Circuit]) -> None:
        self._circuits = circuits
        self._under_way: dict[str, tuple[Asking, asyncio.Task[None]]] = {}

    def is_warming_up(self, name: str) -> bool:
        """Whether this backend has just loaded its model, and reads a prompt for the first time."""
        asking = self._of(name)
        return asking is not None and asking.has_loaded and asking.phase is Phase.READING

    async def hear_out(self, asking: Asking, patience: float) -> None:
        """Let it go on without anybody waiting for it; `patience` is how many seconds somebody
        waited. It takes the place of an older trial of the same backend that still waits for the
        model; of two others, the older one goes on."""
        name, other = asking.name, self._of(asking.name)
        if other is not None and other.phase is not Phase.LOADING:
            await asking.close()
            return
        older = self._under_way.get(name)
        self._circuits[name].begin_trial()
        task = asyncio.create_task(self._hear_out(asking, patience), name=f"trial of {name}")
        # It has its place before the older one is ended: many can come at once.
        self._under_way[name] = asking, task
        if older is not None:
            await _end(*older)

    async def aclose(self) -> None:
        """End all that are under way."""
        for asking, task in list(self._under_way.values()):
            await _end(asking, task)

    def _of(self, name: str) -> Asking | None:
        trial = self._under_way.get(name)
        return trial[0] if trial else None

    async def _hear_out(self, asking: Asking, patience: float) -> None:
        circuit = self._circuits[asking.name]
        try:
            await self._first_sentence(asking, TRIAL_FACTOR * patience)
            if asking.error is not None:
                circuit.failed(str(asking.error))
            elif asking.usable_after is None:
                circuit.was_late(asking.elapsed)
            else:
                circuit.succeeded(asking.seconds_next_time(READ_AGAIN))
        finally:
            if self._of(asking.name) is asking:
                del self._under_way[asking.name]
                circuit.abandon_trial()
            await asking.close()

    async def _first_sentence(self, asking: Asking, seconds: float) -> None:
        """Until it has said something usable, or the time for that is over."""
        news = asyncio.Event()
        asking.wake = news.set
        with suppress(TimeoutError):
            async with asyncio.timeout(LOAD_SECONDS):
                while asking.phase in (Phase.QUEUED, Phase.LOADING) and not asking.is_over:
                    news.clear()
                    await news.wait()
            async with asyncio.timeout(seconds):
                while asking.usable_after is None and not asking.is_over:
                    news.clear()
                    await news.wait()


async def _end(asking: Asking, task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])
    await asking.close()  # a task that had not begun yet could not
