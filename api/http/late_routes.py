"""Endpoints that are loaded when somebody first asks for one of them.

FastAPI analyses each endpoint, and pydantic builds each model, when they are imported. For the
endpoints that no interview needs, that took an eighth of the start and 5 MB.
"""

import asyncio
from importlib import import_module

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound, Router
from starlette.types import Receive, Scope, Send

LATE = "api.http.routes.late"


class LateRoutes(BaseRoute):
    """Stands last among the routes of `router`, in place of those in `routes.late`. So a request
    comes here that none of the others takes."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def load(self) -> None:
        """Put the routes in place of this one, unless they are there already."""
        from api.http.routes.late import ROUTES

        routes = self._router.routes
        if self in routes:
            at = routes.index(self)
            routes[at : at + 1] = ROUTES

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.FULL if scope["type"] == "http" else Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # In a thread, since others are answered meanwhile: it takes 0.1 s.
        await asyncio.to_thread(import_module, LATE)
        self.load()
        await self._router(scope, receive, send)
