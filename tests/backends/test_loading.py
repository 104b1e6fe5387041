"""Loads of models: on connections that nobody drops, one a model at a time, never for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.modelcard import ModelState
from tests.backends.surroundings import PATIENCE, eventually
from tests.fakes import Mood, OllamaServer, ollama_model

MODEL, OTHER = "llama3.2:1b", "granite3.3:2b"


@asynccontextmanager
async def loader_of(
    ollama: OllamaServer, load_seconds: float = 60, ask_seconds: float = 3
) -> AsyncIterator[ModelLoader]:
    async with aclosing(Connections()) as connections:
        service = Service(connections, Address(ollama.url))
        loader = ModelLoader(service, load_seconds=load_seconds, ask_seconds=ask_seconds)
        async with aclosing(loader):
            yield loader


def with_loader(
    ollama: OllamaServer,
    play: Callable[[ModelLoader], Awaitable[None]],
    load_seconds: float = 60,
    ask_seconds: float = 3,
) -> None:
    async def run() -> None:
        made = loader_of(ollama, load_seconds, ask_seconds)
        async with asyncio.timeout(PATIENCE), made as loader:
            await play(loader)

    asyncio.run(run())


def test_a_load_asks_for_the_model_alone_with_the_context_of_the_chats(
    ollama: OllamaServer,
) -> None:
    async def play(loader: ModelLoader) -> None:
        await loader.loaded(MODEL)

    with_loader(ollama, play)
    load = ollama.requests[0]
    assert (load.method, load.path) == ("POST", "/api/generate")
    assert load.body == {
        "model": MODEL,
        "keep_alive": "30m",
        "options": {"num_ctx": 4096},
        "stream": False,
    }
    assert ollama.loaded == {MODEL: 4096}


def test_the_state_goes_from_installed_over_loading_to_ready(ollama: OllamaServer) -> None:
    ollama.load_seconds = 0.2

    async def play(loader: ModelLoader) -> None:
        assert loader.state(MODEL) is None, "nobody has asked yet"
        await loader.refresh()
        assert loader.state(MODEL) is ModelState.INSTALLED
        assert loader.under_way() is None
        loader.warm(MODEL)
        assert loader.is_loading(MODEL)
        loading = loader.under_way()
        assert loading is not None
        assert loading.model == MODEL
        assert loading.seconds < 0.1
        assert loader.state(OTHER) is ModelState.INSTALLED
        await loader.loaded(MODEL)
        assert loader.state(MODEL) is ModelState.READY
        assert not loader.is_loading(MODEL)
        assert loader.under_way() is None

    with_loader(ollama, play)


def test_a_load_under_way_is_joined(ollama: OllamaServer) -> None:
    ollama.load_seconds = 0.2

    async def play(loader: ModelLoader) -> None:
        loader.warm(MODEL)
        loader.warm(MODEL)
        await asyncio.gather(loader.loaded(MODEL), loader.loaded(MODEL))

    with_loader(ollama, play)
    assert ollama.count("/api/generate") == 1


def test_two_models_load_side_by_side(ollama: OllamaServer) -> None:
    ollama.load_seconds = 0.2

    async def play(loader: ModelLoader) -> None:
        loader.warm(MODEL)
        loader.warm(OTHER)
        assert loader.is_loading(MODEL)
        assert loader.is_loading(OTHER)
        await eventually(
            lambda: (
                loader.state(MODEL) is ModelState.READY and loader.state(OTHER) is ModelState.READY
            )
        )

    with_loader(ollama, play)


def test_who_stops_waiting_does_not_end_the_load(ollama: OllamaServer) -> None:
    ollama.load_seconds = 0.2

    async def play(loader: ModelLoader) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await loader.loaded(MODEL)
        assert loader.is_loading(MODEL)
        await eventually(lambda: loader.state(MODEL) is ModelState.READY)

    with_loader(ollama, play)
    assert ollama.loads == [MODEL]


def test_closing_ends_the_loads_and_their_connections(ollama: OllamaServer) -> None:
    ollama.load_seconds = 60

    async def run() -> None:
        async with loader_of(ollama) as loader:
            loader.warm(MODEL)
            await eventually(lambda: ollama.count("/api/generate") == 1)
        assert not loader.is_loading(MODEL)
        await eventually(lambda: ollama.connections == 0)

    asyncio.run(run())
    assert ollama.loaded == {}, "a load whose client has gone is broken off"


def test_who_waits_when_the_loads_are_ended_is_told(ollama: OllamaServer) -> None:
    ollama.load_seconds = 60

    async def run() -> None:
        async with loader_of(ollama) as loader:
            waiting = asyncio.create_task(loader.loaded(MODEL))
            await eventually(lambda: ollama.count("/api/generate") == 1)
        with pytest.raises(BackendError, match="was ended"):
            await waiting

    asyncio.run(run())


def test_a_load_that_takes_for_ever_is_given_up(ollama: OllamaServer) -> None:
    ollama.load_seconds = 60

    async def play(loader: ModelLoader) -> None:
        await loader.refresh()
        with pytest.raises(BackendError, match=r"Did not load its model within 100 ms"):
            await loader.loaded(MODEL)
        assert loader.state(MODEL) is ModelState.INSTALLED

    with_loader(ollama, play, load_seconds=0.1)


def test_a_load_that_fails_is_said_to_who_waits_and_can_be_tried_again(
    ollama: OllamaServer, caplog: pytest.LogCaptureFixture
) -> None:
    ollama.moods = {"/api/generate": Mood.ERROR_500}

    async def play(loader: ModelLoader) -> None:
        loader.warm(MODEL)  # for which nobody waits
        await eventually(lambda: "HTTP 500" in caplog.text)
        with pytest.raises(BackendError, match="HTTP 500"):
            await loader.loaded(MODEL)
        ollama.moods = {}
        await loader.loaded(MODEL)
        assert loader.state(MODEL) is ModelState.READY

    with_loader(ollama, play)


def test_a_chat_shows_that_its_model_is_in_memory(ollama: OllamaServer) -> None:
    async def play(loader: ModelLoader) -> None:
        await loader.refresh()
        loader.found(MODEL)
        assert loader.state(MODEL) is ModelState.READY
        await loader.refresh()
        assert loader.state(MODEL) is ModelState.INSTALLED, "what Ollama says later goes before"

    with_loader(ollama, play)


def test_a_model_that_ollama_has_dropped_is_installed_only(ollama: OllamaServer) -> None:
    async def play(loader: ModelLoader) -> None:
        await loader.loaded(MODEL)
        ollama.loaded.clear()
        await loader.refresh()
        assert loader.state(MODEL) is ModelState.INSTALLED

    with_loader(ollama, play)


def test_a_model_is_taken_out_of_memory_and_its_load_ended(ollama: OllamaServer) -> None:
    async def play(loader: ModelLoader) -> None:
        await loader.loaded(MODEL)
        await loader.unload(MODEL)
        assert ollama.loaded == {}
        assert loader.state(MODEL) is ModelState.INSTALLED

        ollama.load_seconds = 60
        loader.warm(MODEL)
        await asyncio.sleep(0.05)
        await loader.unload(MODEL)
        assert loader.under_way() is None
        assert loader.state(MODEL) is ModelState.INSTALLED

    with_loader(ollama, play)


def test_an_unload_that_hangs_or_fails_is_said(ollama: OllamaServer) -> None:
    async def play(loader: ModelLoader) -> None:
        ollama.mood, ollama.delay = Mood.SLOW, 30
        with pytest.raises(BackendError, match="Did not unload its model within 200 ms"):
            await loader.unload(MODEL)
        ollama.mood = Mood.ERROR_500
        with pytest.raises(BackendError, match="500"):
            await loader.unload(MODEL)

    with_loader(ollama, play, ask_seconds=0.2)


def test_the_latest_tag_may_be_left_out(ollama: OllamaServer) -> None:
    ollama.models.append(ollama_model("mistral:latest", "llama", "7.2B", 1))
    ollama.loaded = {"mistral:latest": 4096}

    async def play(loader: ModelLoader) -> None:
        await loader.refresh()
        assert loader.state("mistral") is ModelState.READY

    with_loader(ollama, play)


@pytest.mark.parametrize("mood", [Mood.ERROR_500, Mood.HTML, Mood.WRONG_SHAPE, Mood.CLOSE])
def test_an_ollama_that_does_not_say_leaves_the_state_unknown(
    ollama: OllamaServer, mood: Mood
) -> None:
    ollama.moods = {"/api/ps": mood}

    async def play(loader: ModelLoader) -> None:
        await loader.refresh()
        assert loader.state(MODEL) is None
        await loader.loaded(MODEL)
        assert loader.state(MODEL) is None

    with_loader(ollama, play)
