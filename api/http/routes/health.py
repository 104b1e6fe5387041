"""Is the gateway up, and which of the seven services are."""

from datetime import datetime
from functools import lru_cache
from typing import Literal

from fastapi import APIRouter, Request, Response

from api import __version__
from api.http.routes.gateway_of import gateway_of
from api.http.wire.health import GatewayReply, HealthReply, OnlineCount, ServiceReply
from backends.condition import Condition
from backends.health import ServiceStatus
from eventlog.times import to_text, utc_now

WITHIN_SECONDS = 0.8
"""How long the very first answers may wait for the first probes; the contract allows 1 s."""

ONLINE_FROM = 6
DEGRADED_FROM = 3
"""How many of the seven services make the whole "online" or "degraded"; the contract's."""

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health", response_model=HealthReply)
async def health(request: Request) -> Response:
    """Always 200, from memory: the services are probed every 5 s whoever asks."""
    gateway = gateway_of(request)
    statuses = await gateway.health.statuses(WITHIN_SECONDS)
    content = _content(
        tuple((status, gateway.condition(status)) for status in statuses),
        utc_now().replace(microsecond=0),
        gateway.uptime_seconds,
        gateway.log_monitor.is_writable,
    )
    return Response(content, media_type="application/json")


@lru_cache(maxsize=1)  # it is asked far more often than once a second
def _content(
    found: tuple[tuple[ServiceStatus, Condition], ...],
    now: datetime,
    uptime_seconds: int,
    is_writable: bool,
) -> bytes:
    online = sum(status.online for status, _ in found)
    reply = HealthReply(
        status=_overall(online),
        timestamp=to_text(now),
        gateway=GatewayReply(
            version=__version__,
            uptime_seconds=uptime_seconds,
            eventLog="online" if is_writable else "offline",
        ),
        services=[ServiceReply.of(status, condition, now) for status, condition in found],
        summary=OnlineCount(online=online, total=len(found)),
    )
    return reply.model_dump_json(by_alias=True, exclude_none=True).encode()


def _overall(online: int) -> Literal["online", "degraded", "offline"]:
    if online >= ONLINE_FROM:
        return "online"
    return "degraded" if online >= DEGRADED_FROM else "offline"
