"""Requests, as they come out of the bytes of a connection. llhttp parses, by way of httptools.

Where llhttp is more lenient than RFC 9112 allows a server to be (about the Host, the version, and
codings of the body besides "chunked"), and where it merges trailers into the headers, this is not.
"""

from typing import Protocol

import httptools

MAX_HEAD_BYTES = 192 * 1024
"""Bytes of a request's line and headers; of the extensions of a chunk; and of the trailers. A
caller with an absurd token is to be told that it is too long, not that it does not speak HTTP."""

END = b"\r\n\r\n"
"""Ends every head, and every body that comes in chunks."""

VERSIONS = ("1.1", "1.0")

_LOOKED_AT = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})


class Malformed(Exception):
    """What came is no HTTP, or HTTP that two readers may understand differently."""


class Listener(Protocol):
    """Whoever is told what a `Reader` has found."""

    def head_arrived(self) -> None:
        """The head of a request is in; the reader's attributes say what it holds."""

    def body_arrived(self, piece: bytes) -> None:
        """So is a piece of its body."""


class Reader:
    """Finds one request at a time. httptools calls the methods whose names begin with `on_`."""

    is_arriving = False
    """Some of a request is in, and not all of it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def _begin(self) -> None:
        self.is_arriving = False
        self.method = self.version = ""
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.keeps_alive = False
        self.must_ask = False
        """The client waits for a 100 before it sends the body."""
        self._has_head = self._is_chunked = self._ignores_upgrade = False
        self._hosts = 0
        self._body_left = 0  # of a body whose length was declared
        self._in_vain = 0  # bytes since the request began, or since the last piece of its body
        self._last = b""

    def feed(self, data: bytes) -> int:
        """Take the data, to the end of a request at most. Returns how many bytes were taken: less
        than all if the next request begins behind them. Raises Malformed."""
        at = 0
        while at < len(data):
            end = self._end_of_piece(data, at)
            piece = data if end - at == len(data) else data[at:end]
            self.is_arriving = True
            self._in_vain += len(piece)
            self._last = (self._last + piece[-3:])[-3:]
            self._parse(piece)
            at = end
            if not self.is_arriving:
                break
            if self._in_vain > MAX_HEAD_BYTES:
                raise Malformed
        return at

    def close(self) -> None:
        """Let go of the parser, which refers to this."""
        del self._parser

    def _end_of_piece(self, data: bytes, at: int) -> int:
        """Where the request under way may end: llhttp cannot be stopped there."""
        if self._has_head and self._body_left:
            return min(at + self._body_left, len(data))
        if self._last:
            found = (self._last + data[at : at + 3]).find(END)
            if found >= 0:
                return at + found + len(END) - len(self._last)
        found = data.find(END, at)
        return found + len(END) if found >= 0 else len(data)

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            if upgrade.args[0] != len(piece):
                raise Malformed from upgrade
            if self._ignores_upgrade:
                self._go_on_in_http()
        except httptools.HttpParserError as error:
            raise Malformed from error

    def _go_on_in_http(self) -> None:
        """Read the body of a request that asks for another protocol too, as Java's clients do: it
        stays with HTTP, where llhttp would take the body for that protocol."""
        framing = b"Transfer-Encoding: chunked"
        if not self._is_chunked:
            framing = b"Content-Length: %d" % self._body_left
        self._ignores_upgrade = False
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)

    # What httptools calls

    def on_url(self, piece: bytes) -> None:
        if not self._has_head:
            self.target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:
            return  # a trailer: the application has checked the headers by now
        name, value = name.lower(), value.rstrip(b" \t")
        if name in _LOOKED_AT:
            self._look_at(name, value)
        self.headers.append((name, value))

    def _look_at(self, name: bytes, value: bytes) -> None:
        if name == b"host":
            self._hosts += 1
        elif name == b"content-length":
            self._body_left = int(value)
        elif name == b"expect":
            self.must_ask = value.lower() == b"100-continue"
        elif self._is_chunked or value.lower() != b"chunked":
            raise Malformed
        else:
            self._is_chunked = True

    def on_headers_complete(self) -> None:
        if self._has_head:
            return
        self._has_head = True
        parser = self._parser
        self.version = parser.get_http_version()
        if self.version not in VERSIONS or self._hosts > 1 or self._in_vain > MAX_HEAD_BYTES:
            raise Malformed
        if self.version == "1.1" and not self._hosts:
            raise Malformed
        self.method = parser.get_method().decode("ascii")
        may_go_on = self.version == "1.1" and self.method != "CONNECT"
        self.keeps_alive = may_go_on and parser.should_keep_alive()
        has_body = self._is_chunked or self._body_left > 0
        self.must_ask &= has_body and self.version == "1.1"  # 1.0 knows of no 100
        self._ignores_upgrade = has_body and parser.should_upgrade()
        self._listener.head_arrived()

    def on_body(self, piece: bytes) -> None:
        if not self._is_chunked:
            self._body_left -= len(piece)
        self._in_vain = 0
        self._listener.body_arrived(piece)

    def on_message_complete(self) -> None:
        if not self._ignores_upgrade:
            self._begin()
