"""What the gateway is at the moment, for Prometheus: looked up when it asks, and kept nowhere."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api import __version__
from api.gateway import Gateway
from api.telemetry.metrics import PREFIX, LastCheck
from backends.circuit import CircuitState
from eventlog.errors import EventLogError

LOG_SECONDS = 1.0
"""How long the log is waited for. If its disk hangs, all else is told without it."""

Values = Mapping[tuple[str, ...], float]
"""By the values of the labels."""


@dataclass(frozen=True)
class State:
    """The gateway at one moment. What the log does not tell is None."""

    services: Mapping[str, bool]
    circuits: Mapping[str, CircuitState]
    replies_under_way: int
    is_writable: bool
    records: int | None
    stored_bytes: int | None
    last_check: LastCheck | None
    redis_online: bool | None
    """None if REDIS_URL is not set."""


async def state_of(gateway: Gateway, last_check: LastCheck | None) -> State:
    """Read it off the gateway, from memory but for the log's size."""
    records = stored_bytes = None
    shared = gateway.shared.glance()
    with suppress(EventLogError, TimeoutError):
        async with asyncio.timeout(LOG_SECONDS):
            records = await gateway.log.head()
            stored_bytes = await gateway.log.stored_bytes()
    return State(
        {status.name: status.online for status in await gateway.health.statuses(within=0)},
        gateway.circuits(),
        sum(glance.made_here for glance in gateway.conductor.glances()),
        gateway.log_monitor.is_writable,
        records,
        stored_bytes,
        last_check,
        None if shared is None else shared.is_online,
    )


class StateCollector(Collector):
    """Gives Prometheus a state. Only one is written out at a time."""

    def __init__(self) -> None:
        self.state: State | None = None

    def describe(self) -> Iterator[Metric]:
        """None: their names are known only with a state."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        state = self.state
        if state is None:
            return
        yield _gauge("info", "The gateway's version.", {(__version__,): 1}, "version")
        services: Values = {(name,): is_up for name, is_up in state.services.items()}
        yield _gauge("service_up", "1 if the service is online.", services, "service")
        circuits: Values = {
            (name, one.value): one is found
            for name, found in state.circuits.items()
            for one in CircuitState
        }
        yield _gauge("circuit", "1 for the circuit's state.", circuits, "backend", "state")
        yield _gauge("replies_under_way", "Replies being made here.", state.replies_under_way)
        yield _gauge("log_writable", "1 if the event log can be written.", state.is_writable)
        if state.records is not None:
            yield _gauge("log_records", "The event log's head: its events.", state.records)
        if state.stored_bytes is not None:
            yield _gauge("log_bytes", "The size of the log's files.", state.stored_bytes)
        if state.redis_online is not None:
            yield _gauge("redis_online", "1 if Redis can be used.", state.redis_online)
        if state.last_check is not None:
            check = state.last_check
            found = "1 if the last check of the whole log over HTTP found nothing."
            yield _gauge("verification_holds", found, check.holds)
            yield _gauge("verification_events", "Events that it covered.", check.events)
            ended = "When it ended, in seconds since 1970."
            yield _gauge("verification_timestamp_seconds", ended, check.ended)


def _gauge(name: str, text: str, values: float | Values, *labels: str) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, text, labels=labels)
    for found, value in values.items() if isinstance(values, Mapping) else [((), values)]:
        family.add_metric(found, value)
    return family
