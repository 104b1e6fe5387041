"""Which services are up: the seven, and those that are there if their URLs are set.

All are probed side by side, every 5 s, whoever asks or not: so everybody is answered from
memory, nobody waits for a service that hangs, and the interview never asks one that is
known to be offline. A probe only reads; it never asks a model to generate. Where gateways share
what they know, one of them probes for all.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
from pydantic import BaseModel, ConfigDict, Field

from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.periodic import PeriodicTask
from backends.services import ONLY_FORWARDED, OPENAI_SERVICE, SERVICES, ServiceInfo
from backends.shared.board import ALONE, Board, Found, SharedRounds, Value
from statemachine.durations import duration_text

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5.0
PROBE_SECONDS = 3.0

KEPT_ROUNDS = 3
"""For so many rounds other gateways find the result of a probe."""

_FORWARDED = {info.name for info in ONLY_FORWARDED}


@dataclass(frozen=True)
class ServiceStatus:
    """The result of a service's last probe. `latency_ms` is None when offline, `error`
    when online; `checked_at` is None when no probe has come back yet."""

    name: str
    online: bool
    latency_ms: int | None = None
    error: str | None = None
    checked_at: datetime | None = None


class _SharedStatus(BaseModel):
    """A status as gateways tell it to each other. It has no time of its own: their clocks may
    differ."""

    model_config = ConfigDict(defer_build=True)

    online: bool
    latency_ms: int | None = Field(None, ge=0)
    error: str | None = Field(None, max_length=1000)


class HealthMonitor:
    """Probes the services at `urls` (by service name) for as long as `run` runs, unless another
    gateway on the `board` does.

    `on_return` is called with the name of a service that has come online.
    """

    def __init__(
        self,
        connections: Connections,
        urls: Mapping[str, Address],
        *,
        board: Board = ALONE,
        round_seconds: float = ROUND_SECONDS,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._services = {
            info: Service(connections, urls[info.name])
            for info in (*SERVICES, OPENAI_SERVICE, *ONLY_FORWARDED)
            if info.name in urls
        }
        self._found: dict[str, ServiceStatus] = {}
        self._task = PeriodicTask(self._round, round_seconds)
        self._board = board
        self._rounds = SharedRounds(board, "probes", round_seconds)
        for info in self._services:
            take = partial(self._take, info.name)
            board.watch(f"probe:{info.name}", KEPT_ROUNDS * round_seconds, take)
        self._probe_seconds = probe_seconds
        self._probing: asyncio.Task[None] | None = None
        self.on_return: Callable[[str], None] = lambda name: None

    async def run(self) -> None:
        """Probe in rounds until cancelled."""
        await self._task.run()

    async def probe_now(self) -> None:
        """Probe all services now, and return when that is done: once for all who ask meanwhile."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._probe_all(), name="probing now")
        await asyncio.shield(self._probing)

    async def statuses(self, within: float) -> list[ServiceStatus]:
        """The status of every service that an interview needs, from memory; only before the first
        round is over does it wait, at most `within` seconds. A service that has not answered by
        then is offline with an error that says so, and its probe goes on."""
        statuses = await self.all_statuses(within)
        return [status for status in statuses if status.name not in _FORWARDED]

    async def all_statuses(self, within: float) -> list[ServiceStatus]:
        """As `statuses`, with those that are only forwarded to at the end."""
        await self._task.wait_for_first(within)
        unanswered = f"No answer yet after {duration_text(within * 1000)}"
        return [
            self._found.get(info.name) or ServiceStatus(info.name, False, error=unanswered)
            for info in self._services
        ]

    def offline_reason(self, name: str) -> str | None:
        """Why the service is known to be offline; None while no probe says that it is."""
        status = self._found.get(name)
        return status.error if status else None

    async def _round(self) -> None:
        if await self._rounds.is_due_here():
            await self._probe_all()

    async def _probe_all(self) -> None:
        probes = (self._probe(info, service) for info, service in self._services.items())
        await asyncio.gather(*probes)

    async def _probe(self, info: ServiceInfo, service: Service) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        error: str | None = None
        try:
            async with asyncio.timeout(self._probe_seconds):
                status = await service.status(info.health_path)
            if status != httpx.codes.OK:
                error = f"HTTP {status}"
        except TimeoutError:
            error = f"No answer within {duration_text(self._probe_seconds * 1000)}"
        except BackendError as failure:
            error = str(failure)
        except Exception:  # the fault is ours, and the other services are not to suffer for it
            error = "Its probe failed; the gateway's log says how"
            if self.offline_reason(info.name) != error:
                logger.exception("The probe of %s failed", info.name)
        latency_ms = round((loop.time() - began) * 1000) if error is None else None
        now = datetime.now(UTC)
        self._note(ServiceStatus(info.name, error is None, latency_ms, error, now))
        self._board.put(f"probe:{info.name}", partial(self._told, info.name))

    def _note(self, status: ServiceStatus) -> None:
        was_offline = self.offline_reason(status.name) is not None
        self._found[status.name] = status
        if was_offline and status.online:
            self.on_return(status.name)

    def _told(self, name: str) -> Value:
        status = self._found[name]
        return _SharedStatus(
            online=status.online, latency_ms=status.latency_ms, error=status.error
        ).model_dump()

    def _take(self, name: str, found: Found | None) -> None:
        """Note what another gateway has found, if that is newer than what is known."""
        if found is None or found.is_own:
            return
        status = _SharedStatus.model_validate(found.value)
        self._rounds.fed(found.age)
        checked_at = datetime.now(UTC) - timedelta(seconds=found.age)
        known = self._found.get(name)
        if known is None or known.checked_at is None or known.checked_at < checked_at:
            self._note(
                ServiceStatus(name, status.online, status.latency_ms, status.error, checked_at)
            )
