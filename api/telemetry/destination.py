"""Where the spans go, as OpenTelemetry's own variables have it.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ wants a warning
for a value that is not known, and no error: other programs on the machine may know it.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum

from api.settings import Settings
from backends.address import Address

logger = logging.getLogger(__name__)


class OtlpProtocol(StrEnum):
    """How a collector is spoken to."""

    HTTP = "http/protobuf"
    GRPC = "grpc"


class ExporterName(StrEnum):
    """Who takes the spans: a collector, or standard output."""

    OTLP = "otlp"
    CONSOLE = "console"


_USUAL_COLLECTOR = {
    OtlpProtocol.HTTP: Address("http://localhost:4318"),
    OtlpProtocol.GRPC: Address("http://localhost:4317"),
}


@dataclass(frozen=True)
class Destination:
    """Where spans go: to `collector` if there is one, to the console if `is_printed`."""

    collector: Address | None
    protocol: OtlpProtocol = OtlpProtocol.HTTP
    is_printed: bool = False


def destination_of(settings: Settings) -> Destination | None:
    """Return where the spans go; None if they go nowhere."""
    if not settings.traces:
        return None
    exporters = _exporters(settings.otel_traces_exporter)
    if not exporters:
        return None
    protocol = _protocol(settings)
    return Destination(
        _collector(settings, protocol) if ExporterName.OTLP in exporters else None,
        protocol,
        is_printed=ExporterName.CONSOLE in exporters,
    )


def _exporters(names: str | None) -> set[ExporterName]:
    if names is None:
        return {ExporterName.OTLP}
    found = set()
    for name in names.lower().split(","):
        try:
            found.add(ExporterName(name.strip()))
        except ValueError:
            logger.warning(
                "OTEL_TRACES_EXPORTER: the gateway has no exporter %r, only otlp, console and none",
                name.strip(),
            )
    return found


def _protocol(settings: Settings) -> OtlpProtocol:
    given = settings.otel_exporter_otlp_traces_protocol or settings.otel_exporter_otlp_protocol
    try:
        return OtlpProtocol((given or OtlpProtocol.HTTP).lower())
    except ValueError:
        logger.warning(
            "OTEL_EXPORTER_OTLP_PROTOCOL: the gateway cannot speak %r, only http/protobuf and "
            "grpc; it sends traces by http/protobuf",
            given,
        )
        return OtlpProtocol.HTTP


def _collector(settings: Settings, protocol: OtlpProtocol) -> Address:
    if settings.otel_exporter_otlp_traces_endpoint is not None:
        return settings.otel_exporter_otlp_traces_endpoint
    base = settings.otel_exporter_otlp_endpoint or _USUAL_COLLECTOR[protocol]
    return base if protocol is OtlpProtocol.GRPC else base.below("/v1/traces")
