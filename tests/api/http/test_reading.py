"""What the bytes of a connection mean, however they are cut, and what is no request at all."""

import pytest

from api.http.chunks import MAX_BETWEEN_BYTES, Malformed
from api.http.reading import MAX_HEAD_BYTES, Reader

HOST = b"Host: localhost\r\n"
LOOK = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /start HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
LOOKED = ("GET", b"/health", b"")
ENDS = b"\r\n0\r\n\r\n" * 4 + b"\r\n"


class Heard:
    """All requests that a connection's bytes hold, as method, target and body."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes, bytes]] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces = 0
        self.reader = Reader(self)

    def head_arrived(self) -> None:
        self.requests.append((self.reader.method, self.reader.target, b""))
        self.headers = self.reader.headers

    def body_arrived(self, piece: bytes) -> None:
        method, target, body = self.requests[-1]
        self.requests[-1] = (method, target, body + piece)
        self.pieces += 1

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
    "chunks that hold ends": (
        CHUNKED + b"\r\n001E;x=y\r\n" + ENDS + b"\r\n0007\r\n\r\n0\r\n\r\n\r\n00;x\r\n\r\n" + LOOK,
        [("POST", b"/start", ENDS + b"\r\n0\r\n\r\n"), LOOKED],
    ),
    "trailers about the connection": (
        CHUNKED + b"\r\n0\r\nConnection: close, upgrade\r\nUpgrade: h2c\r\n\r\n" + LOOK,
        [("POST", b"/start", b""), LOOKED],
    ),
    "a whole URL as target": (
        b"GET http://localhost/health HTTP/1.1\r\n" + HOST + b"\r\n" + LOOK,
        [LOOKED] * 2,
    ),
    "a URL without a path": (
        b"GET HTTPS://localhost?a=/b HTTP/1.1\r\n" + HOST + b"\r\n",
        [("GET", b"/?a=/b", b"")],
    ),
    "a URL of another protocol": (
        b"GET ftp://localhost/health HTTP/1.1\r\n" + HOST + b"\r\n",
        [("GET", b"ftp://localhost/health", b"")],
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", UNDERSTOOD)
def test_requests_are_the_same_however_they_are_cut(what: str, size: int) -> None:
    data, requests = UNDERSTOOD[what]
    heard = Heard().hear(data, size)
    assert heard.requests == requests
    assert not heard.reader.is_arriving
    assert b"authorization" not in dict(heard.headers)


@pytest.mark.parametrize("rest", [b"HTTP/1.1\r\n" + HOST, b"HTTP/1.0\r\n"])
def test_the_host_of_a_whole_url_counts_and_the_header_does_not(rest: bytes) -> None:
    heard = Heard().hear(b"GET http://evil.example:8000/health " + rest + b"\r\n", 7)
    assert heard.headers == [(b"host", b"evil.example:8000")]


def test_all_chunks_of_a_packet_are_one_piece_of_the_body() -> None:
    """Each piece costs the gateway some microseconds, and what chunks hold may look like an end."""
    heard = Heard().hear(CHUNKED + b"\r\n" + b"%x\r\n%b\r\n" % (len(ENDS), ENDS) * 999, 1 << 20)
    assert heard.requests == [("POST", b"/start", ENDS * 999)]
    assert heard.pieces == 1


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
    "a size with a sign": CHUNKED + b"\r\n-5\r\nhi\r\n0\r\n\r\n",
    "a size with a score": CHUNKED + b"\r\n0_2\r\nhi\r\n0\r\n\r\n",
    "a size that never ends": CHUNKED + b"\r\n" + b"0" * 16,
    "a size before a space": CHUNKED + b"\r\n2 \r\nhi\r\n0\r\n\r\n",
    "a size after a space": CHUNKED + b"\r\n 2\r\nhi\r\n0\r\n\r\n",
    "no size": CHUNKED + b"\r\n\r\n0\r\n\r\n",
    "a chunk that is too long": CHUNKED + b"\r\n2\r\nhi!!0\r\n\r\n",
    "an extension with a bare LF": CHUNKED + b"\r\n2;x\nhi\r\n0\r\n\r\n",
    "an extension with a bare CR": CHUNKED + b"\r\n2;x\rhi\r\n0\r\n\r\n",
    "a chunk with a bare LF": CHUNKED + b"\r\n2\r\nhi\n0\r\n\r\n",
    "a trailer that is folded": CHUNKED + b"\r\n0\r\nX: y\r\n z\r\n\r\n",
    "a trailer with a bare LF": CHUNKED + b"\r\n0\r\nX: y\n\r\n",
    "a trailer with a space": CHUNKED + b"\r\n0\r\nX : y\r\n\r\n",
    "no trailer": CHUNKED + b"\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
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
    "an extension without end": CHUNKED + b"\r\n2;" + b"x" * MAX_BETWEEN_BYTES,
}
"""A proxy in front might see a request here where the gateway sees a part of another one; or it has
no end."""


@pytest.mark.parametrize("what", AMBIGUOUS)
def test_what_can_be_understood_in_two_ways_is_refused(what: str) -> None:
    data = AMBIGUOUS[what]
    for size in SIZES if len(data) < MAX_HEAD_BYTES else (4096, 1 << 20):
        with pytest.raises(Malformed):
            Heard().hear(data, size)
