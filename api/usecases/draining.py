"""A gateway that is about to stop: what was begun is finished, and nothing new is begun.

So a rolling update loses no reply. What is refused was not recorded, and can be sent to another
gateway, or again later. A retry of what was recorded already still gets its reply.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.usecases.errors import GatewayDraining, GatewayStopping

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05


class Drain:
    """Whether the gateway takes new work, and how much it is still doing.

    `replies_under_way` gives how many replies are being made, whoever waits for them.
    """

    def __init__(self, replies_under_way: Callable[[], int]) -> None:
        self._replies_under_way = replies_under_way
        self._taken = 0
        self.is_draining = False
        self._is_stopping = False

    @property
    def under_way(self) -> int:
        """How much must end before the gateway can stop without a loss. A reply whose caller
        waits for it counts twice."""
        return self._taken + self._replies_under_way()

    def admit(self) -> None:
        """Raises GatewayDraining if nothing new may be begun."""
        if self.is_draining:
            raise GatewayDraining

    @contextmanager
    def working(self) -> Iterator[None]:
        """Somebody waits for what is done in this block, so it must end before the gateway may."""
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def begin(self) -> None:
        """Take no more work."""
        self.is_draining = True

    def end(self) -> None:
        """Take work again. Raises GatewayStopping: a process that was told to stop does stop."""
        if self._is_stopping:
            raise GatewayStopping
        self.is_draining = False

    async def run(self, seconds: float) -> None:
        """Take no more work, and return when all is done, or after `seconds`."""
        self._is_stopping = True
        self.begin()
        if not self.under_way:
            return
        logger.info("Stopping: what is in progress may take %g s more", seconds)
        try:
            async with asyncio.timeout(seconds):
                while self.under_way:  # noqa: ASYNC110 - it has no event, and ends once
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            logger.warning("Stopping: what is still in progress ends with what it has")
