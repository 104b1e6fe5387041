"""The services that speak, each a fake of its own for every test; and what no test may leave."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.depth import examples
from tests.fakes import ConversationServer, GraniteServer, OllamaServer, OpenAiServer

pytest_plugins = ("tests.untraced", "tests.workers")

# How long an example takes depends on what else the machine does: no example fails for that.
# Where `CI` is set, Hypothesis draws the same examples each time: no change fails for the draw.
settings.register_profile("suite", deadline=None, max_examples=examples(100))
settings.load_profile("suite")


class _Unretrieved(logging.Handler):
    """What asyncio says of errors that nobody asked a task or a future for."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


@pytest.fixture(scope="module", autouse=True)
def _no_error_is_lost() -> Iterator[None]:
    """An error in a task that nobody waits for fails no test by itself."""
    handler, logger = _Unretrieved(), logging.getLogger("asyncio")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    assert handler.found == []


@pytest.fixture
def granite() -> Iterator[GraniteServer]:
    with GraniteServer() as server:
        yield server


@pytest.fixture
def conversation() -> Iterator[ConversationServer]:
    with ConversationServer() as server:
        yield server


@pytest.fixture
def openai() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        yield server


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        yield server
