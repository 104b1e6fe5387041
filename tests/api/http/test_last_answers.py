"""What a client reads of the last answer on its connection."""

import socket
from urllib.parse import urlsplit

import pytest

from api.http.limits import MAX_BODY_BYTES
from tests.gateways import Served

POST = b"POST %b HTTP/%b\r\nHost: localhost\r\nContent-Type: application/json\r\n"
START = b"/api/v1/interviews/start"
LARGE = MAX_BODY_BYTES * 6
"""More than the system takes of a body that nobody reads."""


def answers_to(gateway: Served, request: bytes) -> bytes:
    """All that comes till the gateway closes. Raises ConnectionError where it breaks off."""
    address = urlsplit(gateway.url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=20) as sock:
        sock.sendall(request)
        while piece := sock.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize(("version", "more"), [(b"1.1", b"Connection: close\r\n"), (b"1.0", b"")])
def test_who_sends_too_much_and_asks_once_reads_why_it_was_refused(
    alone: Served, version: bytes, more: bytes
) -> None:
    head = POST % (START, version) + more + b"Content-Length: %d\r\n\r\n" % LARGE
    assert answers_to(alone, head + b"x" * LARGE).startswith(b"HTTP/1.1 413 ")
