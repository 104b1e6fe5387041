"""Work on whole interviews beside the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")
Made = TypeVar("Made")


class Aside:
    """Makes things of whole interviews in a thread, one at a time.

    To fold, write or encode a long interview takes the processor for up to a second, in which
    others must get their answers. Two such threads would make nothing sooner, since only one of
    them runs Python, and the event loop would wait for both. Who comes on top waits, and nothing
    is read for them before it is their turn, so that memory is bounded too.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def make(
        self, read: Callable[[], Awaitable[Found]], make: Callable[[Found], Made]
    ) -> Made:
        """What `make` makes, in the thread, of what `read` reads from the log. Raises what they
        raise."""
        async with self._turn:
            return await asyncio.to_thread(make, await read())
