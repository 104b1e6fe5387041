"""What a page of another origin, if it may use the gateway, is let read of the answers."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send


class Cors(CORSMiddleware):
    """Starlette's, for those that ask: it would mark each answer to all others too, for caches
    that there are none of here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and b"origin" not in [name for name, _ in scope["headers"]]:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
