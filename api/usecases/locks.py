"""Locks by name, so that of two posts of one move only one acts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from eventlog.errors import LogUnavailable


class KeyedLocks:
    """A lock for each key, which is there for as long as anyone holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def holding(self, key: str, within: float) -> AsyncIterator[None]:
        """Hold the lock of `key`. Raises LogUnavailable if it is not free within so many seconds:
        the same request, posted before, is still at work."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        try:
            async with asyncio.timeout(within):
                await lock.acquire()
        except TimeoutError:
            raise LogUnavailable(
                "an earlier copy of the same request is still in progress"
            ) from None
        try:
            yield
        finally:
            lock.release()
