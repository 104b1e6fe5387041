"""The limit on requests as the settings have it, and where it stands in the application."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.http import problems
from api.http.ratelimit.clients import Clients
from api.http.ratelimit.memory import BoundedMemory, Counters
from api.http.ratelimit.middleware import RateLimit
from api.http.ratelimit.quota import Quota
from api.http.responses import documented
from api.http.signin.access import ACCESS, OPEN
from api.settings import Settings

if TYPE_CHECKING:
    from backends.shared.redis import RedisBoard


class RateLimitSetup:
    """The parts of the limit on requests. The gateways of `shared` count together."""

    def __init__(self, settings: Settings, shared: "RedisBoard | None" = None) -> None:
        assert settings.rate_limit is not None
        counters = BoundedMemory() if shared is None else _shared_counters(shared)
        self._quota = Quota(settings.rate_limit, counters)
        self._clients = Clients([ip_network(proxy) for proxy in settings.trusted_proxies])

    @property
    def exposed(self) -> tuple[str, ...]:
        """The headers that a web page of another origin may read, too."""
        return ("RateLimit", "RateLimit-Policy", "Retry-After")

    def install(self, app: FastAPI) -> None:
        """Limit the requests to all of `app` that was installed before. Sign-in comes around it,
        since it says who sends them."""
        app.add_middleware(RateLimit, **self._parts, routes=app.router.routes)
        _describe(app)

    def around(self) -> Callable[[ASGIApp], ASGIApp]:
        """Return what puts the same limit around a refusal, to whatever endpoint."""
        return lambda refusal: RateLimit(refusal, **self._parts, routes=())

    @property
    def _parts(self) -> dict[str, Any]:
        return {"quota": self._quota, "clients": self._clients}


def _shared_counters(shared: "RedisBoard") -> Counters:
    from api.http.ratelimit.shared import SharedCounters

    return SharedCounters(shared)


def _describe(app: FastAPI) -> None:
    """Make `app.openapi` list 429 for each operation that counts."""
    without = app.openapi

    def openapi() -> dict[str, Any]:
        document = without()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if ACCESS.get(f"{method.upper()} {path}", frozenset()) is not OPEN:
                    operation["responses"].setdefault("429", _refusal())
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _refusal() -> dict[str, Any]:
    return documented(problems.QUOTA_EXCEEDED)[problems.QUOTA_EXCEEDED.status]
