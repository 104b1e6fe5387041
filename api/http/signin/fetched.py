"""What an issuer publishes at an address, fetched in the background and kept.

However many requests want a newer one, the issuer is asked at most every `cool_down_seconds`, and
requests never wait for more than one fetch. If the issuer cannot be asked, or sends nothing that
can be used, what is at hand stays.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from backends.errors import BackendError
from backends.http import Service

logger = logging.getLogger(__name__)

T = TypeVar("T")

REFRESH_SECONDS = 300.0
"""How often it is fetched. What the issuer has withdrawn is trusted for so long."""

COOL_DOWN_SECONDS = 10.0
"""The shortest time between two fetches, and so the longest for which news is unknown."""

FETCH_SECONDS = 5.0
"""How long an issuer may take."""

WAIT_SECONDS = 2.0
"""How long a request waits for a fetch."""


class Fetched(Generic[T]):
    """The JSON at `path` of `service`, as `read` makes it usable. `read` raises ValueError for what
    is not. `run` keeps it fresh. `name` stands for it in the gateway's output."""

    def __init__(
        self,
        name: str,
        service: Service,
        path: str,
        read: Callable[[dict[str, Any]], T],
        *,
        refresh_seconds: float = REFRESH_SECONDS,
        cool_down_seconds: float = COOL_DOWN_SECONDS,
        fetch_seconds: float = FETCH_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.latest: T | None = None
        self._name = name
        self._service = service
        self._path = path
        self._read = read
        self._refresh_seconds = refresh_seconds
        self._cool_down_seconds = cool_down_seconds
        self._fetch_seconds = fetch_seconds
        self._wait_seconds = wait_seconds
        self._fetching: asyncio.Task[None] | None = None
        self._fetched_at = float("-inf")
        self._failed_because: str | None = None

    async def run(self) -> None:
        """Fetch it again and again; until cancelled."""
        while True:
            await self._fetch()
            pause = self._cool_down_seconds if self.latest is None else self._refresh_seconds
            await asyncio.sleep(pause)

    async def aclose(self) -> None:
        """End the fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def refresh(self) -> None:
        """Fetch it, unless that was done right before, and wait for it a little."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_seconds):
                await self._fetch()

    async def _fetch(self) -> None:
        """Fetch it, or wait for the fetch that is under way. Do nothing right after one."""
        loop = asyncio.get_running_loop()
        if self._fetching is None or self._fetching.done():
            if loop.time() - self._fetched_at < self._cool_down_seconds:
                return
            self._fetched_at = loop.time()
            self._fetching = asyncio.create_task(self._replace())
        # Who gives up waiting does not end it for the others.
        await asyncio.shield(self._fetching)

    async def _replace(self) -> None:
        try:
            async with asyncio.timeout(self._fetch_seconds):
                answer = await self._service.get(self._path, dict[str, Any])
            self.latest = self._read(answer)
        except TimeoutError:
            self._report(f"no answer within {self._fetch_seconds:g} s")
        except (BackendError, ValueError) as error:
            self._report(str(error))
        else:
            self._report(None)

    def _report(self, failed_because: str | None) -> None:
        """Log once why it cannot be fetched, and once that it can again."""
        if failed_because == self._failed_because:
            return
        if failed_because is None:
            logger.info("The issuer's %s can be fetched again", self._name)
        else:
            kept = (
                "Nobody can sign in yet" if self.latest is None else "What is at hand stays in use"
            )
            logger.warning(
                "The issuer's %s cannot be fetched: %s. %s.", self._name, failed_because, kept
            )
        self._failed_because = failed_because
