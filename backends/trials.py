"""Trials: a backend that was too slow is asked again beside an interview that does not wait for it.

So its speed is known before anybody waits for it again; and a model that had to be loaded, or had
to read a long prompt for the first time, is ready at the next turn.
"""

import asyncio
from collections.abc import Callable

from backends.asking import Asking
from backends.circuit import Circuit

TRIAL_SECONDS = 30.0
"""Who has said nothing usable by then is too slow for a conversation."""


class Trials:
    """One trial of each backend at a time. `circuit` gives the circuit of a backend."""

    def __init__(self, circuit: Callable[[str], Circuit]) -> None:
        self._circuit = circuit
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, ask: Callable[[Callable[[], None]], Asking]) -> None:
        """Ask the backend of this name by `ask`, unless a trial of it is under way."""
        if name in self._tasks:
            return
        self._circuit(name).begin_trial()
        task = asyncio.create_task(self._try(name, ask), name=f"trial of {name}")
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name))

    async def aclose(self) -> None:
        """End all that are under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _try(self, name: str, ask: Callable[[Callable[[], None]], Asking]) -> None:
        circuit, news = self._circuit(name), asyncio.Event()
        asking = ask(news.set)
        try:
            async with asyncio.timeout(TRIAL_SECONDS):
                while asking.usable_after is None and not asking.is_over:
                    news.clear()
                    await news.wait()
        except TimeoutError:
            circuit.was_late(asking.elapsed)
        else:
            if asking.error is not None:
                circuit.failed(str(asking.error))
            elif asking.usable_after is None:
                circuit.failed("Said nothing that could be used")
            else:
                circuit.succeeded(asking.usable_after)
        finally:
            circuit.abandon_trial()
            await asking.close()
