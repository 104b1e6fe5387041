"""Requests, as they come out of the bytes of a connection. llhttp parses their heads, by way of
httptools.

Where llhttp is more lenient than RFC 9112 allows a server to be (about the Host, the version, and
codings of the body besides "chunked"), this is not.
"""

import re
from typing import Protocol

import httptools

from api.http.chunks import Chunks, Malformed

MAX_HEAD_BYTES = 192 * 1024
"""Bytes of a request's line and headers. A caller with an absurd token is to be told that it is too
long, not that it does not speak HTTP."""

END = b"\r\n\r\n"
"""Ends every head."""

_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)(.*)", re.DOTALL)

VERSIONS = ("1.1", "1.0")

_LOOKED_AT = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})


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
        self._head_bytes = 0
        self._last = b""  # bytes of the head, among which its end may begin
        self._has_head = False
        self._hosts = 0
        self._left = 0  # of a body whose length was declared
        self._chunks: Chunks | None = None

    def feed(self, data: bytes) -> int:
        """Take the data, to the end of a request at most. Returns how many bytes were taken: less
        than all if the next request begins behind them. Raises Malformed."""
        at = 0
        while at < len(data):
            self.is_arriving = True
            at = self._read_body(data, at) if self._has_head else self._read_head(data, at)
            if not self.is_arriving:
                break
        return at

    def close(self) -> None:
        """Let go of the parser, which refers to this."""
        del self._parser

    def _read_head(self, data: bytes, at: int) -> int:
        end = self._end_of_head(data, at)
        piece = data[at:end]
        self._last = (self._last + piece[-3:])[-3:]
        self._head_bytes += len(piece)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise Malformed
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # to nothing: the request is one of HTTP, with a body or without
        except httptools.HttpParserError as error:
            raise Malformed from error
        if self._has_head:
            self._take_head()
        return end

    def _end_of_head(self, data: bytes, at: int) -> int:
        """Where the head may end: llhttp cannot be stopped there."""
        if self._last:
            found = (self._last + data[at : at + 3]).find(END)
            if found >= 0:
                return at + found + len(END) - len(self._last)
        found = data.find(END, at)
        return found + len(END) if found >= 0 else len(data)

    def _take_head(self) -> None:
        if self.version not in VERSIONS or self._hosts > 1:
            raise Malformed
        if self.version == "1.1" and not self._hosts:
            raise Malformed
        has_body = self._chunks is not None or self._left > 0
        self.must_ask &= has_body and self.version == "1.1"  # 1.0 knows of no 100
        self.keeps_alive &= self.version == "1.1" and self.method != "CONNECT"
        self._take_host_of_target()
        self._listener.head_arrived()
        if has_body:
            self._parser = httptools.HttpRequestParser(self)  # that one waits for the body
        else:
            self._begin()

    def _take_host_of_target(self) -> None:
        """Of a target in absolute form, which proxies get: its host counts, and the header does not
        (RFC 9112, 3.2.2)."""
        absolute = _ABSOLUTE.fullmatch(self.target)
        if absolute is None:
            return
        host, rest = absolute.groups()
        self.target = rest if rest.startswith(b"/") else b"/" + rest
        others = [header for header in self.headers if header[0] != b"host"]
        self.headers = [(b"host", host), *others]

    def _read_body(self, data: bytes, at: int) -> int:
        if self._chunks is not None:
            piece, end = self._chunks.feed(data, at)
            is_whole = self._chunks.is_whole
        else:
            piece = data[at : at + self._left]
            end = at + len(piece)
            self._left -= len(piece)
            is_whole = not self._left
        if piece:
            self._listener.body_arrived(piece)
        if is_whole:
            self._begin()
        return end

    # What httptools calls

    def on_url(self, piece: bytes) -> None:
        self.target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        name, value = name.lower(), value.rstrip(b" \t")
        if name in _LOOKED_AT:
            self._look_at(name, value)
        self.headers.append((name, value))

    def _look_at(self, name: bytes, value: bytes) -> None:
        if name == b"host":
            self._hosts += 1
        elif name == b"content-length":
            self._left = int(value)
        elif name == b"expect":
            self.must_ask = value.lower() == b"100-continue"
        elif self._chunks is not None or value.lower() != b"chunked":
            raise Malformed
        else:
            self._chunks = Chunks()

    def on_headers_complete(self) -> None:
        # llhttp forgets these with the end of a request, which may be here.
        self._has_head = True
        self.method = self._parser.get_method().decode("ascii")
        self.version = self._parser.get_http_version()
        self.keeps_alive = self._parser.should_keep_alive()
