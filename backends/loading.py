"""Loads Ollama's models into memory, on connections that nobody drops.

Ollama breaks off a load when the client that asked for it goes away, so a request with a time limit
shorter than the load never gets a model into memory. It tells which models are there, and nothing
of loads under way: those are known here because they were asked for here.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from backends.condition import Loading
from backends.errors import BackendError
from backends.http import Service
from backends.modelcard import ModelState
from backends.patience import LOAD_SECONDS
from backends.prompting import CONTEXT_TOKENS
from statemachine.durations import duration_text

logger = logging.getLogger(__name__)

KEEP_ALIVE = "30m"
"""How long a model stays in memory that nobody asks: longer than the longest answer."""
AT_ONCE_SECONDS = 0.3
ASK_SECONDS = 3.0

CONTEXT = {"num_ctx": CONTEXT_TOKENS}
"""The same with every request: Ollama loads a model again whose context is to be another."""


class _Loaded(BaseModel):
    done: bool


class _InMemory(BaseModel):
    name: str


class _Running(BaseModel):
    models: list[_InMemory] = Field(max_length=1000)


class ModelLoader:
    """Loads models of the Ollama at `service`, one load a model at a time.

    The loads go on whoever waits for them; `aclose` ends them.
    """

    def __init__(
        self,
        service: Service,
        *,
        load_seconds: float = LOAD_SECONDS,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        self._service = service
        self._load_seconds = load_seconds
        self._ask_seconds = ask_seconds
        self._loads: dict[str, asyncio.Task[None]] = {}
        self._began: dict[str, float] = {}
        self._in_memory: set[str] | None = None  # not known
        self._seen: dict[str, float] = {}  # when a load or a chat showed that it is there

    def warm(self, model: str) -> None:
        """Begin to load the model, or keep it in memory; joins a load that is under way."""
        self._load(model)

    async def unload(self, model: str) -> None:
        """End the load of the model, if one is under way, and take it out of memory. Raises
        BackendError."""
        load = self._loads.get(_full(model))
        if load is not None:
            load.cancel()
            await asyncio.wait([load])
        self._seen.pop(_full(model), None)
        body = {"model": model, "keep_alive": 0, "stream": False}
        try:
            async with asyncio.timeout(self._ask_seconds):
                await self._service.post("/api/generate", body, _Loaded)
        except TimeoutError as error:
            limit = duration_text(self._ask_seconds * 1000)
            raise BackendError(f"Did not unload its model within {limit}") from error
        await self.refresh()

    async def loaded(self, model: str) -> None:
        """Until the model is in memory. Who stops waiting does not end the load. Raises
        BackendError."""
        await _end_of(self._load(model), None)

    async def loaded_at_once(self, model: str) -> bool:
        """Whether the model is in memory a moment after its load began, as a small one is that the
        system has in its cache. Raises BackendError."""
        load = self._load(model)
        since = asyncio.get_running_loop().time() - self._began[_full(model)]
        return await _end_of(load, max(0.0, AT_ONCE_SECONDS - since))

    def state(self, model: str) -> ModelState | None:
        """Whether the model is in memory, as far as is known; None where Ollama has not said."""
        name = _full(model)
        if name in self._loads and name not in (self._in_memory or ()):
            return ModelState.LOADING
        if self._in_memory is None:
            return None
        return ModelState.READY if name in self._in_memory else ModelState.INSTALLED

    def is_loading(self, model: str) -> bool:
        return self.state(model) is ModelState.LOADING

    def under_way(self) -> Loading | None:
        """The load that has been under way for the longest; None if there is none."""
        began = {name: at for name, at in self._began.items() if self.is_loading(name)}
        if not began:
            return None
        model = min(began, key=began.__getitem__)
        return Loading(model, asyncio.get_running_loop().time() - began[model])

    def found(self, model: str) -> None:
        """A model that has answered is in memory."""
        self._found(_full(model))

    def in_memory(self) -> list[str] | None:
        """The models that are in memory; None where that is not known."""
        return None if self._in_memory is None else sorted(self._in_memory)

    def adopt(self, in_memory: Sequence[str] | None) -> None:
        """Know what Ollama said to another gateway."""
        self._in_memory = None if in_memory is None else set(in_memory)

    async def refresh(self) -> None:
        """Ask what is in memory. An Ollama that does not say leaves it unknown."""
        asked = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._ask_seconds):
                running = await self._service.get("/api/ps", _Running)
        except (BackendError, TimeoutError) as error:
            logger.debug("Ollama does not say which models are in memory: %s", error)
            self._in_memory = None
            return
        since = {name for name, seen in self._seen.items() if seen >= asked}
        self._in_memory = {_full(model.name) for model in running.models} | since

    async def aclose(self) -> None:
        """End all loads."""
        loads = list(self._loads.values())
        for load in loads:
            load.cancel()
        await asyncio.gather(*loads, return_exceptions=True)

    def _load(self, model: str) -> "asyncio.Task[None]":
        name = _full(model)
        load = self._loads.get(name)
        if load is None:
            load = asyncio.get_running_loop().create_task(self._ask_for(name, model))
            self._loads[name] = load
            self._began[name] = asyncio.get_running_loop().time()
            load.add_done_callback(lambda load: self._over(name, load))
        return load

    async def _ask_for(self, name: str, model: str) -> None:
        body: dict[str, Any] = {
            "model": model,
            "keep_alive": KEEP_ALIVE,
            "options": CONTEXT,
            "stream": False,
        }
        try:
            async with asyncio.timeout(self._load_seconds):
                await self._service.post("/api/generate", body, _Loaded)
        except TimeoutError as error:
            limit = duration_text(self._load_seconds * 1000)
            raise BackendError(f"Did not load its model within {limit}") from error
        self._found(name)
        await self.refresh()

    def _over(self, name: str, load: "asyncio.Task[None]") -> None:
        del self._loads[name], self._began[name]
        # Perhaps nobody waits for it; whoever does gets the error too.
        if load.cancelled() or (error := load.exception()) is None:
            return
        if isinstance(error, BackendError):
            logger.warning("Ollama could not load a model: %s", error)
        else:  # the fault is ours
            logger.error("Loading a model failed", exc_info=error)

    def _found(self, name: str) -> None:
        self._seen[name] = asyncio.get_running_loop().time()
        if self._in_memory is not None:
            self._in_memory.add(name)


async def _end_of(load: "asyncio.Task[None]", seconds: float | None) -> bool:
    """Whether the load has ended within so many seconds. Raises BackendError if it failed."""
    await asyncio.wait([load], timeout=seconds)
    if not load.done():
        return False
    if load.cancelled():
        raise BackendError("The load of its model was ended")
    load.result()
    return True


def _full(model: str) -> str:
    """The name with its tag: "llama3.2" is "llama3.2:latest"."""
    return model if ":" in model else f"{model}:latest"
