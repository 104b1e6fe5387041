"""Which services are up: the seven, and those that are there if their URLs are set.

All are probed side by side, every 5 s, whoever asks or not: so everybody is answered from
memory, nobody waits for a service that hangs, and the interview never asks one that is
known to be offline. A probe only reads; it never asks a model to generate.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.periodic import PeriodicTask
from backends.services import ONLY_FORWARDED, OPENAI_SERVICE, SERVICES, ServiceInfo
from statemachine.durations import duration_text

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5.0
PROBE_SECONDS = 3.0

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


class HealthMonitor:
    """Probes the services at `urls` (by service name) for as long as `run` runs.

    `on_return` is called with the name of a service that has come online.
    """

    def __init__(
        self,
        connections: Connections,
        urls: Mapping[str, Address],
        *,
        round_seconds: float = ROUND_SECONDS,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._services = {
            info: Service(connections, urls[info.name])
            for info in (*SERVICES, OPENAI_SERVICE, *ONLY_FORWARDED)
            if info.name in urls
        }
        self._found: dict[str, ServiceStatus] = {}
        self._task = PeriodicTask(self._probe_all, round_seconds)
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
        was_offline = self.offline_reason(info.name) is not None
        self._found[info.name] = ServiceStatus(
            name=info.name,
            online=error is None,
            latency_ms=round((loop.time() - began) * 1000) if error is None else None,
            error=error,
            checked_at=datetime.now(UTC),
        )
        if was_offline and error is None:
            self.on_return(info.name)
