"""HTTP clients for the servers that tests start on this machine. None of these serves https."""

import ssl
from typing import Any, TypedDict

import httpx

from tests.stopwatch import Stopwatch


class _Plain(TypedDict):
    verify: ssl.SSLContext
    trust_env: bool


PLAIN = _Plain(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False)
"""Options of a client that trusts nobody and asks no proxy. A client that is given no context
reads the certificates of all public CAs: 40 ms, half of what a gateway's start and stop took."""


def http_client(**given: Any) -> httpx.Client:
    hooks: dict[str, list[Any]] = {"request": [_begin], "response": [_end]}
    return httpx.Client(**PLAIN, event_hooks=hooks, **given)


def seconds_to(response: httpx.Response) -> float:
    """Seconds until an answer to `http_client` began, less what the machine delayed."""
    seconds: float = response.extensions["seconds"]
    return seconds


def _begin(request: httpx.Request) -> None:
    request.extensions["watch"] = Stopwatch()


def _end(response: httpx.Response) -> None:
    response.extensions["seconds"] = response.request.extensions["watch"].seconds()


def async_http_client(**given: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(**PLAIN, **given)
