"""Work on whole interviews, in a thread beside the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")
Made = TypeVar("Made")


class Aside:
    """Does work on whole interviews in a thread, one piece at a time.

    Folding or writing a long interview takes up to a second of processor time, and other clients
    must get their answers meanwhile. Two threads would not be faster, since only one of them runs
    Python at a time, and both would slow the event loop. So the next piece of work waits for its
    turn. Its interview is not read before then, which bounds the memory.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def make(
        self, read: Callable[[], Awaitable[Found]], make: Callable[[Found], Made]
    ) -> Made:
        """Await `read`, then return what `make` makes of it in the thread. Raises as they do."""
        async with self._turn:
            return await asyncio.to_thread(make, await read())
