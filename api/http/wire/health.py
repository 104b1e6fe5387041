"""The health of the gateway and of its services."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from backends.health import ServiceStatus
from eventlog.times import to_text
from statemachine.session import Value


class ServiceReply(Value):
    name: str
    status: Literal["online", "offline"]
    latency_ms: int | None = None
    error: str | None = None
    last_checked: str

    @classmethod
    def of(cls, status: ServiceStatus, now: datetime) -> "ServiceReply":
        """The state of a service as known `now`."""
        return cls(
            name=status.name,
            status="online" if status.online else "offline",
            latency_ms=status.latency_ms,
            error=status.error,
            last_checked=to_text(status.checked_at or now),
        )


class GatewayReply(BaseModel):
    """`uptime_seconds` and `eventLog` are spelled so in the contract."""

    version: str
    uptime_seconds: int
    eventLog: Literal["online", "offline"]  # noqa: N815 - the contract's spelling


class OnlineCount(Value):
    online: int
    total: int


class HealthReply(Value):
    status: Literal["online", "degraded", "offline"]
    timestamp: str
    gateway: GatewayReply
    services: list[ServiceReply]
    summary: OnlineCount
