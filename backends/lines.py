"""Bytes that come in chunks, cut into lines. A chunk may end anywhere: within a line, a line break
or a character."""

from collections.abc import Iterator

from backends.errors import BackendError

MAX_LINE_BYTES = 256 * 1024
"""A piece of a reply takes a few hundred bytes. A line is parsed in one go, while nobody else is
answered, so its length is limited."""

BROKE_OFF = "Broke off its answer"
NOT_JSON = "Sent a line that is not JSON"

_BOM = b"\xef\xbb\xbf"


def too_long() -> BackendError:
    return BackendError(f"Sent a line of more than {MAX_LINE_BYTES // 1024} KiB")


class LineCutter:
    """Gives whole lines, without their LF or CR LF. The first is without a byte order mark."""

    def __init__(self) -> None:
        self._unfinished = bytearray()
        self._is_first = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that end in this chunk. Raises BackendError, when it has given those before,
        for a line that is too long, ended or not."""
        first, *rest = chunk.split(b"\n")
        self._unfinished += first
        for piece in rest:
            yield self._taken()
            self._unfinished += piece
        self._check(len(self._unfinished))

    def finish(self) -> bytes:
        """What stands behind the last line break."""
        return self._taken()

    def _taken(self) -> bytes:
        self._check(len(self._unfinished))
        line = bytes(self._unfinished).removesuffix(b"\r")
        self._unfinished.clear()
        if self._is_first:
            line = line.removeprefix(_BOM)
            self._is_first = False
        return line

    def _check(self, length: int) -> None:
        if length > MAX_LINE_BYTES:
            raise too_long()
