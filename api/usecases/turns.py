"""Locks by name, so that of two posts of one move only one acts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class StillTaken(Exception):
    """Somebody held the lock for longer than anyone would wait."""


class Turns:
    """A lock for each name, which is there for as long as anyone holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, name: str, within: float) -> AsyncIterator[None]:
        """Hold the lock `name`. Raises StillTaken where it is not free `within` seconds."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        try:
            async with asyncio.timeout(within):
                await lock.acquire()
        except TimeoutError:
            raise StillTaken from None
        try:
            yield
        finally:
            lock.release()
