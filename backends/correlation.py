"""What ties a request to all that it causes: the ids that log lines carry and services are sent."""

from contextvars import ContextVar
from typing import NamedTuple

TRACE_ID = slice(3, 35)
SPAN_ID = slice(36, 52)
"""Where these stand in a `traceparent` (https://www.w3.org/TR/trace-context/)."""


class Correlation(NamedTuple):
    """The request's id, and its place in a trace if it is part of one."""

    request_id: str
    traceparent: str | None = None
    tracestate: str | None = None

    @property
    def trace_id(self) -> str | None:
        return self.traceparent[TRACE_ID] if self.traceparent else None

    @property
    def span_id(self) -> str | None:
        return self.traceparent[SPAN_ID] if self.traceparent else None

    def headers(self) -> dict[str, str]:
        """What a service is sent, so that its log and its traces name the same request."""
        headers = {"x-request-id": self.request_id}
        if self.traceparent is not None:
            headers["traceparent"] = self.traceparent
            if self.tracestate is not None:
                headers["tracestate"] = self.tracestate
        return headers


current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)
"""That of the request for which something is done. Tasks inherit it from whoever began them. None
for what nobody asked for, such as a probe."""
