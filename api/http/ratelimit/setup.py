"""The limit on requests as the settings have it, and where it stands in the application."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.http import problems
from api.http.ratelimit.clients import Clients
from api.http.ratelimit.memory import BoundedMemory
from api.http.ratelimit.middleware import RateLimit
from api.http.ratelimit.quota import Quota
from api.http.responses import documented
from api.http.signin.access import ACCESS, OPEN
from api.settings import Settings


class RateLimitSetup:
    """The parts of the limit on requests."""

    def __init__(self, settings: Settings) -> None:
        assert settings.rate_limit is not None
        self.counters = BoundedMemory()
        self._quota = Quota(settings.rate_limit, self.counters)
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
