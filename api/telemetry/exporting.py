"""Hands the spans to a collector, or prints them, from a thread of its own.

Requests never wait for it. If the collector is gone or slow, spans wait in a queue of a fixed
length (2,048 by default), and those that do not fit are dropped.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from threading import Thread

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.util.re import parse_env_headers

from api import __version__
from api.environment import InvalidSettings
from api.telemetry.destination import Destination, OtlpProtocol
from backends.address import Address

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 1.0
"""How long a gateway that stops waits for its last spans to be sent."""

TALKATIVE = ("opentelemetry", "urllib3", "grpc")
"""They would print a line, or a stack trace, for each batch that cannot be sent."""

QUOTES_HEADERS = "opentelemetry.util.re"
"""It would print a header that is malformed, and with it perhaps a password."""


class Exporting:
    """The provider of all spans, and the threads that hand them to `destination`. Raises
    InvalidSettings if a variable of OpenTelemetry's has a value that it cannot use."""

    def __init__(self, destination: Destination) -> None:
        logging.getLogger(QUOTES_HEADERS).setLevel(logging.CRITICAL)
        try:
            self.provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
            self._exporters = list(_exporters(destination))
            for exporter in self._exporters:
                self.provider.add_span_processor(BatchSpanProcessor(exporter))
        except ModuleNotFoundError:
            raise
        except Exception as error:  # there are many variables, and each kind of error is possible
            raise InvalidSettings(
                f"OTEL_…: OpenTelemetry cannot use one of its variables ({error}); correct it, or "
                "set OTEL_SDK_DISABLED=true"
            ) from error
        for talkative in TALKATIVE:
            logging.getLogger(talkative).setLevel(logging.CRITICAL)

    async def aclose(self) -> None:
        """Send what is left, for as long as there is time for it."""
        closed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def close() -> None:
            self.provider.shutdown()
            if not loop.is_closed():
                loop.call_soon_threadsafe(closed.set)

        # A daemon's, because a collector that hangs would keep the process alive.
        Thread(target=close, name="closing the exporter", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await closed.wait()
        except TimeoutError:
            logger.warning("The collector of traces did not take the last spans in time")
            for exporter in self._exporters:
                exporter.shutdown()


class _ReportingExporter(SpanExporter):
    """Sends spans, and says once that they cannot be sent, and once that they can be again."""

    def __init__(self, otlp: SpanExporter, collector: Address) -> None:
        self._otlp = otlp
        self._collector = collector
        self._is_failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._otlp.export(spans)
        is_failing = result is not SpanExportResult.SUCCESS
        if is_failing and not self._is_failing:
            logger.warning("Traces cannot be sent to %s; they are dropped", self._collector)
        elif self._is_failing and not is_failing:
            logger.info("Traces are sent to %s again", self._collector)
        self._is_failing = is_failing
        return result

    def shutdown(self) -> None:
        self._otlp.shutdown()


def _exporters(destination: Destination) -> Iterator[SpanExporter]:
    collector = destination.collector
    if collector is not None:
        by_grpc = destination.protocol is OtlpProtocol.GRPC
        otlp = _over_grpc(collector) if by_grpc else _over_http(collector)
        yield _ReportingExporter(otlp, collector)
    if destination.is_printed:
        yield ConsoleSpanExporter(
            out=sys.stdout, formatter=lambda span: f"{span.to_json(indent=None)}\n"
        )


def _over_http(collector: Address) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    given = collector.authorization
    headers = {"authorization": given} if given is not None else None
    return OTLPSpanExporter(collector.url, headers=headers)


def _over_grpc(collector: Address) -> SpanExporter:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it prints past the log
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    given, headers = collector.authorization, None
    if given is not None:  # unlike the other, this exporter takes no headers of both
        variables = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
        others = next(filter(None, map(os.environ.get, variables)), "")
        headers = {**parse_env_headers(others, liberal=True), "authorization": given}
    exporter: SpanExporter = OTLPSpanExporter(collector.url, headers=headers)
    return exporter


def _resource() -> Resource:
    """What the spans are of; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it."""
    ours = Resource({"service.name": "interview-gateway", "service.version": __version__})
    return Resource.create().merge(ours).merge(OTELResourceDetector().detect())
