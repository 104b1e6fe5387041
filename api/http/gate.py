"""Who may talk to the gateway at all: the Host it is addressed by, the Origin that asks.

The gateway has no log-in, since it serves the person at this machine. Any page in that
person's browser can send requests to it too; this gate keeps them out. A page of another
origin says so in `Origin`, or, where a browser sends none (for an image, a script, a frame, a
link), in `Sec-Fetch-Site`, or, in a browser too old for that, in `Referer`. A page that reached
us by DNS rebinding says so in `Host`.
"""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.problem_documents import problem_response
from api.http.problems import ProblemType
from api.http.refused import FILE_ORIGINS, RefusedLog
from api.http.request_ids import identify

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEVELOPMENT_ORIGIN = "http://localhost:3000"

OF_NO_OTHER_ORIGIN = ("same-origin", "none")
"""What `Sec-Fetch-Site` says of our own pages and of what a person opens; no script can set it.
Another port of this machine is "same-site"."""

ASKED_BY = frozenset({b"origin", b"sec-fetch-site", b"referer"})
"""The headers in which a browser says which page asks."""

API = "/api/"

ADMINISTRATION = "/api/v1/admin/"
"""What no page of another origin may use, also not one of ALLOWED_ORIGINS: whoever made such a page
can then not make an administrator's browser do anything."""


class Gate:
    """ASGI middleware that lets in what may come in, and answers the rest itself."""

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str] = (), origins: Iterable[str] = ()
    ) -> None:
        self._app = app
        added_hosts, added_origins = tuple(hosts), tuple(origins)
        self._hosts = {host.lower() for host in (*LOCAL_HOSTS, *added_hosts)}
        self._origins = {DEVELOPMENT_ORIGIN, *added_origins}
        self._log = RefusedLog(hosts=added_hosts, origins=added_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        id = identify(scope)
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _guarded(scope["path"], id, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            kind, detail = refusal
            response = problem_response(kind, detail, scope["path"])
            await response(scope, receive, _guarded(scope["path"], id, send))

    def _refusal(self, scope: Scope) -> tuple[ProblemType, str] | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        name = _without_port(host)
        if name not in self._hosts:
            self._log.host(name)
            return problems.UNKNOWN_HOST, problems.UNKNOWN_HOST.advice
        if ASKED_BY.isdisjoint([name for name, _ in scope["headers"]]):
            return None  # a program such as curl
        headers = Headers(scope=scope)
        origin = _origin_of_asker(headers)
        if origin is None or origin in (f"http://{host}", f"https://{host}"):
            return None
        if scope["path"].startswith(ADMINISTRATION):
            return problems.FOREIGN_ORIGIN, "Only the gateway's own page may administer it."
        if self._may_use(origin, headers):
            return None
        if not _is_link_to_a_page(scope, headers):
            self._log.origin(origin)
            return problems.FOREIGN_ORIGIN, problems.FOREIGN_ORIGIN.advice
        return None

    def _may_use(self, origin: str, headers: Headers) -> bool:
        if origin in FILE_ORIGINS:
            return "Electron/" in headers.get("user-agent", "")
        return origin in self._origins


def _origin_of_asker(headers: Headers) -> str | None:
    """The origin of the page that asks, in lower case; None where no page of another does."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower()
    site, referer = headers.get("sec-fetch-site"), headers.get("referer")
    if site in OF_NO_OTHER_ORIGIN or (site is None and not referer):
        return None  # our own page, a person, or a program such as curl
    try:
        page = urlsplit((referer or "").lower())
    except ValueError:
        return ""
    return f"{page.scheme}://{page.netloc}" if page.netloc else "null"


def _is_link_to_a_page(scope: Scope, headers: Headers) -> bool:
    """Somebody follows a link to /docs, say, in a window where no other page looks into it. A
    browser that is too old to say how it asks may be doing so. What the API itself answers is not
    for links of others."""
    how = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["path"].startswith(API)
        and "origin" not in headers
        and ("sec-fetch-site" not in headers or how == ("navigate", "document"))
    )


GUARDS = [
    # Beside a policy of the answer's own, if it has one: a browser keeps to both.
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
UNSTORED = [*GUARDS, (b"cache-control", b"no-store")]


def guards(path: str) -> list[tuple[bytes, bytes]]:
    """The headers that every answer from `path` carries.

    No page may show it in a frame (where a click could be stolen), take it for another type than
    it is, or load it as part of itself where CORS is not asked. No cache may store what the API
    answers: words that are forgotten here would stay in the browser's files.
    """
    return UNSTORED if path.startswith(API) or path in ("/health", "/live", "/ready") else GUARDS


def _guarded(path: str, id: tuple[bytes, bytes], send: Send) -> Send:
    """`send`, with the guards of `path` and the request's `id` in the answer's head."""
    added = [*guards(path), id]

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return guarded


@lru_cache(maxsize=64)
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
