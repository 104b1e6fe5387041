"""The health of the gateway and of its services."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from backends.condition import Condition
from backends.health import ServiceStatus
from eventlog.times import to_text
from statemachine.session import Value


class ServiceReply(Value):
    name: str
    status: Literal["online", "offline"]
    latency_ms: int | None = None
    error: str | None = None
    last_checked: str
    state: Literal["up", "loading", "busy", "down"] = Field(
        description="What can be expected of it: `loading` while its model is on the way into "
        "memory, `busy` while it is too slow for a reply."
    )
    detail: str | None = Field(None, description="Why it is not `up`, for a person.")

    @classmethod
    def of(cls, status: ServiceStatus, condition: Condition, now: datetime) -> "ServiceReply":
        """The state of a service as known `now`."""
        return cls(
            name=status.name,
            status="online" if status.online else "offline",
            latency_ms=status.latency_ms,
            error=status.error,
            last_checked=to_text(status.checked_at or now),
            state=condition.state.value,
            detail=condition.detail,
        )


class LiveReply(Value):
    status: Literal["alive"] = "alive"


class ReadyReply(Value):
    status: Literal["ready"] = "ready"
    redis: Literal["online", "offline"] | None = Field(
        None, description="There if `REDIS_URL` is set. A gateway is ready without Redis, too."
    )


class GatewayReply(BaseModel):
    """`uptime_seconds` and `eventLog` are spelled so in the contract."""

    version: str
    uptime_seconds: int
    eventLog: Literal["online", "offline"]  # noqa: N815 - the contract's spelling
    draining: Literal[True] | None = Field(
        None, description="There while the gateway is about to stop: it takes no new steps."
    )


class OnlineCount(Value):
    online: int
    total: int


class HealthReply(Value):
    status: Literal["online", "degraded", "offline"]
    timestamp: str
    gateway: GatewayReply
    services: list[ServiceReply]
    summary: OnlineCount


class OverallHealthReply(Value):
    """All that a caller is shown who has not signed in, or is a candidate."""

    status: Literal["online", "degraded", "offline"]
    timestamp: str
