"""The gateway that conducts recorded interviews again, for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.gateway import Gateway
from api.settings import Settings
from api.usecases.rerun import Rerun, on_conductor
from backends.health import PROBE_SECONDS
from backends.models import FETCH_SECONDS
from eventlog.memory import MemoryEventLog


@asynccontextmanager
async def on_backends(settings: Settings) -> AsyncIterator[Rerun]:
    """A `Rerun` in which the backends of these settings speak, or the templates where none is
    up. Nothing of it is kept."""
    # Adopted interviews are conducted again too. Whatever RECORDING says, it is not asked.
    gateway = Gateway(settings.model_copy(update={"strict_sessions": False}), MemoryEventLog())
    async with gateway.running():
        await gateway.health.statuses(within=PROBE_SECONDS + 1)
        await gateway.catalogue.models(within=FETCH_SECONDS + 1)
        yield on_conductor(gateway.conductor, gateway.model_choice.choose)
