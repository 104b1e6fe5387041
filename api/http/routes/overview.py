"""The gateway and its services at one glance, as the desktop's status page asks for them.

The overall status is that of `/health`. Services that only desktops need (scout and agents) are
listed where their URLs are set, and do not count for it.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from api import __version__
from api.gateway import Gateway
from api.http.responses import gives, json_of
from api.http.routes.gateway_of import gateway_of
from api.http.routes.health import WITHIN_SECONDS, overall
from api.http.wire.health import ServiceReply
from api.http.wire.overview import (
    DashboardReply,
    GatewayPlace,
    Overall,
    RegisteredService,
    ServiceDetail,
    ServicesReply,
    ServicesSummary,
    SystemStatusReply,
)
from backends.services import (
    AGENTS,
    ANALYTICS,
    CONVERSATION,
    GRANITE,
    OLLAMA,
    ONLY_FORWARDED,
    OPENAI,
    SCOUT,
    VOICE,
)
from eventlog.times import to_text, utc_now

GROUPS: dict[str, dict[str, str]] = {
    "core_services": {SCOUT: "Searches for candidates"},
    "ai_services": {
        CONVERSATION: "Conducts conversations",
        "interview-service": "Conducts interviews",
        GRANITE: "Conducts interviews with trained Granite models",
        AGENTS: "Agents that conduct interviews of their own",
    },
    "media_services": {VOICE: "Speaks and writes down speech", "avatar-service": "Draws a face"},
    "analytics_services": {ANALYTICS: "Analyses what was said"},
    "ai_engine": {OLLAMA: "Runs models on this machine", OPENAI: "Runs models (OpenAI's API)"},
}
"""The services by the groups in which desktops show them, each with what it does."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_COUNTED = {info.name for info in ONLY_FORWARDED}

router = APIRouter(prefix="/api/v1", tags=["health"], default_response_class=Response)


@dataclass(frozen=True)
class _Found:
    """All services that are set, by name, and when they were looked at."""

    timestamp: str
    status: Overall
    services: dict[str, ServiceDetail]

    @property
    def online(self) -> int:
        return sum(service.status == "online" for service in self.services.values())


@router.get("/system/status", responses=gives(SystemStatusReply))
async def system_status(request: Request) -> Response:
    """The gateway's version, and each service's status and URL."""
    found = await _found(gateway_of(request))
    reply = SystemStatusReply(
        gateway_version=__version__,
        status=found.status,
        timestamp=found.timestamp,
        services_online=found.online,
        services_total=len(found.services),
        service_details=found.services,
    )
    return json_of(reply)


@router.get("/services", responses=gives(ServicesReply))
async def services(request: Request) -> Response:
    """The services in groups, with what each does."""
    found = await _found(gateway_of(request))
    registry = {
        group: {
            name: _registered(found.services[name], description)
            for name, description in members.items()
            if name in found.services
        }
        for group, members in GROUPS.items()
    }
    reply = ServicesReply(
        total_services=len(found.services),
        gateway=_place(request),
        service_registry=registry,
        timestamp=found.timestamp,
    )
    return json_of(reply)


@router.get("/dashboard", responses=gives(DashboardReply))
async def dashboard(request: Request) -> Response:
    """Services and models in one answer."""
    gateway = gateway_of(request)
    found = await _found(gateway)
    total = len(found.services)
    reply = DashboardReply(
        status=found.status,
        timestamp=found.timestamp,
        services=found.services,
        services_summary=ServicesSummary(
            online=found.online, total=total, percentage=round(found.online / total * 100, 1)
        ),
        available_models=await gateway.model_choice.models(),
        gateway=_place(request),
    )
    return json_of(reply)


async def _found(gateway: Gateway) -> _Found:
    statuses, now = await gateway.health.all_statuses(WITHIN_SECONDS), utc_now()
    details = {}
    for status in statuses:
        known = ServiceReply.of(status, gateway.condition(status), now)
        details[status.name] = ServiceDetail(**dict(known), url=gateway.urls[status.name])
    counted = sum(status.online for status in statuses if status.name not in _NOT_COUNTED)
    return _Found(to_text(now), overall(counted), details)


def _registered(service: ServiceDetail, description: str) -> RegisteredService:
    parts = urlsplit(service.url)
    return RegisteredService(
        port=parts.port or _DEFAULT_PORTS[parts.scheme],
        url=service.url,
        status=service.status,
        description=description,
    )


def _place(request: Request) -> GatewayPlace:
    """Where the request came in."""
    server = request.scope.get("server") or ("", 0)
    return GatewayPlace(version=__version__, port=server[1] or 0)
