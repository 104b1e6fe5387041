"""What desktops ask of other services: the very calls of the field's desktop and dashboard, and
services that fail in every way."""

import json
import socket
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from backends import forwarding
from backends.address import Address
from tests.desktop import Desktop
from tests.fakes import FakeServer, Mood
from tests.fakes.forwarded import AUDIO, ForwardedServer
from tests.fakes.wire import Reply, json_reply
from tests.forked import PATIENCE
from tests.gateways import Served, serving
from tests.stopwatch import Stopwatch

TTS, STT = "/api/v1/voice/synthesize", "/api/v1/voice/transcribe"
SENTIMENT, TRUST = "/api/v1/analytics/sentiment", "/api/v1/analytics/trust-report"
SEARCH, REGISTRY = "/api/v1/scout/search", "/api/v1/scout/agents"
EXECUTE = "/api/v1/agents/execute"
TEXT = {"text": "Tell me about Käse."}
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[ForwardedServer]:
    with ForwardedServer() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(server: ForwardedServer) -> Iterator[Served]:
    url = Address(server.url)
    with serving(server, analytics_url=url, scout_url=url, agents_url=url) as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def _good(server: ForwardedServer) -> None:
    server.moods, server.answer = {}, None
    server.requests.clear()


def asked_of(server: FakeServer) -> list[tuple[str, str, Any]]:
    found = [(r.method, r.path, r.body) for r in list(server.requests)]
    return [asked for asked in found if asked[1] != "/health"]


def test_the_service_is_sent_the_ids_of_the_request(
    gateway: Served, server: ForwardedServer
) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    ids = {"x-request-id": "mine", "traceparent": trace}
    assert gateway.client.post(SENTIMENT, json=TEXT, headers=ids).is_success
    [asked] = [request for request in server.requests if request.path != "/health"]
    assert asked.headers.items() >= ids.items()


DESKTOP = {"text": "Hello", "voice": "en-US-Neural2-C", "speed": 1.0, "pitch": 0}
REPORT = {
    "interview_id": "i-1",
    "candidate_id": "c-1",
    "role": "Software Engineer",
    "score": 4.5,
    "room_id": "r-1",
}


@pytest.mark.parametrize(
    ("path", "body", "arrives"),
    [
        (TTS, DESKTOP, ("POST", "/voice/tts", DESKTOP)),  # gateway-enhanced-client.ts
        (STT, {"audio_base64": "UklG"}, ("POST", "/voice/stt", {"audio_base64": "UklG"})),
        (
            SENTIMENT,
            TEXT | {"context": "interview_response"},
            ("POST", "/api/v1/analyze/sentiment", TEXT | {"context": "interview_response"}),
        ),
        (TRUST, REPORT, ("POST", "/api/v1/analyze/trust-report", REPORT)),
        (
            SEARCH,
            {"query": "Rust", "location": "Ireland", "max_results": 20},
            ("POST", "/search", {"query": "Rust", "location": "Ireland", "max_results": 20}),
        ),
        # The rest is integrationGatewayAPI.ts of the dashboard.
        (
            EXECUTE,
            {"action": "start", "candidate_id": "c 1&2"},
            ("POST", "/interviews/start?candidate_id=c+1%262", None),
        ),
        (
            EXECUTE,
            {"action": "answer", "interview_id": "i-1", "answer": "Rückwärts & #1"},
            ("POST", "/interviews/i-1/answer?answer=R%C3%BCckw%C3%A4rts+%26+%231", None),
        ),
        (
            EXECUTE,
            {"action": "status", "interview_id": "i-1"},
            ("GET", "/interviews/i-1", None),
        ),
        (
            EXECUTE,
            {"action": "next_question", "interview_id": "i-1"},
            ("GET", "/interviews/i-1/next-question", None),
        ),
    ],
)
def test_a_call_of_the_desktop_arrives_and_its_answer_comes_back(
    gateway: Served, server: ForwardedServer, path: str, body: Any, arrives: tuple[str, str, Any]
) -> None:
    response = gateway.post(path, body)
    assert (response.status_code, response.json()) == (200, {"echo": arrives[2]})
    assert asked_of(server) == [arrives]


def test_the_registry_of_scout_is_passed_on(gateway: Served, server: ForwardedServer) -> None:
    assert gateway.get(REGISTRY).json() == {"echo": None}
    assert asked_of(server) == [("GET", "/agents/registry", None)]


def test_audio_comes_back_as_it_is(gateway: Served, server: ForwardedServer) -> None:
    server.answer = Reply(AUDIO, content_type="audio/wav; rate=16000")
    response = gateway.post(TTS, TEXT)
    assert response.content == AUDIO
    assert response.headers["content-type"] == "audio/wav; rate=16000"
    server.answer = Reply(AUDIO, content_type="audio/wav; name=\u00fc")
    assert gateway.post(TTS, TEXT).headers["content-type"] == "audio/wav"
    assert response.headers["cache-control"] == "no-store"


def test_what_a_service_refuses_is_told_as_it_came(
    gateway: Served, server: ForwardedServer
) -> None:
    for status in (400, 404, 422):
        server.answer = json_reply({"detail": "Not Found"}, status)
        response = gateway.post(TTS, TEXT)
        assert (response.status_code, response.json()) == (status, {"detail": "Not Found"})
    server.moods["/voice"] = Mood.ERROR_429
    assert gateway.post(TTS, TEXT).headers["retry-after"] == "30"
    server.moods, server.answer = {}, Reply(b"", 204)
    assert gateway.post(TTS, TEXT).status_code == 204


def refused(response: httpx.Response, status: int, kind: str, service: str) -> str:
    problem = response.json()
    assert (response.status_code, problem["type"]) == (status, f"/problems/{kind}")
    assert problem["service"] == service
    assert service in problem["detail"]
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = problem["detail"]
    return detail


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (Mood.ERROR_500, "HTTP 500"),
        (Mood.REDIRECT, "Redirects elsewhere (HTTP 302)"),
        (Mood.HTML, "Answered neither JSON nor audio"),
        (Mood.CLOSE, "Broke off its answer, or did not speak HTTP"),
        (Mood.RESET, "Connection lost"),
        (Mood.SHORT_BODY, "Broke off its answer, or did not speak HTTP"),
        (Mood.TRUNCATED_JSON, "Did not answer JSON"),
        (Mood.WRONG_ENCODING, "Did not answer JSON"),
        (Mood.DEEP_JSON, "Did not answer JSON"),
        (Mood.GZIP_BOMB, "Sent a compressed answer, which was not asked for"),
        (Mood.HUGE_BODY, "Answered more than 25 MiB"),
        (Mood.ENDLESS, "Answered more than 25 MiB"),
    ],
)
def test_a_broken_service_is_a_502_that_names_it(
    gateway: Served, server: ForwardedServer, mood: Mood, reason: str
) -> None:
    server.moods["/voice"] = mood
    detail = refused(gateway.post(TTS, TEXT), 502, "service-failed", "voice-service")
    assert detail == f"voice-service failed: {reason}."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_reply({"detail": "Not authenticated"}, 401), "Refuses the gateway (HTTP 401)"),
        (Reply(b"<h1>404</h1>", 404, "text/html"), "HTTP 404, without JSON"),
        (Reply(b""), "Answered nothing"),
        (Reply(b'{"audio": "' + b"A" * (2 * MIB)), "Did not answer JSON"),
    ],
)
def test_an_answer_that_is_of_no_use_is_not_passed_on(
    gateway: Served, server: ForwardedServer, answer: Reply, reason: str
) -> None:
    server.answer = answer
    assert reason in refused(gateway.post(TTS, TEXT), 502, "service-failed", "voice-service")


def test_a_large_answer_is_passed_on_whole(gateway: Served, server: ForwardedServer) -> None:
    audio = {"audio_data": "A" * (20 * MIB)}
    server.answer = json_reply(audio)
    assert gateway.post(TTS, TEXT).json() == audio


def test_a_service_that_sends_without_end_costs_no_more_than_the_limit(
    gateway: Served, server: ForwardedServer
) -> None:
    server.moods["/voice"] = Mood.ENDLESS
    tracemalloc.start()
    try:
        gateway.post(TTS, TEXT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * forwarding.MAX_ANSWER_BYTES


def test_a_service_that_is_down_is_a_503_that_names_it(
    alone: Served, gateway: Served, server: ForwardedServer
) -> None:
    response = alone.post(TTS, TEXT)
    assert "Connection refused" in refused(response, 503, "service-unavailable", "voice-service")
    assert response.headers["retry-after"] == "5"
    server.moods["/api/v1"] = Mood.ERROR_503
    refused(gateway.post(TRUST, {}), 503, "service-unavailable", "analytics-service")


def test_a_service_that_is_not_set_is_a_503_that_names_the_setting(alone: Served) -> None:
    for path, body, name in (
        (SEARCH, {"query": "Rust"}, "SCOUT_URL"),
        (EXECUTE, {"action": "start"}, "AGENTS_URL"),
    ):
        service = f"{name.removesuffix('_URL').lower()}-service"
        assert name in refused(alone.post(path, body), 503, "service-not-set", service)
    assert alone.get(REGISTRY).status_code == 503


def raw(gateway: Served, path: str, body: bytes, declared: int) -> socket.socket:
    """A connection on which a request was sent."""
    place = urlsplit(gateway.url)
    assert place.port is not None
    connection = socket.create_connection(("127.0.0.1", place.port))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {declared}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_client_that_leaves_ends_the_call(server: ForwardedServer) -> None:
    server.moods["/voice"] = Mood.HANG
    with serving(server) as gateway:
        body = json.dumps(TEXT).encode()
        client = raw(gateway, TTS, body, len(body))
        wait_until(lambda: asked_of(server))
        before = server.connections
        client.close()
        wait_until(lambda: server.connections < before)
        raw(gateway, STT, b'{"audio_base64": "UklG', 1000).close()  # in the midst of its body
        server.moods = {}
        assert gateway.post(STT, {"audio_base64": "UklG"}).status_code == 200


def test_many_calls_to_a_service_that_hangs_hold_up_no_interview(server: ForwardedServer) -> None:
    server.moods["/voice"] = Mood.HANG
    body = json.dumps(TEXT).encode()
    with serving(server) as gateway:
        clients = [raw(gateway, TTS, body, len(body)) for _ in range(20)]
        wait_until(lambda: len(asked_of(server)) == forwarding.AT_ONCE)
        watch = Stopwatch()
        Desktop(gateway).start().answer("An answer.")
        assert watch.seconds() < 1
        assert len(asked_of(server)) == forwarding.AT_ONCE
        for client in clients:
            client.close()
        server.moods = {}
        assert gateway.post(TTS, TEXT).status_code == 200  # each place was given back


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (TTS, {}, "text"),
        (TTS, {"text": " "}, "text"),
        (TTS, {"text": 7}, "text"),
        (STT, {}, "body"),
        (STT, {"audio_base64": "", "audio_url": ""}, "body"),
        (STT, {"audio_url": 7}, "audio_url"),
        (STT, [], "body"),
        (SENTIMENT, {"context": "general"}, "text"),
        (TRUST, [], "body"),
        (SEARCH, {"query": ""}, "query"),
        (EXECUTE, {"action": "stop"}, "action"),
        (EXECUTE, {}, "candidate_id"),
        (EXECUTE, {"action": "status"}, "interview_id"),
        (EXECUTE, {"action": "answer", "interview_id": "i-1"}, "answer"),
        (EXECUTE, {"action": "answer", "interview_id": "i-1", "answer": "a" * 10_001}, "answer"),
        *(
            (EXECUTE, {"action": "answer", "interview_id": id, "answer": "a"}, "interview_id")
            for id in ("..", ".", "", "a/../../health", "a%2f..", "a?b", "a#b", "i" * 129, "ä")
        ),
    ],
)
def test_a_wrong_call_is_a_422_that_asks_nobody(
    gateway: Served, server: ForwardedServer, path: str, body: Any, field: str
) -> None:
    response = gateway.post(path, body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert asked_of(server) == []


def test_a_number_is_an_id_too(gateway: Served, server: ForwardedServer) -> None:
    gateway.post(EXECUTE, {"action": "status", "interview_id": 7})
    assert asked_of(server) == [("GET", "/interviews/7", None)]


def test_an_audio_url_is_handed_on_and_not_fetched(
    gateway: Served, server: ForwardedServer
) -> None:
    url = f"{server.url}/secret"
    gateway.post(STT, {"audio_url": url})
    assert asked_of(server) == [("POST", "/voice/stt", {"audio_url": url})]


def send(gateway: Served, body: bytes, media: str = "application/json") -> httpx.Response:
    return gateway.client.post(STT, content=body, headers={"content-type": media})


def audio(size: int, rest: bytes = b"}") -> bytes:
    """A body of `size` bytes whose audio is what is large."""
    start = b'{"language": "de", "audio_base64" : "'
    return start + b"A" * (size - len(start) - len(rest) - 1) + b'"' + rest


def test_25_mib_of_audio_are_taken_as_they_are_and_a_byte_more_is_not(
    gateway: Served, server: ForwardedServer
) -> None:
    server.answer = json_reply({"text": "Hello"})
    assert send(gateway, audio(25 * MIB)).json() == {"text": "Hello"}
    [(_, _, arrived)] = asked_of(server)
    assert arrived == json.loads(audio(25 * MIB))
    assert send(gateway, audio(25 * MIB + 1)).status_code == 413
    assert gateway.post(TTS, {"text": "a" * MIB}).status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"note": "' + b"a" * MIB + b'", "audio_base64": "UklG"}', 413),
        (b'{"audio_base64": "\\/' + b"A" * MIB + b'"}', 413),
        (b"[" * 25 * MIB, 413),
        (b"[" * 100_000, 422),
        (audio(2 * MIB, b""), 422),
        (audio(2 * MIB)[:-2], 413),
        (b'{"audio_base64": "\xff"}', 422),
        (b"", 422),
        (b'{"a": {"audio_base64": "' + b"A" * MIB + b'"}}', 422),
        (b'{"a\\"audio_base64": "UklG", "audio_url": "x"}', 200),
        (b'{"audio_base64": "", "audio_url": "x"}', 200),
    ],
)
def test_a_large_body_is_judged_without_reading_it_whole(
    gateway: Served, body: bytes, status: int
) -> None:
    watch = Stopwatch()
    assert send(gateway, body).status_code == status
    assert watch.seconds() < 2


def test_audio_that_is_not_declared_as_json_is_refused(gateway: Served) -> None:
    response = send(gateway, b'{"audio_base64": "UklG"}', "text/plain")
    assert response.json()["type"] == "/problems/not-json"


def test_a_login_of_a_service_is_sent_to_it_and_shown_nowhere(server: ForwardedServer) -> None:
    url = server.url.replace("//", "//me:secret@")
    with serving(server, voice_url=Address(url)) as gateway:
        gateway.post(TTS, TEXT)
        shown = gateway.get("/api/v1/system/status").text + gateway.get("/api/v1/services").text
    assert server.requests[-1].headers["authorization"].startswith("Basic ")
    assert "secret" not in shown
    assert server.url in shown
