"""Server-sent events with JSON as their data, as OpenAI's API streams its answers. Bytes in, values
out. The format is WHATWG's "Parsing an event stream", without lone CRs as line breaks."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from backends.errors import BackendError
from backends.lines import BROKE_OFF, MAX_LINE_BYTES, NOT_JSON, LineCutter, too_long

_DONE = b"[DONE]"


class SseDecoder:
    """Reads a stream that may be cut into chunks anywhere. Comments, names and ids of events are
    passed over; nothing is read after `[DONE]`."""

    def __init__(self) -> None:
        self._lines = LineCutter()
        self._data: list[bytes] = []
        self._size = 0
        self.is_done = False
        """`[DONE]` has come."""

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """The data of the events that are whole with this chunk. Raises BackendError, when it has
        given those before, for data that cannot be read."""
        for line in () if self.is_done else self._lines.feed(chunk):
            yield from self._read(line)
            if self.is_done:
                return

    def finish(self) -> Iterator[Any]:
        """The last event's data, if no empty line stood behind it. Raises BackendError for half of
        one."""
        if self.is_done:
            return
        try:
            values = [*self._read(self._lines.finish()), *self._dispatched()]
        except BackendError as error:
            raise BackendError(BROKE_OFF) from error
        yield from values

    def _read(self, line: bytes) -> list[Any]:
        if not line:
            return self._dispatched()
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
            if self._size > MAX_LINE_BYTES:
                raise too_long()
        return []

    def _dispatched(self) -> list[Any]:
        data, self._data, self._size = b"\n".join(self._data).strip(), [], 0
        if not data:
            return []
        if data == _DONE:
            self.is_done = True
            return []
        try:
            return [from_json(data)]
        except ValueError as error:
            raise BackendError(NOT_JSON) from error
