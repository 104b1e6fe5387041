"""The values of a stream: chunks of bytes through a decoder."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Protocol


class Decoder(Protocol):
    def feed(self, chunk: bytes) -> Iterator[Any]: ...

    def finish(self) -> Iterator[Any]: ...


async def values_of(
    chunks: AsyncGenerator[bytes, None], decoder: Decoder
) -> AsyncGenerator[Any, None]:
    """Each value as soon as it is whole. Closing it closes the stream. Raises BackendError."""
    async with aclosing(chunks):
        async for chunk in chunks:
            for value in decoder.feed(chunk):
                yield value
        for value in decoder.finish():
            yield value
