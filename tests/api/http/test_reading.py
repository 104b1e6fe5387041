"""What the bytes of a connection mean, however they are cut, and what is no request at all."""

import pytest

from api.http.reading import MAX_HEAD_BYTES, Malformed, Reader

HOST = b"Host: localhost\r\n"
LOOK = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /start HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
LOOKED = ("GET", b"/health", b"")


class Heard:
    """All requests that a connection's bytes hold, as method, target and body."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes, bytes]] = []
        self.names: list[bytes] = []
        self.reader = Reader(self)

    def head_arrived(self) -> None:
        self.requests.append((self.reader.method, self.reader.target, b""))
        self.names = [name for name, _ in self.reader.headers]

    def body_arrived(self, piece: bytes) -> None:
        method, target, body = self.requests[-1]
        self.requests[-1] = (method, target, body + piece)

    def hear(self, data: bytes, size: int) -> "Heard":
        """All of it, in pieces of this size. No more than one request is taken at a time."""
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            while piece:
                before = len(self.requests)
                piece = piece[self.reader.feed(piece) :]
                assert len(self.requests) <= before + 1
        return self


SIZES = (1, 3, 7, 1 << 20)

UNDERSTOOD = {
    "several": (LOOK * 3, [LOOKED] * 3),
    "a body and another": (
        POST + b"Content-Length: 5\r\n\r\n\r\n\r\n!" + LOOK,
        [("POST", b"/start", b"\r\n\r\n!"), LOOKED],
    ),
    "chunks that hold what ends them": (
        CHUNKED + b"\r\n4\r\n\r\n\r\n\r\n2;x=y\r\nhi\r\n0\r\n\r\n" + LOOK,
        [("POST", b"/start", b"\r\n\r\nhi"), LOOKED],
    ),
    "trailers": (
        CHUNKED + b"\r\n2\r\nhi\r\n0\r\nAuthorization: x\r\nHost: evil\r\n\r\n" + LOOK,
        [("POST", b"/start", b"hi"), LOOKED],
    ),
    "a body with an upgrade to HTTP/2": (
        POST
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
        + b"Content-Length: %d\r\n\r\n" % len(LOOK)
        + LOOK * 2,
        [("POST", b"/start", LOOK), LOOKED],
    ),
    "chunks with an upgrade": (
        CHUNKED
        + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n2\r\nhi\r\n0\r\nX: y\r\n\r\n"
        + LOOK,
        [("POST", b"/start", b"hi"), LOOKED],
    ),
    "an upgrade without a body": (
        LOOK[:-2] + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" + LOOK,
        [LOOKED] * 2,
    ),
    "another host in the target": (
        b"GET http://evil.example/health HTTP/1.1\r\n" + HOST + b"\r\n",
        [("GET", b"http://evil.example/health", b"")],
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", UNDERSTOOD)
def test_requests_are_the_same_however_they_are_cut(what: str, size: int) -> None:
    data, requests = UNDERSTOOD[what]
    heard = Heard().hear(data, size)
    assert heard.requests == requests
    assert not heard.reader.is_arriving
    assert b"authorization" not in heard.names


def framed(*lines: bytes, body: bytes = b"2\r\nhi\r\n0\r\n\r\n") -> bytes:
    return POST + b"".join(b"%b\r\n" % line for line in lines) + b"\r\n" + body


AMBIGUOUS = {
    "both framings": framed(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "both, the other way round": framed(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
    "two lengths": framed(b"Content-Length: 2", b"Content-Length: 2", body=b"hi"),
    "two lengths in one": framed(b"Content-Length: 2, 2", body=b"hi"),
    "a length with a sign": framed(b"Content-Length: +2", body=b"hi"),
    "a length that is too long": framed(b"Content-Length: " + b"9" * 30, body=b""),
    "no length": framed(b"Content-Length: ", body=b""),
    "a coding before chunks": framed(b"Transfer-Encoding: gzip, chunked"),
    "a coding in another line": framed(b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked"),
    "chunks twice": framed(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "chunks after a control": framed(b"Transfer-Encoding: \x0bchunked"),
    "chunks, with a space": framed(b"Transfer-Encoding : chunked"),
    "chunks in a folded line": framed(b"Transfer-Encoding:", b" chunked"),
    "no coding": framed(b"Transfer-Encoding: identity", body=b""),
    "a size in C": CHUNKED + b"\r\n0x2\r\nhi\r\n0\r\n\r\n",
    "a size that overflows": CHUNKED + b"\r\n10000000000000002\r\nhi\r\n0\r\n\r\n",
    "a chunk that is too long": CHUNKED + b"\r\n2\r\nhi!!0\r\n\r\n",
    "an extension with a bare LF": CHUNKED + b"\r\n2;x\nhi\r\n0\r\n\r\n",
    "a chunk with a bare LF": CHUNKED + b"\r\n2\r\nhi\n0\r\n\r\n",
    "a bare LF": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a bare LF at the end": b"GET / HTTP/1.1\r\nHost: localhost\r\n\n",
    "a bare CR": b"GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "a head that ends in CR": b"GET / HTTP/1.1\r\nHost: localhost\r\n\rX: y\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n",
    "a control": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another version": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "bytes beyond ASCII": b"GET /\xe4 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a head without end": LOOK[:-2] + b"X: " + b"x" * MAX_HEAD_BYTES,
    "headers without end": LOOK[:-2] + b"X: y\r\n" * MAX_HEAD_BYTES,
    "trailers without end": CHUNKED + b"\r\n0\r\n" + b"X: y\r\n" * MAX_HEAD_BYTES,
    "an extension without end": CHUNKED + b"\r\n2;" + b"x" * MAX_HEAD_BYTES,
}
"""A proxy in front might see a request here where the gateway sees a part of another one; or it has
no end."""


@pytest.mark.parametrize("what", AMBIGUOUS)
def test_what_can_be_understood_in_two_ways_is_refused(what: str) -> None:
    data = AMBIGUOUS[what]
    for size in SIZES if len(data) < MAX_HEAD_BYTES else (4096, 1 << 20):
        with pytest.raises(Malformed):
            Heard().hear(data, size)
