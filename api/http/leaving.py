"""Work that ends when the client that asked for it goes away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

T = TypeVar("T")


class ClientLeft(Exception):
    """Nobody is there any more to read the answer."""


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work for a request whose body has been read. If its client leaves, the work
    is cancelled. Raises ClientLeft then, or what the work raises."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeft
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass  # the end of an empty body
