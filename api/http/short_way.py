"""A way to endpoints that is as short as it can be: by their path alone, past the router.

FastAPI compares each request with one route after another (3 µs each), enters two stacks for
dependencies that there are none of, and builds a dict of the body before it builds the model. That
took 35 µs of `/health`, and 75 µs of an answer.

An endpoint takes this way if it takes nothing from the path or the query and has no dependencies:
its parameters are at most the request and a model that is posted. What is wrong in any way goes the
usual way, so that errors are told in one place.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON = b"application/json"


class ShortWay:
    """ASGI application in front of a `router`, for those of its `routes` that have a short way."""

    def __init__(self, router: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._router = router
        self._ways: dict[tuple[str, str], _Way] = {}
        for route in routes:
            way = _way_of(route)
            if way is not None:
                for method in way.route.methods or ():
                    # As in the router, the first route for a path is the one that is taken.
                    self._ways.setdefault((method, way.route.path), way)

    def takes(self, method: str, path: str) -> bool:
        """Whether such a request has a short way."""
        return (method, path) in self._ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = None
        if scope["type"] == "http" and not scope["root_path"]:
            way = self._ways.get((scope["method"], scope["path"]))
        if way is None:
            await self._router(scope, receive, send)
            return
        request = Request(scope, receive, send)
        arguments: dict[str, Any] = {way.request: request} if way.request else {}
        if way.model is not None:
            body = await _body_of(request)
            posted = _posted(request, body, way.model)
            if posted is None:
                await self._router(scope, _again(body, receive), send)
                return
            arguments[way.posted] = posted
        scope.update(endpoint=way.endpoint, route=way.route, path_params={})
        response = await way.endpoint(**arguments)
        await response(scope, receive, send)


class _Way:
    """An endpoint, and the names of the parameters that take the request and the body; "" for one
    that it does not have."""

    def __init__(self, route: APIRoute) -> None:
        self.route = route
        self.endpoint: Callable[..., Awaitable[Response]] = route.endpoint
        self.request = self.posted = ""
        self.model: type[BaseModel] | None = None


def _way_of(route: BaseRoute) -> _Way | None:
    """How the route is reached; None if only FastAPI can tell."""
    if not isinstance(route, APIRoute) or "{" in route.path or route.dependencies:
        return None
    signature = inspect.signature(route.endpoint)
    if signature.return_annotation is not Response:
        return None
    way = _Way(route)
    for name, parameter in signature.parameters.items():
        kind = parameter.annotation
        if kind is Request:
            way.request = name
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and way.model is None:
            way.posted, way.model = name, kind
        else:
            return None
    return way


async def _body_of(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400) from error  # as FastAPI does


def _posted(request: Request, body: bytes, model: type[BaseModel]) -> BaseModel | None:
    """The model in the body; None if there is none, or anything else than plain JSON."""
    declared = [value for name, value in request.scope["headers"] if name == b"content-type"]
    if len(declared) != 1 or declared[0].partition(b";")[0].strip().lower() != JSON:
        return None
    try:
        # `model_validate_json` would look at arguments that are not given, too.
        return model.__pydantic_validator__.validate_json(body)  # type: ignore[no-any-return]
    except ValidationError:
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for somebody who reads the body once more."""
    is_read = False

    async def read() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read
