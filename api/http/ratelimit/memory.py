"""The counters of all callers, in this process's memory."""

import time
from collections import OrderedDict
from collections.abc import Callable

from limits.aio.storage import MemoryStorage

MOST_CALLERS = 20_000
"""So many callers are counted at once, in some 5 MB."""


class BoundedMemory(MemoryStorage):
    """Counts what `limits` calls a sliding window: the requests of the current window, and those of
    the one before, weighted by how much of it is still within reach.

    The library's own storage in memory looks at all counters at each request, and keeps any number
    of them: with 10,000 callers, that takes 2 ms. This one looks at one counter, in 30 µs. If there
    are too many callers, it forgets the one that has been quiet for the longest. A caller that is
    over the limit and goes on asking is not quiet. `now` gives seconds since 1970.
    """

    STORAGE_SCHEME = ["async+bounded-memory"]  # noqa: RUF012 - the library's own spelling

    def __init__(self, most: int = MOST_CALLERS, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._most = most
        self._now = now
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        """By caller: the number of the current window, its requests, those of the one before."""

    def __len__(self) -> int:
        return len(self._counts)

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count `amount` requests, if they are within the limit; return whether they are."""
        previous, previous_seconds, current, _ = await self.get_sliding_window(key, expiry)
        is_within = int(previous * previous_seconds / expiry + current) + amount <= limit
        self._counts[key] = (int(self._now() // expiry), current + amount * is_within, previous)
        self._counts.move_to_end(key)
        if len(self._counts) > self._most:
            self._counts.popitem(last=False)
        return is_within

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return the requests of the window before, the seconds for which they count, the requests
        of this window, and the seconds for which these count. A window has `expiry` seconds."""
        window, current, previous = self._counts.get(key, (0, 0, 0))
        now = self._now()
        gone = int(now // expiry) - window
        if gone:
            current, previous = 0, current if gone == 1 else 0
        left = expiry - now % expiry
        return previous, left, current, left + expiry
