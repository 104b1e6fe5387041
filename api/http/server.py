"""uvicorn's server, stopped in good order."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from types import FrameType
from typing import Any

import uvicorn

ACCEPTED_AT_ONCE = 16
"""Connections accepted in one turn of the event loop. Where descriptors run out in the midst of a
turn, asyncio tries and reports each connection that is left of it."""

WAITING_CONNECTIONS = 2048
"""Connections that the system keeps until they are accepted."""


class Server(uvicorn.Server):
    """A server that a signal stops in good order, however often it comes: requests under way
    are answered (for `timeout_graceful_shutdown` seconds at most) and the log is closed.

    uvicorn itself drops everything at a second Ctrl-C, and raises the signal again when it
    has stopped, so that nothing after it in the process would run.

    SIGTERM is for a gateway that is replaced: it goes on serving until `drain` returns, so that
    what asks it hears that it is not ready. Ctrl-C, or a second signal, waits for nothing.
    `before_stopping` ends what would not end by itself.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        before_stopping: Callable[[], Awaitable[None]],
        drain: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        super().__init__(config)
        self._before_stopping = before_stopping
        self._drain = drain
        self._is_told_to_stop = False
        self._draining: asyncio.Task[None] | None = None

    async def on_tick(self, counter: int) -> bool:
        if self._is_told_to_stop and self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="draining")
            await asyncio.sleep(0)  # where nothing is in progress, that is all
        if self._draining is not None and self._draining.done():
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(WAITING_CONNECTIONS)  # asyncio accepts no more at once than before

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.wait([self._draining])
        await self._before_stopping()
        for _ in range(3):  # so that those are accepted whom closing the socket would turn away
            await asyncio.sleep(0)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self._is_told_to_stop:
            self._is_told_to_stop = True
        else:
            self.should_exit = True
