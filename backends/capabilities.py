"""What Ollama's models can do: chat, embed, think, …; each is asked for once."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field

from backends.errors import BackendError
from backends.http import Service

logger = logging.getLogger(__name__)

ASK_SECONDS = 2.0
AGAIN_SECONDS = 60.0
"""When a model is asked for again whose answer did not come."""

CHATS, THINKS = "completion", "thinking"


class _Shown(BaseModel):
    capabilities: list[str] | None = Field(None, max_length=100)


class Capabilities:
    """What each model of the Ollama at `service` says that it can."""

    def __init__(self, service: Service, ask_seconds: float = ASK_SECONDS) -> None:
        self._service = service
        self._ask_seconds = ask_seconds
        self._found: dict[str, frozenset[str] | None] = {}
        self._failed: dict[str, float] = {}

    def known(self, model: str) -> frozenset[str] | None:
        """What is known by now; None where it was not asked or not said."""
        return self._found.get(model)

    async def of(self, model: str) -> frozenset[str] | None:
        """What the model can; None where Ollama does not say, as older versions do not."""
        now = asyncio.get_running_loop().time()
        if model in self._found or now - self._failed.get(model, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return self._found.get(model)
        try:
            async with asyncio.timeout(self._ask_seconds):
                shown = await self._service.post("/api/show", {"model": model}, _Shown)
        except (BackendError, TimeoutError) as error:
            logger.debug("Ollama does not say what a model can do: %s", error)
            self._failed[model] = asyncio.get_running_loop().time()
            return None
        can = shown.capabilities
        self._found[model] = None if can is None else frozenset(can)
        return self._found[model]

    def found(self) -> dict[str, list[str] | None]:
        """All that is known."""
        return {name: None if can is None else sorted(can) for name, can in self._found.items()}

    def adopt(self, found: Mapping[str, Sequence[str] | None]) -> None:
        """Know what another gateway was told."""
        for name, can in found.items():
            self._found[name] = None if can is None else frozenset(can)

    def forget(self) -> None:
        """Ask anew for all: another version may have come up."""
        self._found.clear()
        self._failed.clear()
