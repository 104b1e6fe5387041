"""The parts of `backends`, wired as the gateway wires them, before fakes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from backends.address import Address
from backends.chain import Chain
from backends.conversation import ConversationBackend
from backends.granite import GraniteBackend
from backends.health import HealthMonitor
from backends.http import Connections, Service
from backends.models import ModelCatalogue
from backends.ollama import OllamaBackend
from backends.services import CONVERSATION, GRANITE, OLLAMA, SERVICES
from backends.templates import TemplatesBackend
from backends.turn import Backend
from tests.fakes import FakeServer

NOWHERE = "http://127.0.0.1:9"  # the port named discard: a connection is refused at once
PATIENCE = 3.0  # seconds after which a test gives up
TEMPLATES_BACKEND = TemplatesBackend()  # it keeps nothing from one interview to the next

T = TypeVar("T")


class Runs(Protocol):
    async def run(self) -> None: ...


@dataclass(frozen=True)
class Stage:
    """The backends and their chain, once every service has been probed and asked for its models."""

    backends: dict[str, Backend]
    chain: Chain


def urls_of(servers: Iterable[FakeServer]) -> dict[str, Address]:
    """Where each of the seven services is; those that are not given refuse."""
    nowhere = dict.fromkeys((info.name for info in SERVICES), Address(NOWHERE))
    return nowhere | {server.name: Address(server.url) for server in servers}


@asynccontextmanager
async def running(*parts: Runs) -> AsyncIterator[None]:
    """Their rounds, for as long as the block takes."""
    rounds = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
    finally:
        for task in rounds:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def staged(servers: Iterable[FakeServer], play: Callable[[Stage], Awaitable[T]]) -> T:
    """What `play` makes of a stage before these servers."""
    urls = urls_of(servers)

    async def perform() -> T:
        async with aclosing(Connections()) as connections:
            health, catalogue = HealthMonitor(connections, urls), ModelCatalogue(connections, urls)
            backends: list[Backend] = [
                GraniteBackend(Service(connections, urls[GRANITE])),
                ConversationBackend(Service(connections, urls[CONVERSATION])),
                OllamaBackend(Service(connections, urls[OLLAMA]), catalogue),
            ]
            chain = Chain(
                backends,
                TEMPLATES_BACKEND,
                offline_reason=health.offline_reason,
                source_of=catalogue.source_of,
            )
            async with running(health, catalogue):
                await health.statuses(within=PATIENCE)
                await catalogue.models(within=PATIENCE)
                return await play(Stage({backend.name: backend for backend in backends}, chain))

    return asyncio.run(perform())


async def eventually(holds: Callable[[], bool]) -> None:
    """Until it holds; a claim that fails when it never does."""
    gives_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < gives_up
        await asyncio.sleep(0.01)
