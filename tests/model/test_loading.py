"""A model that is not in memory yet. Ollama aborts a load whose client goes away, so a client with
a time limit shorter than the load would never hear the model."""

import time
from pathlib import Path

import httpx

from tests.forked import PATIENCE
from tests.model.adapter import OllamaAdapter
from tests.model.candidate import ANSWERS, Candidate, origins_in
from tests.model.gateway import gateway_with_model

LOAD_SECONDS = 6.0
"""Longer than a plain reply may take."""


def test_plain_replies_do_not_wait_for_a_load_and_do_not_abort_it(
    real_ollama: OllamaAdapter, tmp_path: Path
) -> None:
    real_ollama.load_seconds = LOAD_SECONDS
    with gateway_with_model(tmp_path, OLLAMA_URL=real_ollama.url) as client:
        candidate = Candidate(client)
        opening = candidate.start("Data Analyst", questions=3)
        second = candidate.answer(ANSWERS[0])
        assert opening.whole + second.whole < LOAD_SECONDS
        assert not real_ollama.is_loaded
        assert [origin["backend"] for origin in origins_in(candidate.events())] == ["templates"] * 2
        wait_until_ready(client)
        candidate.answer(ANSWERS[1])
    assert real_ollama.chats, "now that it is loaded, the model is asked"
    assert (real_ollama.loads_begun, real_ollama.loads_aborted) == (1, 0)


def test_a_stream_tells_of_the_load_and_waits_for_the_model(
    real_ollama: OllamaAdapter, tmp_path: Path
) -> None:
    real_ollama.load_seconds = LOAD_SECONDS
    with gateway_with_model(tmp_path, OLLAMA_URL=real_ollama.url) as client:
        candidate = Candidate(client, streamed=True)
        began = time.monotonic()  # a stopwatch takes off what the machine delays
        opening = candidate.start("Data Analyst")
        assert "loading" in opening.phases
        assert time.monotonic() - began >= LOAD_SECONDS
        (origin,) = origins_in(candidate.events())
    assert origin["backend"] == "ollama"
    assert (real_ollama.loads_begun, real_ollama.loads_aborted) == (1, 0)


def wait_until_ready(client: httpx.Client) -> None:
    """Until the gateway says that its model is in memory."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        (model,) = client.get("/api/v1/models").json()["models"]
        if model["state"] == "ready":
            return
        time.sleep(0.05)
    raise AssertionError("the model was never ready")
