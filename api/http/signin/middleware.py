"""Sign-in in front of everything: the token, the roles that may call the endpoint, the caller."""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems
from api.http.caller import CALLER
from api.http.problem_documents import problem_response
from api.http.signin.access import ACCESS, endpoint_of
from api.http.signin.tokens import TokenRefused, Tokens, bearer_token
from api.usecases.callers import NOBODY, Caller

REALM = 'Bearer realm="interview-gateway"'


class SignIn:
    """ASGI middleware: a request goes on if `tokens` know its caller, and ACCESS lets one of the
    caller's roles call the endpoint. An endpoint that ACCESS does not have is refused.

    `routes` are those of the application, also those that are added later. `limited` puts the
    limit on requests, if there is one, around what answers a request that does not go on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Tokens,
        routes: Sequence[BaseRoute],
        limited: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    ) -> None:
        self._app = app
        self._limited = limited
        self._tokens = tokens
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no endpoint takes anything else
            await send({"type": "websocket.close", "code": 1008})
            return
        endpoint = endpoint_of(scope, self._routes)
        is_open = endpoint is not None and ACCESS.get(endpoint, frozenset()) is None
        try:
            caller = await self._tokens.caller(bearer_token(scope))
        except TokenRefused as refused:
            if not is_open:
                await self._challenge(refused, scope, receive, send)
                return
            caller = NOBODY  # whose token has expired can still ask how the gateway is
        if endpoint is not None and not is_open:
            allowed = caller.roles & (ACCESS.get(endpoint) or frozenset())
            if not allowed:
                scope[CALLER] = caller
                await self._forbid(scope, receive, send)
                return
            caller = Caller(caller.subject, allowed)
        scope[CALLER] = caller
        await self._app(scope, receive, send)

    async def _challenge(
        self, refused: TokenRefused, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer 401, in the words of RFC 6750."""
        challenge = REALM
        if refused.has_token:
            challenge += f', error="invalid_token", error_description="{refused}"'
        headers = {"www-authenticate": challenge}
        if refused.retry_seconds is not None:
            headers["retry-after"] = str(refused.retry_seconds)
        kind = problems.NOT_SIGNED_IN
        response = problem_response(
            kind, f"{refused}. {kind.advice}", scope["path"], headers=headers
        )
        await self._limited(response)(scope, receive, send)

    async def _forbid(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = problems.ROLE_MISSING
        headers = {"www-authenticate": f'{REALM}, error="insufficient_scope"'}
        response = problem_response(kind, kind.advice, scope["path"], headers=headers)
        await self._limited(response)(scope, receive, send)
