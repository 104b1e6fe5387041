"""Traces by OpenTelemetry: spans for a request, its claim, its appends and each backend.

A span never holds words: no exception's message, no path or query, no text of a reply.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from api.telemetry import names
from api.telemetry.destination import Destination
from api.telemetry.exporting import Exporting
from api.telemetry.reasons import Outcome, outcome_of, reason_of
from api.telemetry.requests import OTHER, Request
from backends import correlation
from backends.asking import Asking
from backends.services import STREAMING
from statemachine.events import KIND_OF, Event

FIRST_SERVER_ERROR = 500

MODEL = re.compile(r"[\w.:/@+=-]{1,200}")
"""A model's name as models have them. A caller can post any text as a name, and one backend is
asked by what was posted; a sentence has blanks, and is in no span."""

_propagator = TraceContextTextMapPropagator()


class Tracing:
    """Makes the spans, which go to `destination`."""

    def __init__(self, destination: Destination) -> None:
        self._exporting = Exporting(destination)
        self._tracer: Tracer = self._exporting.provider.get_tracer("interview-gateway")

    async def aclose(self) -> None:
        """Send what is left."""
        await self._exporting.aclose()

    @contextmanager
    def request(self, request: Request) -> Iterator[None]:
        with self._span(request.method, SpanKind.SERVER, _of_caller()) as span:
            cause = correlation.current.get()
            if cause is not None:
                span.set_attribute(names.REQUEST_ID, cause.request_id)
            try:
                with _in_trace():
                    yield
            finally:
                _tell_of_answer(span, request)

    @contextmanager
    def claiming(self) -> Iterator[None]:
        with self._span(names.CLAIM):
            yield

    @contextmanager
    def appending(self, interview_id: str, events: Sequence[Event]) -> Iterator[None]:
        with self._span(names.APPEND) as span:
            span.set_attribute(names.CONVERSATION_ID, interview_id)
            span.set_attribute(names.EVENT_KINDS, [KIND_OF[type(event)] for event in events])
            yield

    @contextmanager
    def asking(self, asking: Asking) -> Iterator[None]:
        with self._span(f"{names.CHAT} {asking.name}", SpanKind.CLIENT) as span:
            span.set_attribute(names.OPERATION, names.CHAT)
            span.set_attribute(names.PROVIDER, asking.name)
            if asking.name in STREAMING:
                span.set_attribute(names.REQUEST_STREAM, True)
            if asking.interview_id is not None:
                span.set_attribute(names.CONVERSATION_ID, asking.interview_id)
            try:
                with _in_trace():
                    yield
            finally:
                _tell_how_it_went(span, asking)

    def verified(self, report: bytes) -> None:
        """It is no part of a request's trace."""

    def mark(self) -> object:
        """The span of the append that is handed to the writer."""
        return trace.get_current_span()

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        """A span for the commit, below the first append of it. All of them are linked with it."""
        appends = [mark for mark in marks if isinstance(mark, Span)]
        first, *others = appends
        commit = self._tracer.start_span(
            names.COMMIT,
            trace.set_span_in_context(first, Context()),
            links=[Link(append.get_span_context()) for append in others],
            attributes={names.SHARED_BY: len(appends)},
            start_time=began,
        )
        commit.end(ended)
        for append in appends:
            append.set_attribute(names.SHARED_BY, len(appends))
            append.add_link(commit.get_span_context())

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind = SpanKind.INTERNAL, parent: Context | None = None
    ) -> Iterator[Span]:
        """A span that is the current one inside. An exception gives it its type, and no message."""
        with self._tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
                span.set_status(Status(StatusCode.ERROR))
                raise


def _of_caller() -> Context:
    """The caller's trace, if it named one."""
    cause = correlation.current.get()
    return _propagator.extract(cause.headers() if cause is not None else {}, Context())


@contextmanager
def _in_trace() -> Iterator[None]:
    """Let log lines and services be told of the current span."""
    cause = correlation.current.get()
    if cause is None:
        yield
        return
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    known = cause._replace(
        traceparent=carrier.get("traceparent"), tracestate=carrier.get("tracestate")
    )
    token = correlation.current.set(known)
    try:
        yield
    finally:
        correlation.current.reset(token)


def _tell_of_answer(span: Span, request: Request) -> None:
    is_known = request.method != OTHER
    method = request.method if is_known else names.NAME_OF_OTHER_METHOD
    span.set_attribute(names.METHOD, request.method if is_known else names.OTHER_METHOD)
    if request.route == OTHER:
        span.update_name(method)
    else:
        span.update_name(f"{method} {request.route}")
        span.set_attribute(names.ROUTE, request.route)
    if request.status is not None:
        span.set_attribute(names.STATUS, request.status)
        if request.status >= FIRST_SERVER_ERROR:
            span.set_attribute(names.ERROR_TYPE, str(request.status))
            span.set_status(Status(StatusCode.ERROR))


def _tell_how_it_went(span: Span, asking: Asking) -> None:
    outcome, timing = outcome_of(asking), asking.timing()
    span.set_attribute(names.OUTCOME, outcome)
    if asking.model is not None and MODEL.fullmatch(asking.model):
        span.set_attribute(names.REQUEST_MODEL, asking.model)
        span.update_name(f"{names.CHAT} {asking.model}")
    if timing is not None:
        span.set_attribute(names.SECONDS_TO_FIRST_CHUNK, timing.first_word_ms / 1000)
    if asking.tokens is not None:
        span.set_attribute(names.OUTPUT_TOKENS, asking.tokens)
    if asking.prompt_tokens is not None:
        span.set_attribute(names.INPUT_TOKENS, asking.prompt_tokens)
    if outcome is Outcome.FAILED:
        span.set_attribute(names.ERROR_TYPE, reason_of(str(asking.error)))
        span.set_status(Status(StatusCode.ERROR))
