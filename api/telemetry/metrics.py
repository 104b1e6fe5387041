"""What is counted and timed, for Prometheus.

Every label has few values, and none that a caller chooses: no id, no path, no model. What the
gateway is at the moment, such as the log's size, is in `api.telemetry.state`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from time import perf_counter, time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector
from pydantic import BaseModel, Field

from api.telemetry.reasons import Outcome, Reason, outcome_of, reason_of
from api.telemetry.requests import OTHER, Request
from api.usecases.observing import Step
from backends.asking import Asking
from backends.services import (
    CONVERSATION,
    GRANITE,
    OLLAMA,
    OPENAI,
    RECORDING,
    STREAMING,
    TEMPLATES,
)
from eventlog.errors import EventLogError, VersionConflict
from statemachine.events import (
    KIND_OF,
    AssessmentGiven,
    Event,
    InterviewCompleted,
    Origin,
    QuestionAsked,
    QuestionKept,
    SummaryGiven,
)

PREFIX = "interview_gateway_"

BACKENDS = frozenset({CONVERSATION, GRANITE, OLLAMA, OPENAI})
SPEAKERS = BACKENDS | {RECORDING, TEMPLATES}

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SPEAKING_SECONDS = (0.1, 0.25, 0.5, 1, 2, 3, 4.5, 7.5, 15, 30, 60, 120)
COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
COMMIT_APPENDS = (1, 2, 4, 8, 16, 32, 64, 128)

REPLIES: dict[type[Event], str] = {
    QuestionAsked: "question",
    QuestionKept: "question-kept",
    InterviewCompleted: "closing",
    SummaryGiven: "summary",
    AssessmentGiven: "assessment",
}


class LastCheck(BaseModel):
    """What is kept of the report of a check of the whole log."""

    holds: bool
    events: int
    ended: float = Field(default_factory=time)
    """In seconds since 1970."""


class Metrics:
    """All that one gateway counts, in `registry`."""

    def __init__(self) -> None:
        # They would double the number of time series.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(PREFIX + name, text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(PREFIX + name, text, labels, buckets=buckets, registry=registry)

        self._requests = counter("http_requests", "Requests.", "method", "route", "status")
        self._request_seconds = histogram(
            "http_request_seconds",
            "Time from a request to the end of its answer, streams of events left out.",
            REQUEST_SECONDS,
            "method",
            "route",
        )
        self._stream_seconds = histogram(
            "http_stream_seconds", "How long streams of events lasted.", SPEAKING_SECONDS, "route"
        )
        self._listeners = Gauge(
            f"{PREFIX}reply_listeners", "Streams of events that are open.", registry=registry
        )
        self._replies = counter(
            "replies", "Replies in the log, by whose words they are.", "kind", "source"
        )
        self._reply_seconds = histogram(
            "reply_seconds",
            "Time that a reply took, with all backends that were passed over.",
            SPEAKING_SECONDS,
            "source",
        )
        self._passed_over = counter(
            "backend_passed_over", "Backends whose words were not used.", "backend", "reason"
        )
        self._asked = counter("backend_asked", "Requests for words.", "backend", "outcome")
        self._first_word_seconds = histogram(
            "backend_first_word_seconds",
            "Time from asking a backend that streams to its first word.",
            SPEAKING_SECONDS,
            "backend",
        )
        self._tokens = counter("backend_tokens", "Tokens read and written.", "backend", "type")
        self._appends = counter("log_appends", "Appends to the event log.", "outcome")
        self._append_seconds = histogram(
            "log_append_seconds", "Time that an append took, commit included.", COMMIT_SECONDS
        )
        self._events = counter("log_events", "Events appended.", "kind")
        self._commit_seconds = histogram(
            "log_commit_seconds", "Time that a commit took.", COMMIT_SECONDS
        )
        self._commit_appends = histogram(
            "log_commit_appends", "Appends that shared a commit.", COMMIT_APPENDS
        )
        self.last_check: LastCheck | None = None
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Make the time series whose labels are known. Prometheus' `rate` does not see the first
        count of one that was not there before, and so not the first error of a quiet week."""
        for backend in BACKENDS:
            for outcome in Outcome:
                self._asked.labels(backend, outcome)
            for reason in Reason:
                self._passed_over.labels(backend, reason)
        for backend in STREAMING:
            self._first_word_seconds.labels(backend)
            for type in ("input", "output"):
                self._tokens.labels(backend, type)
        for source in SPEAKERS:
            self._reply_seconds.labels(source)
            for kind in REPLIES.values():
                self._replies.labels(kind, source)
        for ending in ("written", "conflict", "failed"):
            self._appends.labels(ending)
        for kind in KIND_OF.values():
            self._events.labels(kind)

    @contextmanager
    def request(self, request: Request) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        finally:
            status = str(request.status) if request.status is not None else "none"
            self._requests.labels(request.method, request.route, status).inc()
            seconds = perf_counter() - began
            if request.is_stream:
                self._stream_seconds.labels(request.route).observe(seconds)
                self._listeners.dec()
            else:
                self._request_seconds.labels(request.method, request.route).observe(seconds)

    def stream_began(self) -> None:
        self._listeners.inc()

    def claiming(self) -> Step:
        return nullcontext()

    @contextmanager
    def appending(self, interview_id: str, events: Sequence[Event]) -> Iterator[None]:
        began = perf_counter()
        try:
            yield
        except VersionConflict:
            self._appends.labels("conflict").inc()
            raise
        except EventLogError:
            self._appends.labels("failed").inc()
            raise
        self._append_seconds.observe(perf_counter() - began)
        self._appends.labels("written").inc()
        for event in events:
            self._events.labels(KIND_OF[type(event)]).inc()
            kind, origin = REPLIES.get(type(event)), getattr(event, "origin", None)
            if kind is not None and origin is not None:
                self._count_reply(kind, origin)

    def _count_reply(self, kind: str, origin: Origin) -> None:
        source = speaker(origin.backend)
        self._replies.labels(kind, source).inc()
        self._reply_seconds.labels(source).observe(origin.elapsed_ms / 1000)
        for attempt in origin.attempts:
            self._passed_over.labels(speaker(attempt.backend), reason_of(attempt.reason)).inc()

    @contextmanager
    def asking(self, asking: Asking) -> Iterator[None]:
        try:
            yield
        finally:
            backend, timing = speaker(asking.name), asking.timing()
            self._asked.labels(backend, outcome_of(asking)).inc()
            if timing is not None:
                self._first_word_seconds.labels(backend).observe(timing.first_word_ms / 1000)
            for type, count in ("output", asking.tokens), ("input", asking.prompt_tokens):
                if count is not None:
                    self._tokens.labels(backend, type).inc(count)

    def verified(self, report: bytes) -> None:
        self.last_check = LastCheck.model_validate_json(report)

    def mark(self) -> object:
        return None

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        self._commit_seconds.observe((ended - began) / 1e9)
        self._commit_appends.observe(len(marks))


def speaker(name: str) -> str:
    """The name of a backend as a label: one of those that are known."""
    return name if name in SPEAKERS else OTHER
