"""Hands the spans to a collector, by OTLP over HTTP, from a thread of its own.

Requests never wait for it. If the collector is gone or slow, spans wait in a queue of a fixed
length (2,048 by default), and those that do not fit are dropped.
"""

import asyncio
import logging
from collections.abc import Sequence
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from api import __version__
from backends.address import Address

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 1.0
"""How long a gateway that stops waits for its last spans to be sent."""


class Exporting:
    """The provider of all spans, and the thread that sends them to `collector`."""

    def __init__(self, collector: Address) -> None:
        # They would print a line, or a stack trace, for each batch that cannot be sent.
        for talkative in ("opentelemetry", "urllib3"):
            logging.getLogger(talkative).setLevel(logging.CRITICAL)
        self.provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._exporter = _ReportingExporter(collector)
        self.provider.add_span_processor(BatchSpanProcessor(self._exporter))

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
            self._exporter.shutdown()


class _ReportingExporter(SpanExporter):
    """Sends spans, and says once that they cannot be sent, and once that they can be again."""

    def __init__(self, collector: Address) -> None:
        given = collector.authorization
        headers = {"authorization": given} if given is not None else None
        self._collector = collector
        self._otlp = OTLPSpanExporter(collector.url, headers=headers)
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
        self._otlp.shutdown()  # type: ignore[no-untyped-call]


def _resource() -> Resource:
    """What the spans are of; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it."""
    ours = Resource({"service.name": "interview-gateway", "service.version": __version__})
    return Resource.create().merge(ours).merge(OTELResourceDetector().detect())
