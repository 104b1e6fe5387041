"""A backend's pieces, played to their end or closed before it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.models import ModelCatalogue
from backends.ollama import OllamaBackend
from backends.services import OLLAMA
from backends.turn import End, Piece, Status, Words
from tests.backends.surroundings import PATIENCE, running, urls_of
from tests.fakes import FakeServer

Pieces = AsyncGenerator[Piece, None]


@dataclass(frozen=True)
class Said:
    """All that a backend gave."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Words))

    @property
    def statuses(self) -> list[Status]:
        return [piece for piece in self.pieces if isinstance(piece, Status)]

    @property
    def phases(self) -> list[str]:
        return [str(status.phase) for status in self.statuses]

    @property
    def model(self) -> str | None:
        """The one that spoke in the end."""
        return self.statuses[-1].model

    @property
    def end(self) -> End:
        """Which is there once, and last."""
        (end,) = [piece for piece in self.pieces if isinstance(piece, End)]
        assert self.pieces[-1] is end
        return end


async def all_of(pieces: Pieces) -> Said:
    async with asyncio.timeout(PATIENCE), aclosing(pieces):
        return Said(tuple([piece async for piece in pieces]))


def said_by(pieces: Pieces) -> Said:
    """All that a backend without connections gives."""
    return asyncio.run(all_of(pieces))


def said_through(server: FakeServer, ask: Callable[[Service], Pieces]) -> Said:
    """All that a backend of the service gives."""

    async def play() -> Said:
        async with aclosing(Connections()) as connections:
            return await all_of(ask(Service(connections, Address(server.url))))

    return asyncio.run(play())


async def failure_of(pieces: Pieces) -> tuple[Said, str]:
    """What was given before the error, and its reason."""
    given: list[Piece] = []
    try:
        async with asyncio.timeout(PATIENCE), aclosing(pieces):
            async for piece in pieces:
                given.append(piece)  # noqa: PERF401 - those before the error count
    except BackendError as error:
        return Said(tuple(given)), str(error)
    raise AssertionError(f"no error after {given}")


@dataclass(frozen=True)
class OllamaParts:
    """An Ollama backend and what it works with, when the first round is over."""

    backend: OllamaBackend
    catalogue: ModelCatalogue
    loader: ModelLoader
    service: Service


@asynccontextmanager
async def ollama_parts(server: FakeServer) -> AsyncIterator[OllamaParts]:
    urls = urls_of([server])
    async with aclosing(Connections()) as connections:
        service = Service(connections, urls[OLLAMA])
        async with aclosing(ModelLoader(service)) as loader:
            catalogue = ModelCatalogue(connections, urls, loader)
            async with running(catalogue):
                await catalogue.models(within=PATIENCE)
                yield OllamaParts(
                    OllamaBackend(service, catalogue, loader), catalogue, loader, service
                )
