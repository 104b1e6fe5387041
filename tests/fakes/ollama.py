"""Ollama: the models it has pulled, and chat without streaming."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply

Json = dict[str, Any]


class OllamaServer(FakeServer):
    """Asks "Ollama question {n}?", n being one more than the assistant messages it was sent."""

    name = "ollama"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.models = [
            ollama_model("llama3.2:1b", "llama", "1.2B", 1_321_098_329),
            ollama_model("granite3.3:2b", "granite", "2.5B", 1_545_312_256),
        ]

    def routes(self) -> Routes:
        # No /health: Ollama has none, and its probe is /api/tags.
        return {("GET", "/api/tags"): self._tags, ("POST", "/api/chat"): self._chat}

    def _tags(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"models": self.models})

    def _chat(self, body: Any, mood: Mood) -> Reply:
        model, messages = body["model"], body["messages"]
        if model not in [known["name"] for known in self.models]:
            return json_reply({"error": f"model '{model}' not found"}, 404)
        if body.get("stream") is not False:  # Ollama streams unless told not to
            return json_reply({"error": "this fake does not stream"}, 400)
        question = 1 + sum(message["role"] == "assistant" for message in messages)
        words = self.say(mood, f"Ollama question {question}?", question)
        return json_reply(
            {
                "model": model,
                "created_at": _now(),
                "message": {"role": "assistant", "content": words},
                "done": True,
                "done_reason": "stop",
                "total_duration": 1_284_913_000,  # durations in nanoseconds
                "load_duration": 58_206_000,
                "prompt_eval_count": 26 * len(messages),
                "prompt_eval_duration": 174_000_000,
                "eval_count": 24,
                "eval_duration": 1_049_000_000,
            }
        )


def ollama_model(name: str, family: str, parameter_size: str, size: int) -> Json:
    """An entry of `GET /api/tags`; `size` in bytes."""
    return {
        "name": name,
        "model": name,
        "modified_at": _now(),
        "size": size,
        "digest": sha256(name.encode()).hexdigest(),
        "details": {
            "parent_model": "",
            "format": "gguf",
            "family": family,
            "families": [family],
            "parameter_size": parameter_size,
            "quantization_level": "Q4_K_M",
        },
    }


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
