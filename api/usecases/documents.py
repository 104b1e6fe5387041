"""Reads the text of documents, each in a process of its own that is killed when it takes too long.

Nothing of a document is kept or logged. What is read is shown to a person, who corrects it and
hands it in with the start of an interview.
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import BaseModel, TypeAdapter, ValidationError

from api.documents.errors import TOO_HEAVY
from api.usecases.children import child
from api.usecases.errors import DocumentsBusy, DocumentUnreadable, ReadsNoDocuments
from statemachine.brief import MAX_DOCUMENT_CHARS

MODULE = "api.documents.process"

SECONDS = 10.0
"""For one document, from the start of its process to its end."""

AT_ONCE = 2
"""Documents that are read at once: each may take a processor, and as much memory as `MEMORY_BYTES`
says in the process."""

WAITING = 8
"""Documents that are here at once, each in memory."""

WAIT_SECONDS = 5.0
"""How long one waits for others, each time. It must be less than a client has to send its body
(`REQUEST_SECONDS`), which is read only then."""

# No other variable is a reader's business: some hold secrets.
_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


class DocumentText(BaseModel):
    """The text, of at most 20,000 characters; `truncated`: the document has more. `pages`: how many
    it has, where its kind knows pages."""

    text: str
    truncated: bool
    pages: int | None = None


class _Unreadable(BaseModel):
    unreadable: str


class _Missing(BaseModel):
    missing: str


_ANSWER: TypeAdapter[DocumentText | _Unreadable | _Missing] = TypeAdapter(
    DocumentText | _Unreadable | _Missing
)


class Documents:
    """Reads documents, so many at once that others still get their share."""

    def __init__(self, *, seconds: float = SECONDS, wait_seconds: float = WAIT_SECONDS) -> None:
        self._seconds = seconds
        self._wait_seconds = wait_seconds
        self._waiting = asyncio.Semaphore(WAITING)
        self._reading = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for a document in memory. Take it before the body is read. Raises
        DocumentsBusy."""
        async with self._one_of(self._waiting):
            yield

    async def text_of(self, document: bytes, media_type: str) -> DocumentText:
        """The document's text, within a place. Cancelling it ends the process. Raises
        DocumentUnreadable, DocumentsBusy or ReadsNoDocuments."""
        async with self._one_of(self._reading):
            printed = await self._read(document, media_type)
        try:
            answer = _ANSWER.validate_json(printed)
        except ValidationError:  # it was ended by its own limits, before it said anything
            raise DocumentUnreadable(TOO_HEAVY) from None
        match answer:
            case _Unreadable():
                raise DocumentUnreadable(answer.unreadable)
            case _Missing():
                raise ReadsNoDocuments(answer.missing)
        return answer

    async def _read(self, document: bytes, media_type: str) -> bytes:
        env = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        arguments = (media_type, str(MAX_DOCUMENT_CHARS))
        try:
            async with (
                asyncio.timeout(self._seconds),
                child("-m", MODULE, *arguments, env=env, stderr=DEVNULL) as process,
            ):
                printed, _ = await process.communicate(document)
                return printed
        except TimeoutError:
            raise DocumentUnreadable(TOO_HEAVY) from None
        except OSError as error:
            raise DocumentsBusy from error

    @asynccontextmanager
    async def _one_of(self, places: asyncio.Semaphore) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await places.acquire()
        except TimeoutError:
            raise DocumentsBusy from None
        try:
            yield
        finally:
            places.release()
