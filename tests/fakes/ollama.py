"""Ollama: the models it has pulled, which of them are in memory, and chat, streamed or not.

It loads a model at its first use, and breaks off a load when its client goes away. It evaluates no
more of a prompt than what differs from the one before.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.streams import NDJSON, Piece, StreamReply, Talk, streamed, words_in_pieces
from tests.fakes.wire import Reply, json_reply

Json = dict[str, Any]

USUAL_CONTEXT = 4096


class OllamaServer(FakeServer):
    """Asks "Ollama question {n}?", n being one more than the assistant messages it was sent."""

    name = "ollama"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.models = [
            ollama_model("llama3.2:1b", "llama", "1.2B", 1_321_098_329),
            ollama_model("granite3.3:2b", "granite", "2.5B", 1_545_312_256),
        ]
        self.capabilities: dict[str, list[str]] = {}
        """What models can do, by name; those that are not here can only chat."""
        self.tells_capabilities = True
        """Older versions do not."""
        self.tokens_per_second: float | None = None
        """How fast models speak; a word is a token. None: all at once."""
        self.load_seconds = 0.0
        self.prompt_seconds = 0.0
        """From the loaded model to its first word."""
        self.loaded: dict[str, int] = {}
        """The models in memory, and the length of the context that each was loaded with."""
        self.loads: list[str] = []
        """The models that began to load, in order."""
        self.evaluated: list[int] = []
        """For each chat, how many words of its prompt were not in memory from the one before."""
        self._evaluated_prompts: dict[str, list[str]] = {}

    def routes(self) -> Routes:
        # No /health: Ollama has none, and its probe is /api/tags.
        return {
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/ps"): self._ps,
            ("POST", "/api/show"): self._show,
            ("POST", "/api/generate"): self._generate,
            ("POST", "/api/chat"): self._chat,
        }

    def _tags(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"models": self.models})

    def _ps(self, _body: Any, _mood: Mood) -> Reply:
        running = [entry for name, entry in self._by_name().items() if name in self.loaded]
        return json_reply({"models": [{**entry, "size_vram": 0} for entry in running]})

    def _show(self, body: Any, _mood: Mood) -> Reply:
        name = body["model"]
        if not self._has(name):
            return _missing(name)
        details = self._by_name()[name].get("details", {})
        told = {"capabilities": self._capabilities(name)} if self.tells_capabilities else {}
        return json_reply({"details": details, "model_info": {}, **told})

    def _generate(self, body: Any, _mood: Mood) -> Reply:
        """Without a prompt, as here, it only loads the model, or unloads it."""
        name = body["model"]
        if not self._has(name):
            return _missing(name)
        if body.get("prompt"):
            return json_reply({"error": "this fake only loads"}, 400)
        if "completion" not in self._capabilities(name):
            return json_reply({"error": f'"{name}" does not support generate'}, 400)
        if body.get("keep_alive") == 0:
            self.loaded.pop(name, None)
            return json_reply(
                {"model": name, "response": "", "done": True, "done_reason": "unload"}
            )
        loaded = json_reply({"model": name, "response": "", "done": True, "done_reason": "load"})
        pieces = (*self._load(name, body), Piece(loaded.body))
        return StreamReply(loaded.body, pieces=pieces)

    def _chat(self, body: Any, mood: Mood) -> Reply:
        name, messages = body["model"], body["messages"]
        if not self._has(name):
            return _missing(name)
        can = self._capabilities(name)
        if "completion" not in can:
            return json_reply({"error": f'"{name}" does not support chat'}, 400)
        if body.get("think") is not None and "thinking" not in can:
            return json_reply({"error": f'"{name}" does not support thinking'}, 400)
        question = 1 + sum(message["role"] == "assistant" for message in messages)
        words = self.say(mood, f"Ollama question {question}?", question)
        said, reason = _within_limits(words, body.get("options", {}))
        load = self._load(name, body)
        self._evaluate(name, messages, said, from_nothing=bool(load))
        end = _statistics(messages, said, reason)
        if body.get("stream") is False:
            for wait in load:
                wait.then()
            return json_reply(_chunk(name, {"content": "".join(said)}, **end))
        thoughts = ["Let me ", "think."] if "thinking" in can and body.get("think", True) else []
        talk = Talk(
            said=[
                *(_chunk(name, {"content": "", "thinking": thought}) for thought in thoughts),
                *(_chunk(name, {"content": piece}) for piece in said),
            ],
            thought=_chunk(name, {"content": "", "thinking": "What could I ask?"}),
            end=(_chunk(name, {"content": ""}, **end),),
        )
        waits = (*load, Piece(pause=self.prompt_seconds))
        pause = 1 / self.tokens_per_second if self.tokens_per_second else 0
        return streamed(talk, NDJSON, mood, waits, pause)

    def _by_name(self) -> dict[str, Json]:
        """The entries of `models` that have a name; a test may list others."""
        entries: list[Any] = self.models
        return {e["name"]: e for e in entries if isinstance(e, dict) and e.get("name")}

    def _has(self, name: str) -> bool:
        return name in self._by_name()

    def _capabilities(self, name: str) -> list[str]:
        return self.capabilities.get(name, ["completion"])

    def _load(self, name: str, body: Json) -> tuple[Piece, ...]:
        """The wait until the model is in memory; nothing if it is there."""
        context = body.get("options", {}).get("num_ctx", USUAL_CONTEXT)
        if self.loaded.get(name) == context:
            return ()
        self.loads.append(name)
        self.loaded.pop(name, None)
        return (Piece(pause=self.load_seconds, then=lambda: self.loaded.update({name: context})),)

    def _evaluate(
        self, name: str, messages: list[Json], said: list[str], *, from_nothing: bool
    ) -> None:
        """Count the words that are to be evaluated, and keep the prompt with what was said."""
        prompt = _prompt_words(messages)
        kept = [] if from_nothing else self._evaluated_prompts.get(name, [])
        in_both = 0
        for ours, theirs in zip(prompt, kept, strict=False):
            if ours != theirs:
                break
            in_both += 1
        self.evaluated.append(len(prompt) - in_both)
        self._evaluated_prompts[name] = [*prompt, *"".join(said).split()]


def _prompt_words(messages: list[Json]) -> list[str]:
    """The words of the prompt that Ollama makes of the messages, ready for the reply."""
    words = []
    for message in messages:
        words += [f"<|{message['role']}|>", *message["content"].split(), "<|end|>"]
    return [*words, "<|assistant|>"]


def _within_limits(words: str, options: Json) -> tuple[list[str], str]:
    """The words up to the first of the `stop` texts and to `num_predict`, and why they end."""
    stops = [re.escape(stop) for stop in options.get("stop", [])]
    if stops and (stop := re.search("|".join(stops), words)):
        words = words[: stop.start()]
    said, most = words_in_pieces(words), options.get("num_predict", -1)
    return (said[:most], "length") if 0 <= most < len(said) else (said, "stop")


def _statistics(messages: list[Json], said: list[str], reason: str) -> Json:
    return {
        "done": True,
        "done_reason": reason,
        "total_duration": 1_284_913_000,  # durations in nanoseconds
        "load_duration": 58_206_000,
        "prompt_eval_count": len(_prompt_words(messages)),
        "prompt_eval_duration": 174_000_000,
        "eval_count": len(said),
        "eval_duration": 1_049_000_000,
    }


def _chunk(model: str, message: Json, **end: Any) -> Json:
    return {
        "model": model,
        "created_at": _now(),
        "message": {"role": "assistant", **message},
        "done": False,
        **end,
    }


def _missing(model: str) -> Reply:
    return json_reply({"error": f"model '{model}' not found"}, 404)


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
