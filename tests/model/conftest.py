"""The real model, loaded once for all tests of a process, and an Ollama of its own for each."""

from collections.abc import Iterator

import pytest

from tests.model.adapter import OllamaAdapter
from tests.model.installed import HOW_TO_INSTALL, model_file
from tests.model.server import model_server


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    """Where llama.cpp's server is. Skips the test where it or the model is not installed."""
    if model_file() is None:
        pytest.skip(HOW_TO_INSTALL)
    with model_server() as url:
        yield url


@pytest.fixture
def real_ollama(llama_url: str) -> Iterator[OllamaAdapter]:
    with OllamaAdapter(llama_url) as adapter:
        yield adapter
