"""Calls that are passed on to a service, whose answer is passed back as it came.

The service may hang, drip, send without end, redirect or break off. So an answer has a limit of
time and of size, redirects are not followed, and only so many calls go to one service at once. The
address is always that of the settings: what a caller gives is a body, or escaped in the query.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from pydantic_core import from_json

from backends.address import Address
from backends.errors import BackendError
from backends.http import FOREIGN_ERRORS, Connections, headers_for, reason

ANSWER_SECONDS = 30.0
"""For a whole answer, from the first byte of the call to the last of the answer."""

SLOT_SECONDS = 5.0
"""How long a call waits for others to the same service. It must be less than a client has to send
its body (`REQUEST_SECONDS`), which is read only then."""

AT_ONCE = 8
"""Calls to one service at once. With the bodies, each may take 50 MiB of memory."""

MAX_ANSWER_BYTES = 25 * 1024 * 1024
MAX_CHECKED_BYTES = 1024 * 1024
"""Larger JSON is only looked at where it begins and ends: parsing holds up everybody."""

REFUSES_GATEWAY = (401, 403, 407)
"""Refusals that mean the gateway's credentials, not the caller's."""

RAW_TYPES = ("application/octet-stream", "application/ogg")


class ServiceDown(BackendError):
    """The service cannot be reached, is too slow, or has too much to do."""


class ServiceBroken(BackendError):
    """The service answered what cannot be passed on."""


@dataclass(frozen=True)
class ForwardedCall:
    """A call to the service named `service`. `query` goes into its URL, escaped."""

    service: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ForwardedAnswer:
    """A service's answer: a success, or its own refusal of the caller's input (400 to 499).
    `media_type` is its whole Content-Type; None where there is no body."""

    status: int
    media_type: str | None
    body: bytes
    retry_after: str | None = None


class Forwarder:
    """Passes calls on to the service at `address`."""

    def __init__(
        self,
        connections: Connections,
        address: Address,
        *,
        seconds: float = ANSWER_SECONDS,
        slot_seconds: float = SLOT_SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        self._connections = connections
        self._address = address
        self._seconds = seconds
        self._slot_seconds = slot_seconds
        self._at_once = at_once
        self._slots = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of the places for calls at once. Raises ServiceDown if none is free in time."""
        try:
            async with asyncio.timeout(self._slot_seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise ServiceDown(f"Is busy with {self._at_once} other calls") from None
        try:
            yield
        finally:
            self._slots.release()

    async def ask(self, call: ForwardedCall, body: bytes = b"") -> ForwardedAnswer:
        """The answer to the call with this JSON, or without a body. Cancelling it ends the
        connection, and so the service's work. Raises ServiceDown or ServiceBroken."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._ask(call, body)
        except TimeoutError:
            raise ServiceDown(f"Did not answer within {self._seconds:g} s") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServiceDown(reason(error)) from error
        except FOREIGN_ERRORS as error:
            raise ServiceBroken(reason(error)) from error

    async def _ask(self, call: ForwardedCall, body: bytes) -> ForwardedAnswer:
        request = httpx.Request(
            call.method,
            self._address.url + call.path,
            params=call.query,
            headers=headers_for(self._address) | _headers(body),
            content=body or None,
        )
        response = await self._connections.handle_async_request(request)
        try:
            _check_status(response)
            received = await _body(response)
        finally:
            await response.aclose()
        return ForwardedAnswer(
            response.status_code,
            _media_type(response, received),
            received,
            _ascii(response.headers.get("retry-after")),
        )


def _headers(body: bytes) -> dict[str, str]:
    headers = {"accept": "application/json, audio/*"}
    if body:
        headers["content-type"] = "application/json"
    return headers


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        raise ServiceDown(f"HTTP {status}")
    if httpx.codes.is_redirect(status):
        raise ServiceBroken(f"Redirects elsewhere (HTTP {status})")
    if status in REFUSES_GATEWAY:
        raise ServiceBroken(f"Refuses the gateway (HTTP {status}). Check the login in its URL")
    if not (httpx.codes.is_success(status) or httpx.codes.is_client_error(status)):
        raise ServiceBroken(f"HTTP {status}")


async def _body(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ServiceBroken("Sent a compressed answer, which was not asked for")
    declared = response.headers.get("content-length", "")
    received = bytearray()
    if declared.isdecimal() and int(declared[:20]) > MAX_ANSWER_BYTES:
        raise _too_much()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > MAX_ANSWER_BYTES:
            raise _too_much()
    return bytes(received)


def _too_much() -> ServiceBroken:
    return ServiceBroken(f"Answered more than {MAX_ANSWER_BYTES // 2**20} MiB")


def _media_type(response: httpx.Response, body: bytes) -> str | None:
    """The type of an answer that can be passed on: JSON, or audio where it is a success. An error
    page of something else that listens there is neither."""
    if not body:
        if response.status_code == httpx.codes.OK:
            raise ServiceBroken("Answered nothing")
        return None
    declared: str = response.headers.get("content-type", "")
    kind = _ascii(declared.partition(";")[0].strip().lower()) or ""
    declared = _ascii(declared) or kind
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        _check_json(body)
        return declared
    if response.is_success and (kind.startswith("audio/") or kind in RAW_TYPES):
        return declared
    if response.is_error:
        raise ServiceBroken(f"HTTP {response.status_code}, without JSON")
    raise ServiceBroken("Answered neither JSON nor audio")


def _ascii(value: str | None) -> str | None:
    """The value of a header, if it can be one of ours too."""
    return value if value and value.isascii() else None


def _check_json(body: bytes) -> None:
    if len(body) > MAX_CHECKED_BYTES:
        if body[:256].lstrip()[:1] + body[-256:].rstrip()[-1:] not in (b"{}", b"[]"):
            raise ServiceBroken("Did not answer JSON")
        return
    try:
        from_json(body)
    except ValueError as error:
        raise ServiceBroken("Did not answer JSON") from error
