"""The chain of `backends`, wired as the gateway wires it, before fakes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

from backends.chain import Chain
from backends.conversation import ConversationBackend
from backends.granite import GraniteBackend
from backends.health import HealthMonitor
from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.models import ModelCatalogue
from backends.ollama import OllamaBackend
from backends.services import CONVERSATION, GRANITE, OLLAMA
from backends.templates import Templates
from tests.backends.surroundings import PATIENCE, running, urls_of
from tests.fakes import FakeServer

TEMPLATES = Templates()  # which keep nothing from one interview to the next

T = TypeVar("T")


def staged(servers: Iterable[FakeServer], play: Callable[[Chain], Awaitable[T]]) -> T:
    """What `play` makes of a chain before these servers, once every service has been probed and
    asked for its models."""
    urls = urls_of(servers)

    async def perform() -> T:
        async with aclosing(Connections()) as connections:
            services = {name: Service(connections, address) for name, address in urls.items()}
            async with aclosing(ModelLoader(services[OLLAMA])) as loader:
                health = HealthMonitor(connections, urls)
                catalogue = ModelCatalogue(connections, urls, loader)
                chain = Chain(
                    [
                        GraniteBackend(services[GRANITE]),
                        ConversationBackend(services[CONVERSATION]),
                        OllamaBackend(services[OLLAMA], catalogue, loader),
                    ],
                    TEMPLATES,
                    offline_reason=health.offline_reason,
                    source_of=catalogue.source_of,
                )
                async with running(health, catalogue), aclosing(chain):
                    await health.statuses(within=PATIENCE)
                    await catalogue.models(within=PATIENCE)
                    return await play(chain)

    return asyncio.run(perform())
