"""Locks by name, so that of two posts of one move only one acts."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """`turns["name"]` is the asyncio lock of that name, for as long as anyone holds it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __getitem__(self, name: str) -> asyncio.Lock:
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock
