"""The proxies of docs/team.md, in front of a real gateway. What is not installed is skipped."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.api.http.signin.people import BY_SECRET, token
from tests.docs.proxies import NAME, Proxied, is_there, proxied
from tests.fakes import HealthOnlyServer, OllamaServer
from tests.forked import PATIENCE
from tests.gateways import NOWHERE, Served, serving
from tests.streams import events_in, listening

START = "/api/v1/interviews/start"
REPLY = "Please tell me how you test the things that you build."
WORDS_A_SECOND = 10.0


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not is_there(name):
        pytest.skip(f"takes {name}")
    return name


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        yield server


@pytest.fixture(scope="module")
def gateway(ollama: OllamaServer) -> Iterator[Served]:
    with serving(ollama, allowed_hosts=(NAME,), **BY_SECRET) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def proxy(
    name: str, gateway: Served, ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    upstream = gateway.url.removeprefix("http://")
    with proxied(name, upstream, tmp_path_factory.mktemp(name), ca) as proxy:
        proxy.client.headers["authorization"] = f"Bearer {token('ann', 'admin')}"
        yield proxy


def test_a_streamed_reply_comes_word_by_word(
    proxy: Proxied, gateway: Served, ollama: OllamaServer
) -> None:
    through = Served(gateway.app, proxy.url, proxy.client)
    through.wait_until_noticed(ollama="online")
    ollama.script, ollama.tokens_per_second = [REPLY], WORDS_A_SECOND
    with listening(through, "POST", START, {"role": "Software Engineer"}) as response:
        arrived = [time.monotonic() for event in events_in(response) if event.name == "delta"]
    words = len(REPLY.split())
    assert len(arrived) > words / 2
    assert arrived[-1] - arrived[0] > words / WORDS_A_SECOND / 2


def test_the_page_may_call_the_gateway_and_pages_of_others_may_not(proxy: Proxied) -> None:
    assert proxy.client.get("/").status_code == 200
    body = {"role": "Software Engineer"}
    for origin, status in ((proxy.url, 200), ("https://other.example", 403)):
        response = proxy.client.post(START, json=body, headers={"origin": origin})
        assert response.status_code == status, response.text


def test_a_large_recording_of_speech_comes_through(proxy: Proxied) -> None:
    """voice-service is down here, and the gateway says so: it has read the body."""
    speech = {"audio_base64": "A" * (24 * 1024 * 1024)}
    response = proxy.client.post("/api/v1/voice/transcribe", json=speech)
    assert response.json()["type"].endswith("service-unavailable")


def search(proxy: Proxied) -> int:
    """Search the history from a page whose address has a search, too. Return the status."""
    sent = {
        "referer": f"{proxy.url}/?q=confidential",
        "authorization": f"Bearer {token('ann', 'admin')}",
    }
    words = {"q": "what somebody said"}
    return proxy.client.get("/api/v1/interviews", params=words, headers=sent).status_code


def assert_logged_without_words(proxy: Proxied) -> None:
    deadline = time.monotonic() + PATIENCE
    while "/api/v1/interviews" not in (log := proxy.log.read_text()):
        assert time.monotonic() < deadline, log
        time.sleep(0.02)
    assert "127.0.0.1" in log
    for secret in ("somebody", "confidential", "Bearer", "eyJ"):
        assert secret not in proxy.written()


def test_requests_are_logged_without_words_and_tokens(proxy: Proxied) -> None:
    assert search(proxy) == 200
    assert_logged_without_words(proxy)


def test_errors_are_logged_without_words_and_tokens(
    name: str, ca: trustme.CA, tmp_path: Path
) -> None:
    with proxied(name, NOWHERE.removeprefix("http://"), tmp_path, ca) as proxy:
        assert search(proxy) == 502
        assert_logged_without_words(proxy)


def test_the_gateway_is_told_the_clients_address_whatever_the_client_says(
    name: str, ca: trustme.CA, tmp_path: Path
) -> None:
    invented = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"}
    with (
        HealthOnlyServer("gateway") as server,
        proxied(name, server.url.removeprefix("http://"), tmp_path, ca) as proxy,
    ):
        assert proxy.client.get("/health", headers=invented).status_code == 200
        (seen,) = server.requests
    assert seen.headers["x-forwarded-for"] == "127.0.0.1"
    assert "forwarded" not in seen.headers
    assert seen.headers["host"] == proxy.url.removeprefix("https://")
