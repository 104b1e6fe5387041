"""The services that speak, each a fake of its own for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes import ConversationServer, GraniteServer, OllamaServer, OpenAiServer

pytest_plugins = ("tests.workers",)

# How long an example takes depends on what else the machine does: no example fails for that.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


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
