"""Is the gateway up, can it take work, and which of the seven services are up."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from fastapi import APIRouter, Request, Response

from api import __version__
from api.http import problems
from api.http.caller import caller_of
from api.http.problem_documents import problem_response
from api.http.problems import RETRY_LATER
from api.http.responses import documented, json_of
from api.http.routes.gateway_of import gateway_of
from api.http.wire.health import (
    GatewayReply,
    HealthReply,
    LiveReply,
    OnlineCount,
    OverallHealthReply,
    ReadyReply,
    ServiceReply,
)
from backends.condition import Condition
from backends.health import ServiceStatus
from backends.shared.board import BoardGlance
from eventlog.times import to_text, utc_now

WITHIN_SECONDS = 0.8
"""How long the very first answers may wait for the first probes; the contract allows 1 s."""

ONLINE_FROM = 6
DEGRADED_FROM = 3
"""How many of the seven services make the whole "online" or "degraded"; the contract's."""

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health", response_model=HealthReply | OverallHealthReply)
async def health(request: Request) -> Response:
    """Always 200, from memory: the services are probed every 5 s whoever asks. If sign-in is on,
    candidates and callers without a token get only `status` and `timestamp`."""
    gateway = gateway_of(request)
    statuses = await gateway.health.statuses(WITHIN_SECONDS)
    if not caller_of(request).is_staff:
        return json_of(_overall_reply(statuses))
    content = _content(
        tuple((status, gateway.condition(status)) for status in statuses),
        utc_now().replace(microsecond=0),
        gateway.uptime_seconds,
        gateway.log_monitor.is_writable,
        gateway.drain.is_draining,
    )
    return Response(content, media_type="application/json")


@router.head("/live", include_in_schema=False)
@router.get("/live", response_model=LiveReply)
async def live() -> Response:
    """200 as long as the process runs and answers. If it does not, restart it."""
    return json_of(LiveReply())


@router.head("/ready", include_in_schema=False)
@router.get("/ready", response_model=ReadyReply, responses=documented(problems.NOT_READY))
async def ready(request: Request) -> Response:
    """200 while the gateway takes interviews: its log can be written, and it is not stopping."""
    gateway = gateway_of(request)
    if gateway.drain.is_draining:
        reason = "The gateway is about to stop, and finishes only what is in progress."
    elif not gateway.log_monitor.is_writable:
        reason = "The event log cannot be written."
    else:
        return json_of(ReadyReply(redis=_redis(gateway.shared.glance())))
    return problem_response(problems.NOT_READY, reason, request.url.path, headers=RETRY_LATER)


def _redis(glance: BoardGlance | None) -> Literal["online", "offline"] | None:
    if glance is None:
        return None
    return "online" if glance.is_online else "offline"


def _overall_reply(statuses: Sequence[ServiceStatus]) -> OverallHealthReply:
    online = sum(status.online for status in statuses)
    return OverallHealthReply(
        status=overall(online), timestamp=to_text(utc_now().replace(microsecond=0))
    )


@lru_cache(maxsize=1)  # it is asked far more often than once a second
def _content(
    found: tuple[tuple[ServiceStatus, Condition], ...],
    now: datetime,
    uptime_seconds: int,
    is_writable: bool,
    is_draining: bool,
) -> bytes:
    online = sum(status.online for status, _ in found)
    reply = HealthReply(
        status=overall(online),
        timestamp=to_text(now),
        gateway=GatewayReply(
            version=__version__,
            uptime_seconds=uptime_seconds,
            eventLog="online" if is_writable else "offline",
            draining=True if is_draining else None,
        ),
        services=[ServiceReply.of(status, condition, now) for status, condition in found],
        summary=OnlineCount(online=online, total=len(found)),
    )
    return reply.model_dump_json(by_alias=True, exclude_none=True).encode()


def overall(online: int) -> Literal["online", "degraded", "offline"]:
    """The status of the whole, by how many of the services that interviews need are online."""
    if online >= ONLINE_FROM:
        return "online"
    return "degraded" if online >= DEGRADED_FROM else "offline"
