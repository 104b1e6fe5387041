"""Lets metrics and traces know of each request, and of its answer."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.request_ids import identify
from api.http.responses import EVENT_STREAM
from api.telemetry.requests import OTHER, Request, method_of
from api.telemetry.telemetry import Telemetry

_STREAM = EVENT_STREAM.encode()


class Observed:
    """ASGI middleware, around all that answers."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identify(scope)  # before the trace begins, which may be the caller's
        request = Request(method_of(scope["method"]))

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
                if _is_stream(message["headers"]):
                    request.is_stream = True
                    self._telemetry.stream_began()
            await send(message)

        with self._telemetry.request(request):
            try:
                await self._app(scope, receive, noted)
            finally:
                request.route = _route(scope)


def _route(scope: Scope) -> str:
    """The endpoint's path, with names in place of what a caller wrote; or the folder of a file."""
    return getattr(scope.get("route"), "path_format", None) or scope.get("root_path") or OTHER


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(_STREAM) for name, value in headers)
