"""Where spans are sent, and that requests do not notice how it goes."""

import json
import logging
import sys
import time
from typing import Any

import pytest

from api.environment import InvalidSettings
from api.telemetry.destination import Destination, OtlpProtocol, destination_of
from api.telemetry.telemetry import Telemetry
from backends.address import Address
from tests.fakes.collector import Collector, GrpcCollector, needs_grpc
from tests.gateways import NOWHERE, serving, settings_for
from tests.stopwatch import Stopwatch

GRPC, HTTP = OtlpProtocol.GRPC, OtlpProtocol.HTTP
BASE = {"otel_exporter_otlp_endpoint": "http://c:4317"}


@pytest.mark.parametrize(
    ("given", "destination"),
    [
        ({}, None),
        (BASE, Destination(Address("http://c:4317/v1/traces"))),
        (
            BASE | {"otel_exporter_otlp_protocol": "grpc"},
            Destination(Address("http://c:4317"), GRPC),
        ),
        (
            BASE
            | {"otel_exporter_otlp_traces_endpoint": "http://t/x"}
            | {"otel_exporter_otlp_protocol": "grpc"}
            | {"otel_exporter_otlp_traces_protocol": "HTTP/protobuf"},
            Destination(Address("http://t/x"), HTTP),
        ),
        (BASE | {"otel_traces_exporter": "None"}, None),
        (BASE | {"otel_sdk_disabled": True}, None),
        ({"otel_traces_exporter": "otlp"}, Destination(Address("http://localhost:4318/v1/traces"))),
        (
            {"otel_traces_exporter": "otlp", "otel_exporter_otlp_protocol": "grpc"},
            Destination(Address("http://localhost:4317"), GRPC),
        ),
        ({"otel_traces_exporter": "console"}, Destination(None, is_printed=True)),
        (
            BASE | {"otel_traces_exporter": "otlp, console"},
            Destination(Address("http://c:4317/v1/traces"), is_printed=True),
        ),
    ],
)
def test_the_usual_variables_say_where_spans_go(
    given: dict[str, Any], destination: Destination | None
) -> None:
    assert destination_of(settings_for(**given)) == destination


def test_what_the_gateway_cannot_do_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    json_over_http = settings_for(**BASE, otel_exporter_otlp_protocol="http/json")
    assert destination_of(json_over_http) == destination_of(settings_for(**BASE))
    assert destination_of(settings_for(**BASE, otel_traces_exporter="zipkin")) is None
    protocol, exporter = (record.getMessage() for record in caplog.records)
    assert "'http/json', only http/protobuf and grpc" in protocol
    assert "'zipkin', only otlp, console and none" in exporter


@needs_grpc
def test_a_collector_can_be_spoken_to_by_grpc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "tenant=a%20b")
    with GrpcCollector() as collector:
        with serving(
            otel_exporter_otlp_endpoint=collector.url.replace("http://", "http://me:secret@"),
            otel_exporter_otlp_protocol="grpc",
        ) as gateway:
            gateway.get("/live")
        assert [span.name for span in collector.spans] == ["GET /live"]
    sent = collector.headers[0]
    assert (sent["tenant"], sent["authorization"]) == ("a b", "Basic bWU6c2VjcmV0")


def test_the_console_gets_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(otel_traces_exporter="console") as gateway:
        for _ in range(2):
            gateway.get("/live")
    printed = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["name"] for line in printed] == ["GET /live"] * 2


def test_a_variable_that_cannot_be_used_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")
    with pytest.raises(InvalidSettings, match=r"^OTEL_…: .*max_queue_size.*OTEL_SDK_DISABLED=true"):
        Telemetry(settings_for(**BASE))


def test_the_whole_url_and_its_credentials_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "our-gateway")
    with Collector() as collector:
        url = collector.url.replace("http://", "http://me:secret@")
        with serving(
            otel_exporter_otlp_endpoint=NOWHERE,
            otel_exporter_otlp_traces_endpoint=f"{url}/v1/traces",
        ) as gateway:
            gateway.get("/health")
        assert collector.resource()["service.name"] == "our-gateway"
        assert collector.headers[0]["authorization"] == "Basic bWU6c2VjcmV0"


@pytest.mark.parametrize("collector", ["gone", "hanging"])
def test_requests_do_not_notice_a_collector_that_is(
    collector: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "64")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64")
    with Collector(hangs=True) as hanging:
        url = NOWHERE if collector == "gone" else hanging.url
        with serving(otel_exporter_otlp_endpoint=url) as gateway:
            slowest = 0.0
            for _ in range(150):
                watch = Stopwatch()
                assert gateway.get("/health").is_success
                slowest = max(slowest, watch.seconds())
            watch = Stopwatch()
    assert slowest < 3, "the exporter itself would wait for 10 s"
    assert watch.seconds() < 8
    told = [record for record in caplog.records if "collector" in record.message.lower()]
    told += [record for record in caplog.records if "raced" in record.message]
    assert len(told) <= 2
    assert not [r for r in caplog.records if r.name.startswith(("opentelemetry", "urllib3"))]


def test_a_collector_that_comes_back_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "api.telemetry.exporting")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    with (
        Collector(answers=404) as collector,
        serving(otel_exporter_otlp_endpoint=collector.url) as gateway,
    ):
        for answers in (404, 200):
            collector.answers = answers
            for _ in range(3):
                count = len(collector.bodies)
                gateway.get("/health")
                while len(collector.bodies) == count:
                    time.sleep(0.01)
    # The thread of a gateway before may tell of its own collector, which is gone.
    told = [record.message for record in caplog.records if collector.url in record.message]
    assert told == [
        f"Traces cannot be sent to {collector.url}/v1/traces; they are dropped",
        f"Traces are sent to {collector.url}/v1/traces again",
    ]


@pytest.mark.parametrize(
    ("protocol", "missing", "extra"),
    [
        (HTTP, "opentelemetry.sdk.resources", "[team]"),
        (GRPC, "opentelemetry.exporter.otlp.proto.grpc.trace_exporter", "[otlp-grpc]"),
    ],
)
def test_without_the_packages_a_warning_says_so_and_the_gateway_serves(
    protocol: OtlpProtocol,
    missing: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for ours in ("api.telemetry.tracing", "api.telemetry.exporting"):
        monkeypatch.delitem(sys.modules, ours, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with serving(
        otel_exporter_otlp_endpoint=NOWHERE, otel_exporter_otlp_protocol=protocol
    ) as gateway:
        assert gateway.get("/health").is_success
    assert f"interview-gateway{extra}" in caplog.text
