"""Metrics, as Prometheus gets them."""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from api.app import create_app
from api.environment import InvalidSettings
from api.telemetry.reasons import Reason, reason_of
from api.telemetry.telemetry import Telemetry
from eventlog.errors import LogUnavailable
from eventlog.memory import MemoryEventLog
from eventlog.protocol import Appended
from statemachine.events import Event
from statemachine.interview import Interview
from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.forked import PATIENCE
from tests.gateways import Served, serving, settings_for
from tests.streams import listening

PREFIX = "interview_gateway_"
Samples = dict[tuple[str, ...], float]


def scraped(gateway: Served) -> Samples:
    """The samples by their name, without our prefix, and the values of their labels."""
    answer = gateway.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix(PREFIX), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gateway whose granite fails and whose Ollama speaks."""
    log = tmp_path_factory.mktemp("log") / "interviews.db"
    with GraniteServer() as granite, OllamaServer() as ollama:
        granite.moods["/api/v1/interviews"] = Mood.ERROR_500
        with serving(granite, ollama, metrics=True, eventlog_url=f"sqlite:///{log}") as gateway:
            gateway.wait_until_noticed(ollama="online", granite_interview_service="online")
            desktop = Desktop(gateway).start(totalQuestions=3)
            desktop.finish()
            desktop.sum_up()
            yield gateway


def test_what_never_happened_is_counted_as_none() -> None:
    """Prometheus does not see the first count of a time series that was not there before."""
    with serving(metrics=True) as gateway:
        found = scraped(gateway)
    for key in (
        ("backend_passed_over_total", "ollama", "too-slow"),
        ("backend_asked_total", "openai", "failed"),
        ("backend_tokens_total", "ollama", "output"),
        ("replies_total", "summary", "templates"),
        ("log_appends_total", "conflict"),
        ("log_events_total", "content-forgotten"),
    ):
        assert found[key] == 0
    assert ("backend_tokens_total", "conversation-service", "output") not in found


def test_requests_are_counted_and_timed_by_endpoint(measured: Served) -> None:
    found = scraped(measured)
    respond = "/api/v1/interviews/respond"
    assert found["http_requests_total", "POST", respond, "200"] == 3
    assert found["http_request_seconds_count", "POST", respond] == 3
    assert 0 < found["http_request_seconds_sum", "POST", respond] < 30


def test_replies_are_counted_by_whose_words_they_are(measured: Served) -> None:
    found = scraped(measured)
    assert found["replies_total", "question", "ollama"] == 3
    assert found["replies_total", "summary", "ollama"] == 1
    closing = [value for key, value in found.items() if key[:2] == ("replies_total", "closing")]
    assert sum(closing) == 1
    assert found["reply_seconds_count", "ollama"] >= 4


def test_why_a_backend_was_passed_over_is_one_of_a_few_words(measured: Served) -> None:
    found = scraped(measured)
    granite = "granite-interview-service"
    assert found["backend_passed_over_total", granite, "error-status"] == 3
    assert found["backend_passed_over_total", granite, "not-asked"] >= 1
    assert found["backend_asked_total", granite, "failed"] == 3
    reasons = {key[2] for key in found if key[0] == "backend_passed_over_total"}
    assert reasons <= set(Reason)


def test_speed_and_tokens_of_a_model_are_its_backends(measured: Served) -> None:
    found = scraped(measured)
    asked = found["backend_asked_total", "ollama", "whole"]
    assert found["backend_first_word_seconds_count", "ollama"] == asked
    assert found["backend_tokens_total", "ollama", "input"] > 100
    assert found["backend_tokens_total", "ollama", "output"] > 0


def test_services_and_circuits_are_as_they_are_now(measured: Served) -> None:
    found = scraped(measured)
    assert found["service_up", "ollama"] == 1
    assert found["service_up", "voice-service"] == 0
    circuit = {state: found["circuit", "granite-interview-service", state] for state in
               ("closed", "open", "trial")}  # fmt: skip
    assert circuit == {"closed": 0, "open": 1, "trial": 0}
    assert found["circuit", "ollama", "closed"] == 1


def test_the_log_tells_its_size_and_how_it_is_written(measured: Served) -> None:
    found = scraped(measured)
    events = sum(value for key, value in found.items() if key[0] == "log_events_total")
    assert found["log_records",] == events == 9
    assert found["log_bytes",] > 10_000
    assert found["log_writable",] == 1
    appends = found["log_appends_total", "written"]
    assert found["log_append_seconds_count",] == found["log_commit_appends_sum",] == appends
    assert 0 < found["log_commit_seconds_count",] <= appends


def test_the_last_check_of_the_log_is_told_once_there_was_one(measured: Served) -> None:
    assert ("verification_holds",) not in scraped(measured)
    before = time.time()
    measured.post("/api/v1/audit/verify", None)
    found = scraped(measured)
    assert found["verification_holds",] == 1
    assert found["verification_events",] == 9
    assert before <= found["verification_timestamp_seconds",] <= time.time()


def test_callers_cannot_make_time_series(measured: Served) -> None:
    def ask(n: int) -> None:
        client, id = measured.client, f"{n:08d}-2222-4333-8444-555555555555"
        client.get(f"/my-name-is/{n}")
        client.get(f"/page/{n}.js")
        method = ("PROPFIND", "MKCOL", "PURGE")[n % 3]  # any other is no HTTP
        client.request(method, "/health", headers={"User-Agent": f"agent/{n}"})
        client.get(f"/api/v1/interviews/{id}", headers={"X-Request-ID": f"request-{n}"})
        start = {"role": "Data Analyst", "model": f"model-{n}"}
        client.post("/api/v1/interviews/start", json=start)

    ask(0)
    before = set(scraped(measured)) | set(scraped(measured))
    for n in range(1, 40):
        ask(n)
    assert set(scraped(measured)) == before
    text = measured.get("/metrics").text
    assert not {"my-name", "PROPFIND", "agent/", "model-", "request-"} & set(text.split())
    found = scraped(measured)
    assert found["http_requests_total", "GET", "other", "404"] == 40
    assert found["http_requests_total", "other", "/health", "405"] == 40
    assert found["http_requests_total", "GET", "/page", "404"] == 40


def test_an_open_stream_is_a_listener_and_no_slow_request() -> None:
    with OllamaServer() as ollama, serving(ollama, metrics=True) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.moods["/api/chat"] = Mood.STALLS
        path = "/api/v1/interviews/start"
        with listening(gateway, "POST", path, {"role": "Data Analyst"}) as response:
            pieces = response.iter_raw()
            next(pieces)
            found = scraped(gateway)
            assert found["reply_listeners",] == found["replies_under_way",] == 1
        deadline = time.monotonic() + PATIENCE
        while scraped(gateway)["reply_listeners",] and time.monotonic() < deadline:
            time.sleep(0.02)
        found = scraped(gateway)
        assert found["reply_listeners",] == 0
        assert found["http_stream_seconds_count", path] == 1
        assert ("http_request_seconds_count", "POST", path) not in found


class BrokenLog(MemoryEventLog):
    """A log that cannot be read, and takes nothing."""

    async def head(self) -> int:
        raise LogUnavailable("its disk is gone")

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        raise LogUnavailable("its disk is gone")


def test_a_log_that_is_gone_leaves_all_other_metrics() -> None:
    with serving(log=BrokenLog(), metrics=True) as gateway:
        assert gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}).status_code == 503
        found = scraped(gateway)
    assert ("log_records",) not in found
    assert ("log_bytes",) not in found
    assert found["log_appends_total", "failed"] == 1
    assert found["service_up", "ollama"] == 0


class SlowToCollect(Collector):
    """Takes a while, and notes the thread in which it is written out."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def collect(self) -> Iterator[Metric]:
        self.threads.append(threading.get_ident())
        time.sleep(0.2)
        return iter(())


def test_writing_them_out_holds_up_nobody_and_is_done_once_for_all_who_ask() -> None:
    slow = SlowToCollect()

    async def play() -> int:
        app = create_app(settings_for(metrics=True))
        async with app.router.lifespan_context(app):
            exposition = app.state.exposition
            exposition._metrics.registry.register(slow)
            slow.threads.clear()
            asking = asyncio.gather(*(exposition.text("") for _ in range(20)))
            turns = 0
            while not asking.done():
                await asyncio.sleep(0.01)
                turns += 1
            assert len({text for text, _ in await asking}) == 1
            return turns

    assert asyncio.run(play()) > 5
    assert len(slow.threads) == 1
    assert threading.get_ident() not in slow.threads


def test_prometheus_may_ask_for_openmetrics(measured: Served) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = measured.client.get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
    assert measured.client.head("/metrics").status_code == 200


def test_where_they_are_off_there_is_no_such_page(alone: Served) -> None:
    assert alone.get("/metrics").status_code == 404


def test_without_the_package_the_gateway_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "api.telemetry.metrics")
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(InvalidSettings, match=r"^METRICS: .*interview-gateway\[team\]"):
        Telemetry(settings_for(metrics=True))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Offline: Connection refused", Reason.OFFLINE),
        ("Not asked: 100 others wait for a reply", Reason.NOT_ASKED),
        ("Its model is being loaded", Reason.LOADING),
        ("No answer within 4.5 s; ollama gave one", Reason.TOO_SLOW),
        ("Nobody waited for it any longer", Reason.STOPPED),
        ("Connection refused", Reason.UNREACHABLE),
        ("Its certificate has expired", Reason.UNREACHABLE),
        ("HTTP 503", Reason.ERROR_STATUS),
        ("Redirects elsewhere (HTTP 302)", Reason.ERROR_STATUS),
        ("Said nothing", Reason.UNUSABLE),
        ("anything else", Reason.UNUSABLE),
    ],
)
def test_a_reason_is_one_word(sentence: str, reason: Reason) -> None:
    assert reason_of(sentence) is reason
