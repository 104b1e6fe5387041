"""A stream's bytes, cut into chunks anywhere, and what a decoder makes of them."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from backends.errors import BackendError
from backends.streams import Decoder


def decoded(decoder: Decoder, chunks: Iterable[bytes]) -> tuple[list[Any], str | None]:
    """The values, and the reason for which there are no more."""
    found: list[Any] = []
    try:
        for chunk in chunks:
            for value in decoder.feed(chunk):
                found.append(value)  # noqa: PERF402 - those before an error count
        for value in decoder.finish():
            found.append(value)  # noqa: PERF402
    except BackendError as error:
        return found, str(error)
    return found, None


def split_anywhere(data: st.DataObject, stream: bytes) -> list[bytes]:
    """The bytes in chunks of any length, some of them empty."""
    places = st.integers(0, len(stream))
    cuts = sorted(data.draw(st.lists(places, max_size=20)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
