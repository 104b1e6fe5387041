"""The gateway and its services at one glance, in the shapes that desktops know."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.wire.health import ServiceReply
from backends.models import Model
from statemachine.session import Value

# These are built when they are first needed, which in most gateways is never.
DEFERRED = ConfigDict(defer_build=True)

Overall = Literal["online", "degraded", "offline"]


class ServiceDetail(ServiceReply):
    model_config = DEFERRED

    url: str = Field(description="Where it is, without the login that its setting may hold.")


class SystemStatusReply(BaseModel):
    model_config = DEFERRED

    gateway_version: str
    status: Overall
    timestamp: str
    services_online: int
    services_total: int
    service_details: dict[str, ServiceDetail]


class GatewayPlace(BaseModel):
    model_config = DEFERRED

    version: str
    port: int


class RegisteredService(BaseModel):
    model_config = DEFERRED

    port: int
    url: str
    status: Literal["online", "offline"]
    description: str


class ServicesReply(BaseModel):
    model_config = DEFERRED

    total_services: int
    gateway: GatewayPlace
    service_registry: dict[str, dict[str, RegisteredService]] = Field(
        description="Services by group, and in it by name."
    )
    timestamp: str


class ServicesSummary(Value):
    model_config = DEFERRED

    online: int
    total: int
    percentage: float


class DashboardReply(Value):
    model_config = DEFERRED

    status: Overall
    timestamp: str
    services: dict[str, ServiceDetail]
    services_summary: ServicesSummary
    available_models: list[Model]
    gateway: GatewayPlace
