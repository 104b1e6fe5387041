"""Traces, as a collector gets them: what they tell, and that they cost nobody anything."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from api.telemetry.names import SHARED_BY
from tests.desktop import Desktop
from tests.eventlog.storage_errors import locked
from tests.fakes import Mood, OllamaServer
from tests.fakes.collector import Collector, values
from tests.gateways import serving
from tests.streams import EVENTS

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=1"}
UNSAMPLED = {"traceparent": f"00-{'5' * 32}-{PARENT}-00"}
SAID, WRITTEN = "I once yodelled in Kraków.", "Tell me about your submarine?"
START, RESPOND = "/api/v1/interviews/start", "/api/v1/interviews/respond"


@dataclass
class Story:
    """What a collector got of some requests, and what an Ollama was asked meanwhile."""

    collector: Collector
    spans: list[Span]
    asked: list[dict[str, str]]

    def of_trace(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace_id.hex() == trace]

    def named(self, name: str) -> Span:
        return next(span for span in self.spans if span.name == name)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    log = tmp_path_factory.mktemp("log") / "interviews.db"
    with Collector() as collector, OllamaServer() as ollama:
        with serving(
            ollama, eventlog_url=f"sqlite:///{log}", otel_exporter_otlp_endpoint=collector.url
        ) as gateway:
            gateway.wait_until_noticed(ollama="online")
            ollama.script = [WRITTEN] * 9
            client = gateway.client
            session = client.post(START, json={"role": "Data Analyst"}, headers=CALLER).json()
            asked = [r.headers for r in ollama.requests if r.path == "/api/chat"]
            body = {"session": session, "message": SAID}
            client.post(RESPOND, json=body, headers=EVENTS)
            client.get(f"/{SAID}?q={SAID}")
            client.request("PROPFIND", "/health")
            client.post(START, json={"role": "Data Analyst", "model": SAID})
            client.post(RESPOND, json=body | {"message": SAID * 1000})
            client.get("/health", headers=UNSAMPLED)
            ollama.moods["/api/chat"] = Mood.ERROR_500
            failing = Desktop(gateway).start()
            others = [Desktop(gateway).start() for _ in range(3)]
            with ThreadPoolExecutor(3) as pool, locked(log):
                answers = [pool.submit(other.try_answer, SAID) for other in others]
                time.sleep(0.2)
            assert all(answer.result().is_success for answer in answers)
            failing.sum_up()
        yield Story(collector, collector.spans, asked)


def attributes(span: Span) -> dict[str, Any]:
    return values(span.attributes)


def test_a_request_goes_on_with_its_callers_trace(story: Story) -> None:
    ours = {span.span_id: span for span in story.of_trace(TRACE)}
    parents = Counter(
        (span.name, ours[span.parent_span_id].name if span.parent_span_id in ours else None)
        for span in ours.values()
    )
    request = f"POST {START}"
    assert parents == {
        (request, None): 1,
        ("claim", request): 1,
        ("append", "claim"): 1,
        ("chat llama3.2:1b", request): 1,
        ("append", request): 1,
        ("commit", "append"): 2,
    }
    [root] = [span for span in ours.values() if span.name == request]
    assert (root.parent_span_id.hex(), root.trace_state) == (PARENT, "a=1")
    assert root.kind == Span.SpanKind.SPAN_KIND_SERVER
    found = attributes(root)
    assert len(found.pop("interview_gateway.request_id")) == 32
    assert found == {
        "http.request.method": "POST",
        "http.route": START,
        "http.response.status_code": 200,
    }


def test_a_backend_is_asked_within_the_trace(story: Story) -> None:
    [chat] = [span for span in story.of_trace(TRACE) if span.name.startswith("chat ")]
    [asked] = story.asked
    assert asked["traceparent"] == f"00-{TRACE}-{chat.span_id.hex()}-01"
    assert asked["tracestate"] == "a=1"


def test_the_span_of_a_backend_keeps_the_conventions_for_generative_ai(story: Story) -> None:
    [chat] = [span for span in story.of_trace(TRACE) if span.name.startswith("chat ")]
    found = attributes(chat)
    assert chat.kind == Span.SpanKind.SPAN_KIND_CLIENT
    assert found.pop("gen_ai.response.time_to_first_chunk") >= 0
    assert found.pop("gen_ai.usage.input_tokens") > found.pop("gen_ai.usage.output_tokens") > 0
    interview = attributes(story.named("append"))["gen_ai.conversation.id"]
    assert found == {
        "gen_ai.conversation.id": interview,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "ollama",
        "gen_ai.request.model": "llama3.2:1b",
        "gen_ai.request.stream": True,
        "interview_gateway.outcome": "whole",
    }


def test_a_stream_is_one_span_to_its_end(story: Story) -> None:
    [streamed] = [
        span for span in story.spans if span.name == f"POST {RESPOND}" and _is_first(story, span)
    ]
    below = {s.name for s in story.of_trace(streamed.trace_id.hex())}
    assert {"claim", "append", "chat llama3.2:1b"} <= below
    ends = [s.end_time_unix_nano for s in story.of_trace(streamed.trace_id.hex())]
    assert streamed.end_time_unix_nano == max(ends)


def _is_first(story: Story, span: Span) -> bool:
    ended = [s.end_time_unix_nano for s in story.spans if s.name == span.name]
    return span.end_time_unix_nano == min(ended)


def test_appends_tell_which_commit_they_shared(story: Story) -> None:
    commits = {span.span_id: span for span in story.spans if span.name == "commit"}
    shared = [span for span in commits.values() if attributes(span)[SHARED_BY] > 1]
    assert shared
    for commit in shared:
        count = attributes(commit)[SHARED_BY]
        assert len(commit.links) == count - 1
        appends = [s for s in story.spans if commit.span_id in {link.span_id for link in s.links}]
        assert len(appends) == count
        assert {s.span_id for s in appends} == {
            commit.parent_span_id,
            *(link.span_id for link in commit.links),
        }


def test_a_backend_that_fails_is_told_by_a_word(story: Story) -> None:
    failed = [span for span in story.spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert failed
    for span in failed:
        assert attributes(span)["error.type"] == "error-status"
        assert span.status.message == ""
        assert not span.events


def test_what_a_caller_writes_into_path_and_method_is_in_no_span(story: Story) -> None:
    unknown_path = story.named("GET")
    assert unknown_path.kind == Span.SpanKind.SPAN_KIND_SERVER
    assert "http.route" not in attributes(unknown_path)
    found = attributes(story.named("HTTP /health"))
    assert (found["http.request.method"], found["http.response.status_code"]) == ("_OTHER", 405)


def test_a_caller_who_does_not_sample_is_not_traced(story: Story) -> None:
    assert story.of_trace("5" * 32) == []


def test_no_span_holds_a_word_of_candidate_or_model(story: Story) -> None:
    sent = b"".join(story.collector.bodies)
    for words in (SAID, WRITTEN, "yodelled", "submarine", "Kraków"):
        assert words.encode() not in sent


def test_the_spans_are_those_of_the_gateway(story: Story) -> None:
    assert story.collector.resource()["service.name"] == "interview-gateway"


def test_a_mistake_of_ours_is_told_by_its_type(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def mistaken(*_: object) -> None:
        raise RuntimeError(SAID)

    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")  # it would log the message
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with serving(otel_exporter_otlp_endpoint=collector.url) as gateway:
            desktop = Desktop(gateway).start()
            monkeypatch.setattr(gateway.app.state.gateway.conductor, "respond", mistaken)
            assert desktop.try_answer(SAID).status_code == 500
        [failed] = [s for s in collector.spans if s.status.code == Status.STATUS_CODE_ERROR]
    assert attributes(failed)["http.response.status_code"] == 500
    assert attributes(failed)["error.type"] == "RuntimeError"
    assert b"yodelled" not in b"".join(collector.bodies)


IMPORTED = """
import sys
from api.app import create_app
from tests.gateways import settings_for
collector = "http://127.0.0.1:9"
for settings in (
    {},
    {"otel_exporter_otlp_endpoint": collector, "otel_sdk_disabled": True},
    {"metrics": True},
    {"otel_exporter_otlp_endpoint": collector},
):
    create_app(settings_for(**settings))
    heavy = {"prometheus_client", "opentelemetry.sdk", "google.protobuf", "api.telemetry"}
    print(*sorted(heavy & set(sys.modules)))
"""


def test_what_is_switched_off_is_not_imported() -> None:
    found = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.splitlines() == [
        "",
        "",
        "api.telemetry prometheus_client",
        "api.telemetry google.protobuf opentelemetry.sdk prometheus_client",
    ]
