"""The adapter behaves as Ollama does, on a model that is real."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.http_clients import http_client
from tests.model.adapter import OllamaAdapter
from tests.model.server import CONTEXT, MODEL
from tests.stopwatch import Stopwatch

PROMPT = [
    {"role": "system", "content": "You interview a software engineer. Ask short questions."},
    {"role": "user", "content": "Please start the interview."},
]
ANSWER = {"role": "user", "content": "I write Python, and I test with pytest."}


@pytest.fixture
def client(real_ollama: OllamaAdapter) -> Iterator[httpx.Client]:
    with http_client(base_url=real_ollama.url, timeout=60) as opened:
        yield opened


def ask(client: httpx.Client, messages: list[Any], **body: Any) -> list[Any]:
    """The lines of a chat of at most 12 tokens."""
    body = {"options": {"num_predict": 12}, **body}
    response = client.post("/api/chat", json={"model": MODEL, "messages": messages, **body})
    return [json.loads(line) for line in response.raise_for_status().text.splitlines()]


def words_of(lines: list[Any]) -> str:
    return "".join(line["message"]["content"] for line in lines)


def test_a_chat_comes_a_token_a_line_and_ends_with_its_counts(client: httpx.Client) -> None:
    lines = ask(client, PROMPT)
    assert words_of(lines).strip()
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert lines[-1]["done_reason"] == "length"
    assert lines[-1]["eval_count"] == 12


def test_a_chat_without_a_stream_is_one_answer_with_the_same_words(client: httpx.Client) -> None:
    # The second chat begins with what the first has left in memory, and so does the third.
    ask(client, PROMPT)
    streamed = ask(client, PROMPT)
    (whole,) = ask(client, PROMPT, stream=False)
    assert whole["message"] == {"role": "assistant", "content": words_of(streamed)}
    assert whole["done"]


def test_a_chat_that_goes_on_evaluates_only_what_is_new(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    reply = words_of(ask(client, PROMPT))
    ask(client, [*PROMPT, {"role": "assistant", "content": reply}, ANSWER])
    first, second = real_ollama.chats
    assert second.cached >= first.prompt
    assert second.evaluated < real_ollama.tokens(ANSWER["content"]) + 20


def test_a_chat_with_another_prompt_evaluates_all_that_follows(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    ask(client, PROMPT)
    other = {"role": "system", "content": "You are a cook. You know all about bread and cheese."}
    ask(client, [other, PROMPT[1]])
    assert real_ollama.chats[1].evaluated > real_ollama.tokens(other["content"])


def test_a_chat_loads_the_model_and_shows_it_as_running(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    assert client.get("/api/ps").json() == {"models": []}
    ask(client, PROMPT)
    assert [model["name"] for model in client.get("/api/ps").json()["models"]] == [MODEL]
    assert real_ollama.loads_begun == 1


def test_it_loads_on_demand_and_unloads_on_demand(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    answer = client.post("/api/generate", json={"model": MODEL}).json()
    assert (answer["response"], answer["done_reason"]) == ("", "load")
    assert real_ollama.is_loaded
    answer = client.post("/api/generate", json={"model": MODEL, "keep_alive": 0}).json()
    assert answer["done_reason"] == "unload"
    assert not real_ollama.is_loaded


def test_another_context_loads_the_model_again(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    ask(client, PROMPT)
    ask(client, PROMPT, options={"num_predict": 2, "num_ctx": 2048})
    assert real_ollama.loads_begun == 2


def test_a_load_is_aborted_when_its_client_goes_away(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    real_ollama.load_seconds = 60
    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/generate", json={"model": MODEL}, timeout=0.2)
    real_ollama.load_seconds = 0
    # It waits for the load before it, which nobody waits for any more.
    ask(client, PROMPT)
    assert (real_ollama.loads_begun, real_ollama.loads_aborted) == (2, 1)


def test_a_slower_machine_reads_and_writes_at_its_own_speed(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    ask(client, PROMPT)
    real_ollama.tokens_per_second = 20
    began = time.monotonic()
    ask(client, PROMPT)
    assert time.monotonic() - began >= 11 / 20


def test_a_client_that_hangs_up_ends_the_reply(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    real_ollama.tokens_per_second = 20
    body = {"model": MODEL, "messages": PROMPT, "options": {"num_predict": 500}}
    with client.stream("POST", "/api/chat", json=body) as response:
        next(response.iter_lines())
    # One is answered after the other: this one would wait for 25 s.
    watch = Stopwatch()
    real_ollama.tokens_per_second = None
    ask(client, PROMPT)
    assert watch.seconds() < 20
    assert real_ollama.chats[0].end is None


def test_what_does_not_fit_is_dropped_silently_and_the_prompt_stays(
    client: httpx.Client, real_ollama: OllamaAdapter
) -> None:
    long = {"role": "user", "content": "word " * CONTEXT}
    lines = ask(client, [PROMPT[0], long, ANSWER], options={"num_predict": 2})
    assert lines[-1]["done"]
    (chat,) = real_ollama.chats
    assert chat.dropped == 1
    assert real_ollama.tokens(PROMPT[0]["content"] + ANSWER["content"]) < chat.prompt < 100


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/chat", {"model": "nobody:1b", "messages": PROMPT}, 404),
        ("/api/show", {"model": "nobody:1b"}, 404),
        ("/api/generate", {"model": "nobody:1b"}, 404),
        ("/api/chat", {"model": MODEL, "messages": PROMPT, "think": True}, 400),
    ],
)
def test_what_it_cannot_do_is_refused(
    client: httpx.Client, path: str, body: Any, status: int
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_it_tells_of_a_model_that_can_chat_and_not_think(client: httpx.Client) -> None:
    (model,) = client.get("/api/tags").json()["models"]
    shown = client.post("/api/show", json={"model": model["name"]}).json()
    assert shown["capabilities"] == ["completion"]
