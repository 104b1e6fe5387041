"""Requests, as they come out of the bytes of a connection. llhttp parses, by way of httptools.

Where llhttp is more lenient than RFC 9112 allows a server to be (about the Host, the version, and
codings of the body besides "chunked"), and where it merges trailers into the headers, this is not.
"""

import re
from typing import Protocol

import httptools

MAX_HEAD_BYTES = 192 * 1024
"""Bytes of a request's line and headers, and of the trailers. A caller with an absurd token is to
be told that it is too long, not that it does not speak HTTP."""

MAX_CHUNK_LINE_BYTES = 4096
"""Bytes of the line that begins a chunk: its size, and extensions that nobody uses."""

END = b"\r\n\r\n"
"""Ends every head, and every body that comes in chunks."""

_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]+)[^\n]{0,%d}\n" % MAX_CHUNK_LINE_BYTES)
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)(.*)", re.DOTALL)

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
        self._pieces: list[bytes] = []  # of a body, out of the bytes that are parsed now
        self._make_parser()
        self._begin()

    def _make_parser(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        # Our protocol closes the connection where a head asks for it. llhttp would do so at a
        # "Connection: close" among the trailers too, and the client has been told otherwise.
        self._parser.set_dangerous_leniencies(lenient_keep_alive=True)

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
        self._chunk_line = b""
        self._chunk_left = 0  # with the line break behind it
        self._has_chunks = False  # all of them: what follows are trailers
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
            if self._pieces:
                body, self._pieces = b"".join(self._pieces), []
                self._listener.body_arrived(body)
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
        if self._is_chunked and self._has_head and not self._has_chunks:
            return self._end_of_chunks(data, at)
        if self._last:
            found = (self._last + data[at : at + 3]).find(END)
            if found >= 0:
                return at + found + len(END) - len(self._last)
        found = data.find(END, at)
        return found + len(END) if found >= 0 else len(data)

    def _end_of_chunks(self, data: bytes, at: int) -> int:
        """Where the line of the last chunk ends. What chunks hold is passed over: to stop at all
        that looks like an end there cost up to 2.4 s a MiB."""
        before = len(self._chunk_line) - at
        rest = self._chunk_line + data[at:]
        at = self._chunk_left
        while at < len(rest) and (line := _CHUNK_LINE.match(rest, at)):
            size = int(line[1], 16)
            at = line.end()
            if not size:
                self._has_chunks = True
                return at - before
            at += size + len(b"\r\n")
        self._chunk_left = max(0, at - len(rest))
        self._chunk_line = rest[at:]  # or what is no such line, which llhttp refuses
        if len(self._chunk_line) > MAX_CHUNK_LINE_BYTES:
            raise Malformed
        return len(data)

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
        self._make_parser()
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
        self._take_host_of_target()
        self._listener.head_arrived()

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

    def on_body(self, piece: bytes) -> None:
        if not self._is_chunked:
            self._body_left -= len(piece)
        self._in_vain = 0
        self._pieces.append(piece)  # one call for all chunks of a packet: they may be tiny

    def on_message_complete(self) -> None:
        if not self._ignores_upgrade:
            self._begin()
