"""Collectors of traces: they take spans by OTLP, over HTTP or gRPC, and show what they got."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from typing import Any, Self

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

HAS_GRPC = False
with suppress(ModuleNotFoundError):  # raised for a package above it
    HAS_GRPC = find_spec("opentelemetry.exporter.otlp.proto.grpc") is not None

needs_grpc = pytest.mark.skipif(not HAS_GRPC, reason="takes the extra otlp-grpc")


class _Received:
    """What a collector got: the requests' bodies, and their headers in small letters."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    @property
    def spans(self) -> list[Span]:
        """All that came in, in the order in which they ended."""
        found = (ExportTraceServiceRequest.FromString(body) for body in self.bodies)
        return [
            span
            for request in found
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, Any]:
        """What the spans are of."""
        request = ExportTraceServiceRequest.FromString(self.bodies[0])
        return values(request.resource_spans[0].resource.attributes)


class Collector(_Received):
    """Listens on loopback from `with` on. One that `hangs` takes requests and never answers; others
    give the status `answers`."""

    def __init__(self, *, hangs: bool = False, answers: int = 200) -> None:
        super().__init__()
        self.answers = answers
        self._release = threading.Event()
        if not hangs:
            self._release.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector._release.wait()
                collector.headers.append({k.lower(): v for k, v in self.headers.items()})
                collector.bodies.append(body)
                self.send_response(collector.answers if self.path == "/v1/traces" else 404)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


class GrpcCollector(_Received):
    """Listens on loopback from `with` on."""

    def __init__(self) -> None:
        super().__init__()
        import grpc

        self._server = grpc.server(ThreadPoolExecutor(1))
        method = grpc.unary_unary_rpc_method_handler(
            self._export,
            ExportTraceServiceRequest.FromString,
            ExportTraceServiceResponse.SerializeToString,
        )
        service = "opentelemetry.proto.collector.trace.v1.TraceService"
        handler = grpc.method_handlers_generic_handler(service, {"Export": method})
        self._server.add_generic_rpc_handlers((handler,))
        self.url = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    def _export(
        self, request: ExportTraceServiceRequest, context: Any
    ) -> ExportTraceServiceResponse:
        self.headers.append(dict(context.invocation_metadata()))
        self.bodies.append(request.SerializeToString())
        return ExportTraceServiceResponse()


def values(attributes: Any) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {found.key: _value(found.value) for found in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    found = getattr(value, kind)
    return [_value(one) for one in found.values] if kind == "array_value" else found
