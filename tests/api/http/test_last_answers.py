"""What a client reads of the last answer on its connection, and when an answer is the last one."""

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


@pytest.mark.parametrize(("path", "length"), [(b"/nowhere", 2), (START, LARGE)])
def test_an_answer_in_place_of_a_100_is_the_last_one(
    alone: Served, path: bytes, length: int
) -> None:
    """A body might come behind it, or another request: two readers could differ."""
    head = POST % (path, b"1.1") + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length
    status = b"HTTP/1.1 404 " if length == 2 else b"HTTP/1.1 413 "
    answer = answers_to(alone, head)
    assert answer.startswith(status)
    assert b"\r\nconnection: close\r\n" in answer


def test_a_client_of_http_1_0_gets_no_100(alone: Served) -> None:
    head = POST % (START, b"1.0") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert answers_to(alone, head + b"{}").startswith(b"HTTP/1.1 422 ")
