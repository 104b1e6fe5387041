"""Who may talk to the gateway at all: the Host it is addressed by, the Origin that asks.

The gateway has no log-in, since it serves the person at this machine. Any page in that
person's browser can send requests to it too; this gate keeps them out. A page of another
origin says so in `Origin`, and one that reached us by DNS rebinding says so in `Host`.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.problems import ProblemType, problem_response

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEVELOPMENT_ORIGIN = "http://localhost:3000"

FILE_ORIGINS = ("null", "file://")
"""What Electron sends for a `file://` page. A sandboxed frame of any page sends "null" too,
so these count only with Electron's User-Agent: a script can change that header only by way
of a preflight, which carries the browser's true one."""


class Gate:
    """ASGI middleware that lets in what may come in, and answers the rest itself."""

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str] = (), origins: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._hosts = {host.lower() for host in (*LOCAL_HOSTS, *hosts)}
        self._origins = {origin.lower().rstrip("/") for origin in origins}
        self._origins.add(DEVELOPMENT_ORIGIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, _guarded(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            kind, detail = refusal
            await problem_response(kind, detail, scope["path"])(scope, receive, send)

    def _refusal(self, headers: Headers) -> tuple[ProblemType, str] | None:
        host = headers.get("host", "").lower()
        if len(headers.getlist("host")) > 1 or _without_port(host) not in self._hosts:
            return problems.UNKNOWN_HOST, problems.UNKNOWN_HOST.advice
        origin = headers.get("origin")
        if origin is not None and not self._may_use(origin.lower(), host, headers):
            return problems.FOREIGN_ORIGIN, problems.FOREIGN_ORIGIN.advice
        return None

    def _may_use(self, origin: str, host: str, headers: Headers) -> bool:
        if origin in FILE_ORIGINS:
            return "Electron/" in headers.get("user-agent", "")
        is_own = origin in (f"http://{host}", f"https://{host}")
        return is_own or origin in self._origins


def _guarded(send: Send) -> Send:
    """Answers that no page may show in a frame (where a click could be stolen) or take for
    another type than they are."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            # Beside a policy of the answer's own, if it has one: a browser keeps to both.
            headers.append("content-security-policy", "frame-ancestors 'none'")
            headers["x-content-type-options"] = "nosniff"
        await send(message)

    return guarded


def _without_port(host: str) -> str:
    """ "[::1]:8009" as "[::1]". Anything that is no host and port is nothing we go by."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        _ = urlsplit(f"//{host}").port
    except ValueError:
        return ""
    if any(mark in host for mark in "/?#@\\"):
        return ""
    return f"[{name}]" if ":" in name else name
