"""NDJSON: a JSON value on each line, as Ollama streams its answers. Bytes in, values out."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from backends.errors import BackendError
from backends.lines import BROKE_OFF, NOT_JSON, LineCutter


class NdjsonDecoder:
    """Reads a stream that may be cut into chunks anywhere. Empty lines are no values."""

    def __init__(self) -> None:
        self._lines = LineCutter()

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """The values that are whole with this chunk. Raises BackendError, when it has given those
        before, for a line that cannot be read."""
        for line in self._lines.feed(chunk):
            if line.strip():
                yield _value(line)

    def finish(self) -> Iterator[Any]:
        """The last value, if no line break stood behind it. Raises BackendError for half of one."""
        line = self._lines.finish().strip()
        if line:
            try:
                yield from_json(line)
            except ValueError as error:
                raise BackendError(BROKE_OFF) from error


def _value(line: bytes) -> Any:
    try:
        return from_json(line)
    except ValueError as error:
        raise BackendError(NOT_JSON) from error
