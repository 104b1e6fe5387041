"""Connections to Redis, and whether it is there.

Redis may be gone, slow, full, read-only or something else altogether. So each use of it has a limit
of time, and every failure is one of `reason`'s sentences, which quote nothing.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    InvalidResponse,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError

from backends.certificates import reason as tls_reason
from backends.certificates import trusting
from backends.errors import BackendError
from backends.periodic import end_if_cancelled
from backends.shared.url import RedisUrl

logger = logging.getLogger(__name__)

T = TypeVar("T")

REQUEST_SECONDS = 0.1
"""How long a request may wait for Redis. After one that waited in vain, none waits before Redis has
been seen to answer as fast."""

EXCHANGE_SECONDS = 1.0
"""How long Redis may take for anything else. If it takes longer, it is gone."""

CONNECTIONS = 16
"""So many requests ask Redis at a time, and others wait their turn."""


class RedisConnection:
    """Connects to the Redis at `url`, trusting `certificates` besides the system's, and keeps in
    mind whether it is there. A request waits for it for `request_seconds` at most."""

    def __init__(
        self,
        url: RedisUrl,
        certificates: Path | None = None,
        *,
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self.url = url
        self._request_seconds = request_seconds
        self._certificates = certificates
        self._arguments: dict[str, Any] | None = None
        self._client: Redis | None = None
        self._for_requests: Redis | None = None
        self._doubts = 0
        self._is_fast = False
        self.is_online = False
        self.error: str | None = None
        self.since: datetime | None = None
        self.latency: float | None = None
        self.on_doubt: Callable[[], None] = lambda: None

    async def client(self) -> Redis:
        """The client for what no request waits for. Raises BackendError."""
        if self._client is None:
            self._client = await self._new_client(4)
        return self._client

    async def requests_client(self) -> Redis:
        """The client for what requests wait for. Raises BackendError."""
        if self._for_requests is None:
            self._for_requests = await self._new_client(CONNECTIONS)
        return self._for_requests

    async def ask_at_once(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer that a request waits for; None if Redis is gone, or has not answered at once
        lately."""
        return await self.ask(question, self._request_seconds) if self._is_fast else None

    async def ask(
        self, question: Callable[[], Awaitable[T]], seconds: float = EXCHANGE_SECONDS
    ) -> T | None:
        """The answer, if it comes within so many seconds; None if Redis is gone."""
        if not self.is_online:
            return None
        try:
            async with asyncio.timeout(seconds):
                answer = await question()
        except Exception as error:  # whatever is behind the URL, no caller suffers for it
            logger.debug("Redis did not answer: %s", reason(error))
            self._doubts += 1
            self._is_fast = False
            self.on_doubt()
            answer = None
        end_if_cancelled()
        return answer

    async def exchange(self, talk: Callable[[Redis], Awaitable[T]]) -> T | None:
        """What `talk` brings; None if Redis is gone. Whether it is there is known by this alone."""
        doubts, clock = self._doubts, asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                brought = await talk(await self.client())
        except Exception as error:  # as in `ask`
            end_if_cancelled()
            self.lost(reason(error))
            return None
        end_if_cancelled()
        self.latency = clock() - began
        self._is_fast = doubts == self._doubts and self.latency < self._request_seconds
        return brought

    def found(self) -> None:
        """An exchange has succeeded."""
        if self.is_online:
            return
        if self.since is None:
            logger.info("Shares what it knows with other gateways through Redis at %s", self.url)
        else:
            logger.warning("Redis at %s is back", self.url)
        self._turn(is_online=True, error=None)

    def lost(self, why: str) -> None:
        """An exchange has failed."""
        if self.is_online or self.since is None:
            logger.warning(
                "Redis at %s is gone (%s). Until it is back, this gateway goes on by itself.",
                *(self.url, why),
            )
            self._turn(is_online=False, error=why)
        self.error, self.latency, self._is_fast = why, None, False

    async def aclose(self) -> None:
        """Close all connections."""
        for client in (self._client, self._for_requests):
            if client is not None:
                try:
                    await client.connection_pool.disconnect()
                except Exception as error:  # as in `ask`
                    logger.debug("A connection to Redis did not close: %s", reason(error))

    def _turn(self, *, is_online: bool, error: str | None) -> None:
        self.is_online, self.error, self.since = is_online, error, datetime.now(UTC)

    async def _new_client(self, connections: int) -> Redis:
        if self._arguments is None:
            self._arguments = await self._connecting()
        pool = BlockingConnectionPool(
            **self._arguments,
            max_connections=connections,
            timeout=EXCHANGE_SECONDS,
            socket_timeout=EXCHANGE_SECONDS,
            socket_connect_timeout=EXCHANGE_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        return Redis(connection_pool=pool)

    async def _connecting(self) -> dict[str, Any]:
        url = self.url
        arguments: dict[str, Any] = {
            "host": url.host,
            "port": url.port,
            "db": url.db,
            "username": url.user,
            "password": url.password,
        }
        if url.is_encrypted:
            context = await asyncio.to_thread(trusting, self._certificates)
            arguments["connection_class"] = partial(_TlsConnection, context=context)
        return arguments


class _TlsConnection(SSLConnection):
    """One that trusts what the gateway trusts everywhere."""

    def __init__(self, *, context: ssl.SSLContext, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._context = context

    def _connection_arguments(self) -> dict[str, Any]:
        return {**Connection._connection_arguments(self), "ssl": self._context}


def reason(error: BaseException) -> str:
    """Why Redis cannot be used, for a person."""
    match error:
        case BackendError():
            return str(error)
        case AuthenticationError() | AuthorizationError():
            return "It refuses the login in REDIS_URL, or demands one"
        case NoPermissionError():
            return "The user in REDIS_URL may not do what is needed"
        case BusyLoadingError():
            return "It is loading its data"
        case ReadOnlyError():
            return "It is a replica, which takes no writes"
        case OutOfMemoryError():
            return "Its memory is full"
        case ResponseError():
            # Only the code in capitals is Redis' own. What comes after may quote what was sent.
            return _refusals.get(str(error).partition(" ")[0], "It refuses a command")
        case InvalidResponse():
            return "It does not speak Redis' protocol"
        case TimeoutError() | RedisTimeoutError():
            return "No answer in time"
        case ssl.SSLError():
            return tls_reason(error)
        case ConnectionRefusedError():
            return "Connection refused"
    deeper = error.__cause__ or error.__context__
    return reason(deeper) if deeper is not None else "Could not connect, or it broke off"


_refusals = {
    "MISCONF": "It takes no writes, because it cannot save them to its disk",
    "MASTERDOWN": "It is a replica, and its primary is gone",
    "MOVED": "It is one of a cluster, which is not supported",
    "NOREPLICAS": "It takes no writes, because too few replicas follow it",
}
