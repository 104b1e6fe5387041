"""HTTP to a backend that may be broken or hostile: JSON in, a checked value out.

Nothing it does can cost more than the caller's time limit and `MAX_BYTES`: redirects are
not followed, compressed answers are refused (a small body can expand to gigabytes), and a
body that is longer is cut off.
"""

import errno
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from backends.errors import BackendError

MAX_BYTES = 1024 * 1024
"""As much as a session may have. Parsing holds up everybody, and no time limit can end it:
4 MiB of the wrong JSON took ten seconds."""

T = TypeVar("T")


def new_client() -> httpx.AsyncClient:
    """The client that all backends share.

    It sets no time-outs: every call is made inside `asyncio.timeout`. Proxies of the
    environment are not for services of this machine. The pool has no limit, so that a
    hundred requests that wait for a slow backend do not keep a probe waiting.
    """
    return httpx.AsyncClient(
        timeout=None,  # noqa: S113
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
        headers={"accept": "application/json", "accept-encoding": "identity"},
        # A cookie jar knows hosts, not ports: one service's would be sent to all of them.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


class Service:
    """One backend's HTTP interface at `base_url`."""

    def __init__(self, client: httpx.AsyncClient, base_url: str) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")

    async def status(self, path: str) -> int:
        """The status of a GET; the body is not read."""
        try:
            async with self._client.stream("GET", self._base_url + path) as response:
                return response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BackendError(_reason(error)) from error

    async def get(self, path: str, shape: type[T]) -> T:
        """The answer to a GET, as `shape`. Raises BackendError."""
        return _parse(await self._body("GET", path), shape)

    async def post(self, path: str, body: dict[str, Any], shape: type[T]) -> T:
        """The answer to a POST of `body`, as `shape`. Raises BackendError."""
        return _parse(await self._body("POST", path, body), shape)

    async def _body(self, method: str, path: str, json: Any = None) -> bytes:
        try:
            async with self._client.stream(method, self._base_url + path, json=json) as response:
                _check(response)
                body = bytearray()
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise BackendError(f"Answered more than {MAX_BYTES // 2**20} MiB")
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BackendError(_reason(error)) from error


class Missing(BackendError):
    """HTTP 404: what was asked for is not there (any more)."""


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.NOT_FOUND:
        raise Missing("HTTP 404")
    if response.is_redirect:
        raise BackendError(f"Redirects elsewhere (HTTP {status})")
    if status != httpx.codes.OK:
        raise BackendError(f"HTTP {status}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BackendError("Sent a compressed answer, which was not asked for")


def _parse(body: bytes, shape: type[T]) -> T:
    try:
        return TypeAdapter(shape).validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise BackendError("Did not answer JSON") from error
        raise BackendError("Answered JSON of another shape") from error


def _reason(error: Exception) -> str:
    """A foreign error in words; the one place where httpx' errors are known."""
    if isinstance(error, httpx.ConnectError):
        return _connect_reason(error)
    if isinstance(error, httpx.RemoteProtocolError):
        return "Broke off its answer, or did not speak HTTP"
    if isinstance(error, httpx.NetworkError):
        return "Connection lost"
    return "Could not be asked"


def _connect_reason(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return "Connection refused"
        cause = cause.__cause__ or cause.__context__
    return "Could not connect"
