"""The values of a stream: chunks of bytes through a decoder."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from backends.errors import BackendError

M = TypeVar("M", bound=BaseModel)


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


def read_chunk(shape: type[M], value: Any) -> M:
    """A value of a stream as `shape`. Raises BackendError for another shape, and where the backend
    reports an error in mid-stream."""
    if isinstance(value, dict) and "error" in value:
        raise BackendError("Broke off: it reported an error")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise BackendError("Answered JSON of another shape") from error
