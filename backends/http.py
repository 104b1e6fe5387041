"""HTTP to a backend that may be broken or hostile: JSON in; a checked value or a stream out.

Nothing it does can cost more than the caller's time limit and `MAX_BYTES`: redirects are
not followed, compressed answers are refused (a small body can expand to gigabytes), and a
body that is longer is cut off.
"""

import errno
import logging
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from backends import correlation
from backends.address import Address
from backends.errors import BackendError
from backends.wire import Beat, Connection, Ended

logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
"""As much as a session may have. Parsing holds up everybody, and no time limit can end it:
4 MiB of the wrong JSON took ten seconds."""

T = TypeVar("T")

FOREIGN_ERRORS = (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError)
"""The errors by which a request can fail; `reason` has words for each. ssl.SSLError is an OSError;
UnicodeError comes from a host whose name cannot be decoded, such as `xn--`."""


CONNECTIONS_KEPT = 32
"""To one service, for as many requests at once as come often."""

MAX_REFUSAL_BYTES = 16 * 1024
"""As much of a refusal as is read: an error object takes a few hundred bytes."""

KEPT_SECONDS = 4.0
"""How long a connection is kept that nobody uses. Many services close theirs after 5 s, the time
between two probes: a probe on a connection that is just being closed would fail."""

HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "user-agent": "interview-gateway",
}


def headers_for(address: Address) -> dict[str, str]:
    """What a service at `address` is sent with each request: its credentials, and the ids of the
    request for which it is asked, if it is for one."""
    headers = dict(HEADERS)
    if address.authorization is not None:
        headers["authorization"] = address.authorization
    asked_for = correlation.current.get()
    return headers if asked_for is None else headers | asked_for.headers()


Idle = deque[tuple[float, Connection]]
"""Connections to one service that nobody uses, each with the moment since which, oldest first."""


class Connections(httpx.AsyncBaseTransport):
    """The connections to all backends, as httpx' transport. Each is taken by one request at a time.

    There is no limit to them, so that a hundred requests that wait for a slow backend do not keep a
    probe waiting, and no time-out: every call is made inside `asyncio.timeout`. Proxies of the
    environment are not for services of this machine, and cookies are not kept.
    """

    def __init__(self, certificates: Path | None = None) -> None:
        """`certificates` is a file of those to trust besides the system's."""
        self._certificates = certificates
        self._trusting: ssl.SSLContext | None = None
        self._beat = Beat()
        self._idle: dict[tuple[str, str, int | None], Idle] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to the request, its body still to be read. Closing it frees the connection,
        or ends it before the body is read. Raises BackendError, httpx.HTTPError or ssl.SSLError."""
        url = request.url
        is_encrypted = url.scheme == "https"
        idle = self._idle.setdefault((url.scheme, url.host, url.port), deque())
        while idle:
            since, connection = idle.pop()
            if connection.is_ready and since >= monotonic() - KEPT_SECONDS:
                return await connection.ask(request)
            connection.close()
        tls = self._trusted() if is_encrypted else None
        connection = await Connection.opened(url, tls, self._beat, partial(_keep, idle))
        try:
            return await connection.ask(request)
        except (httpx.ReadError, Ended) as error:
            if is_encrypted:  # its alert can be lost with the connection
                raise BackendError(
                    "Ended the connection right after the TLS handshake; perhaps it demands a "
                    "client certificate, and the gateway has none"
                ) from error
            raise

    def prepare(self, addresses: Iterable[Address]) -> None:
        """Read the certificates now, while nobody waits, if one of these will need them."""
        if any(address.is_encrypted for address in addresses):
            try:
                self._trusted()
            except BackendError as error:
                logger.warning("The gateway cannot use https to call services: %s", error)

    def _trusted(self) -> ssl.SSLContext:
        if self._trusting is None:
            from backends.certificates import trusting  # which most gateways never need

            self._trusting = trusting(self._certificates)
        return self._trusting

    async def aclose(self) -> None:
        """Close all that are idle."""
        for idle in self._idle.values():
            while idle:
                idle.pop()[1].close()


def _keep(idle: Idle, connection: Connection) -> None:
    """Keep it for the next request, but not too many, and none that nobody has used for long."""
    now = monotonic()
    idle.append((now, connection))
    while len(idle) > CONNECTIONS_KEPT or idle[0][0] < now - KEPT_SECONDS:
        idle.popleft()[1].close()


class Service:
    """One backend's HTTP interface at `address`."""

    def __init__(self, connections: Connections, address: Address) -> None:
        self._connections = connections
        self._address = address
        self._urls: dict[str, httpx.URL] = {}
        """By path. There are few, and httpx takes 60 µs to read one."""

    async def status(self, path: str) -> int:
        """The status of a GET; the body is not read."""
        async with self._answer("GET", path) as response:
            return response.status_code

    async def get(self, path: str, shape: type[T]) -> T:
        """The answer to a GET, as `shape`. Raises BackendError."""
        return _parse(await self._body("GET", path), shape)

    async def post(self, path: str, body: dict[str, Any], shape: type[T]) -> T:
        """The answer to a POST of `body`, as `shape`. Raises BackendError."""
        return _parse(await self._body("POST", path, body), shape)

    async def stream(self, path: str, body: dict[str, Any]) -> AsyncGenerator[bytes, None]:
        """The answer to a POST of `body`, in the chunks in which it comes. Closing the generator
        ends the connection, and with it the service's work. Raises BackendError."""
        async with self._answer("POST", path, body) as response:
            if not response.is_success:
                raise _refusal(response, await _beginning(response))
            async with aclosing(_checked(response)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def _body(self, method: str, path: str, json: Any = None) -> bytes:
        async with self._answer(method, path, json) as response:
            return b"".join([chunk async for chunk in _checked(response)])

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, json: Any = None
    ) -> AsyncIterator[httpx.Response]:
        try:
            request = self._request(method, path, json)
            response = await self._connections.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        except FOREIGN_ERRORS as error:
            raise BackendError(reason(error)) from error

    def _request(self, method: str, path: str, json: Any) -> httpx.Request:
        """Raises httpx.InvalidURL or UnicodeError."""
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = httpx.URL(self._address.url + path)
        headers = headers_for(self._address)
        if json is None:
            return httpx.Request(method, url, headers=headers)
        # By pydantic's encoder: the prompts of an interview take 3 µs instead of httpx's 50.
        headers["content-type"] = "application/json"
        return httpx.Request(method, url, headers=headers, content=to_json(json))


class Refusal(BackendError):
    """Any status but 200. `told` is the error that the service gives for it, where that was read:
    for a backend to tell cases apart, and never for a person."""

    def __init__(self, status: int, told: str = "") -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.told = told


class Missing(Refusal):
    """HTTP 404: what was asked for is not there (any more)."""


class Busy(Refusal):
    """HTTP 503: the service cannot answer now; its queue is full, or it is loading."""


async def _checked(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body in chunks, as far as it is one that can be taken. Raises BackendError."""
    if response.status_code != httpx.codes.OK:
        raise _refusal(response)
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BackendError("Sent a compressed answer, which was not asked for")
    received = 0
    assert isinstance(response.stream, httpx.AsyncByteStream), "a transport's answer is a stream"
    # Without httpx's `aiter_raw`, which only counts: a stream of words comes in many chunks.
    async for chunk in response.stream:
        received += len(chunk)
        if received > MAX_BYTES:
            raise BackendError(f"Answered more than {MAX_BYTES // 2**20} MiB")
        yield chunk


def _refusal(response: httpx.Response, body: bytes = b"") -> BackendError:
    status = response.status_code
    if response.is_redirect:
        return BackendError(f"Redirects elsewhere (HTTP {status})")
    told = _told(body)
    if status == httpx.codes.NOT_FOUND:
        return Missing(status, told)
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        return Busy(status, told)
    return Refusal(status, told)


async def _beginning(response: httpx.Response) -> bytes:
    """As much of a refusal's body as can hold an error object."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= MAX_REFUSAL_BYTES:
            break
    return body[:MAX_REFUSAL_BYTES]


def _told(body: bytes) -> str:
    """The message of `{"error": "…"}` (Ollama) or `{"error": {"message": "…"}}` (OpenAI), or ""."""
    try:
        found = from_json(body)
    except ValueError:
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""


def _parse(body: bytes, shape: type[T]) -> T:
    try:
        return TypeAdapter(shape).validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise BackendError("Did not answer JSON") from error
        raise BackendError("Answered JSON of another shape") from error


def reason(error: Exception) -> str:
    """A foreign error in words; the one place where httpx' errors are known."""
    if isinstance(error, httpx.ConnectError):
        return _connect_reason(error)
    if isinstance(error, ssl.SSLError):
        return _tls_reason(error)
    if isinstance(error, httpx.RemoteProtocolError):
        return "Broke off its answer, or did not speak HTTP"
    if isinstance(error, (httpx.HTTPError, httpx.InvalidURL, UnicodeError)) and not isinstance(
        error, httpx.NetworkError
    ):
        return "Could not be asked"
    return "Connection lost"


def _connect_reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return "Connection refused"
        if isinstance(cause, (ssl.SSLError, ConnectionResetError)):
            return _tls_reason(cause)
        cause = cause.__cause__ or cause.__context__
    return "Could not connect"


def _tls_reason(error: ssl.SSLError | ConnectionResetError) -> str:
    from backends.certificates import reason as tls_reason

    return tls_reason(error)
