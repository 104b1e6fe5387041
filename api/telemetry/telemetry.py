"""What follows the gateway: its metrics, its tracing, or both."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from api.environment import InvalidSettings
from api.settings import Settings
from api.telemetry.destination import Destination, OtlpProtocol, destination_of
from api.telemetry.requests import Request
from backends.asking import Asking
from statemachine.events import Event

if TYPE_CHECKING:
    # Each of the two is imported only if it is switched on.
    from api.telemetry.metrics import Metrics
    from api.telemetry.tracing import Tracing

logger = logging.getLogger(__name__)


class Telemetry:
    """An `Observer` for all that is switched on by `settings`. Raises InvalidSettings."""

    def __init__(self, settings: Settings) -> None:
        destination = destination_of(settings)
        self.metrics = _metrics() if settings.metrics else None
        self._tracing = _tracing(destination) if destination is not None else None
        self._parts = [part for part in (self.metrics, self._tracing) if part is not None]

    @property
    def is_on(self) -> bool:
        """Whether there is anything that follows the gateway."""
        return bool(self._parts)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At the end, hand on what is left."""
        try:
            yield
        finally:
            if self._tracing is not None:
                await self._tracing.aclose()

    @contextmanager
    def request(self, request: Request) -> Iterator[None]:
        """What is done for the request, to the end of its answer."""
        with ExitStack() as stack:
            for part in self._parts:
                stack.enter_context(part.request(request))
            yield

    def stream_began(self) -> None:
        """The answer to a request is a stream of events."""
        if self.metrics is not None:
            self.metrics.stream_began()

    @contextmanager
    def claiming(self) -> Iterator[None]:
        with ExitStack() as stack:
            for part in self._parts:
                stack.enter_context(part.claiming())
            yield

    @contextmanager
    def appending(self, interview_id: str, events: Sequence[Event]) -> Iterator[None]:
        with ExitStack() as stack:
            for part in self._parts:
                stack.enter_context(part.appending(interview_id, events))
            yield

    @contextmanager
    def asking(self, asking: Asking) -> Iterator[None]:
        with ExitStack() as stack:
            for part in self._parts:
                stack.enter_context(part.asking(asking))
            yield

    def verified(self, report: bytes) -> None:
        for part in self._parts:
            part.verified(report)

    def mark(self) -> object:
        return [part.mark() for part in self._parts]

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        for number, part in enumerate(self._parts):
            of_part = [mark[number] for mark in marks if isinstance(mark, list)]
            part.committed(of_part, began, ended)


def _metrics() -> "Metrics":
    try:
        from api.telemetry.metrics import Metrics
    except ModuleNotFoundError as error:
        raise InvalidSettings(
            f"METRICS: needs {error.name}, which is not installed; unset it, or install "
            "interview-gateway[team]"
        ) from error
    return Metrics()


def _tracing(destination: Destination) -> "Tracing | None":
    try:
        from api.telemetry.tracing import Tracing

        return Tracing(destination)
    except ModuleNotFoundError as error:
        # Whoever set the variables may have meant another program.
        logger.warning(
            "There are no traces, because %s is not installed; install interview-gateway[%s], or "
            "set OTEL_SDK_DISABLED=true",
            error.name,
            "otlp-grpc" if destination.protocol is OtlpProtocol.GRPC else "team",
        )
        return None
