"""Fake backends: small real HTTP servers, each well-behaved or in a mood.

    with GraniteServer() as granite:
        granite.moods["/api/v1/interviews"] = Mood.HANG  # and /health stays good
        ... granite.url ...
        assert granite.count("/health") == 1

`moods.py` lists the moods.
"""

from tests.fakes.conversation import ConversationServer
from tests.fakes.granite import GraniteServer
from tests.fakes.health_only import HealthOnlyServer
from tests.fakes.moods import Mood
from tests.fakes.ollama import OllamaServer, ollama_model
from tests.fakes.openai import OpenAiServer, openai_model
from tests.fakes.server import FakeServer
from tests.fakes.wire import Request
from tests.fakes.words import CLOSING

__all__ = [
    "CLOSING",
    "ConversationServer",
    "FakeServer",
    "GraniteServer",
    "HealthOnlyServer",
    "Mood",
    "OllamaServer",
    "OpenAiServer",
    "Request",
    "ollama_model",
    "openai_model",
]
