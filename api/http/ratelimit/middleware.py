"""Counts each caller's requests, says in each answer what is left, and refuses what is too much.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.caller import CALLER
from api.http.problem_documents import problem_response
from api.http.ratelimit.clients import Clients
from api.http.ratelimit.quota import POLICY, Quota, Share
from api.http.signin.access import ACCESS, METRICS, OPEN, endpoint_of


class RateLimit:
    """ASGI middleware: a request goes on if its caller's quota allows it.

    A caller who has signed in is known by its subject, everybody else by the address. What is open
    to all (`ACCESS`) is not counted: the probes, the page's own files, what explains an error. Nor
    are the metrics, which are to show it when somebody sends too much. A stream counts once, when
    it begins.
    """

    def __init__(
        self, app: ASGIApp, *, quota: Quota, clients: Clients, routes: Sequence[BaseRoute]
    ) -> None:
        self._app = app
        self._quota = quota
        self._clients = clients
        self._routes = routes
        self._policy = f'"{POLICY}";q={quota.requests};w={quota.seconds}'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._counts(scope):
            await self._app(scope, receive, send)
            return
        share = await self._quota.take(self._caller(scope))
        headers = {"ratelimit-policy": self._policy, "ratelimit": _told(share)}
        if share.is_granted:
            await self._app(scope, receive, _with(headers, send))
            return
        kind = problems.QUOTA_EXCEEDED
        headers["retry-after"] = str(share.more_in)
        detail = (
            f"You may send {self._quota.requests} requests in {self._quota.seconds} s. Nothing of "
            f"this one was recorded. Send it again in {share.more_in} s."
        )
        refusal = problem_response(
            kind, detail, scope["path"], headers=headers, violated_policies=[POLICY]
        )
        await refusal(scope, receive, send)

    def _counts(self, scope: Scope) -> bool:
        endpoint = endpoint_of(scope, self._routes)
        return endpoint is None or (
            endpoint != METRICS and ACCESS.get(endpoint, frozenset()) is not OPEN
        )

    def _caller(self, scope: Scope) -> str:
        caller = scope.get(CALLER)
        if caller is not None and caller.subject is not None:
            return f"sub:{caller.subject}"
        return f"address:{self._clients.network_of(scope)}"


def _told(share: Share) -> str:
    """The share as the field RateLimit."""
    return f'"{POLICY}";r={share.left};t={share.more_in}'


def _with(headers: dict[str, str], send: Send) -> Send:
    added = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return with_headers
