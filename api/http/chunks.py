"""A body that comes in chunks (RFC 9112, 7.1)."""

import re

MAX_BETWEEN_BYTES = 4096
"""Bytes from one chunk to the next: a size, and extensions that nobody uses. Also of the trailers
behind the last one."""

_HEX, _TOKEN, _TEXT = rb"[0-9A-Fa-f]", rb"[!#$%&'*+.^_`|~0-9A-Za-z-]", rb"[\t -~\x80-\xff]*+"
_FIELDS = rb"(?:%b++:%b\r\n)*+" % (_TOKEN, _TEXT)
_SIZE = re.compile(rb"\r\n(%b{1,15}+)(?:;%b)?+\r\n" % (_HEX, _TEXT))
_TRAILERS = re.compile(rb"%b\r\n" % _FIELDS)
_BEGUN_SIZE = re.compile(rb"(?:\r(?:\n%b{0,15}+(?:;%b)?+\r?+)?+)?+" % (_HEX, _TEXT))
_BEGUN_TRAILERS = re.compile(rb"%b%b*+(?::%b)?+\r?+" % (_FIELDS, _TOKEN, _TEXT))


class Malformed(Exception):
    """What came is no HTTP, or HTTP that two readers may understand differently."""


class Chunks:
    """Finds what the chunks of one body hold. Trailers are dropped: the application has checked the
    headers by then."""

    is_whole = False

    def __init__(self) -> None:
        self._left = 0  # of the chunk that comes in
        self._between = b"\r\n"  # what came behind the last chunk; here as if there had been one
        self._has_last = False

    def feed(self, data: bytes, at: int) -> tuple[bytes, int]:
        """Take the data from `at` on. Returns what it holds of the body, and where the rest of the
        data begins that is behind the body. Raises Malformed."""
        taken = at - len(self._between)
        data = self._between + data[at:]
        place = self._left
        pieces = [data[:place]]
        while not self._has_last and (line := _SIZE.match(data, place, place + MAX_BETWEEN_BYTES)):
            start, size = line.end(), int(line[1], 16)
            place = start + size
            pieces.append(data[start:place])
            self._has_last = not size
        if self._has_last and (end := _TRAILERS.match(data, place, place + MAX_BETWEEN_BYTES)):
            self.is_whole = True
            return b"".join(pieces), taken + end.end()
        self._left = max(0, place - len(data))
        self._between = data[place:]
        begun = _BEGUN_TRAILERS if self._has_last else _BEGUN_SIZE
        if len(self._between) > MAX_BETWEEN_BYTES or not begun.fullmatch(self._between):
            raise Malformed
        return b"".join(pieces), taken + len(data)
