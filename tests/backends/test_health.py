"""Health: all seven services probed side by side, in rounds, and told of from memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from backends.health import HealthMonitor, ServiceStatus
from backends.http import Connections
from backends.services import CONVERSATION, GRANITE, OLLAMA, OPENAI, SERVICES
from tests.backends.surroundings import PATIENCE, eventually, running, urls_of
from tests.fakes import (
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
    OpenAiServer,
)
from tests.stopwatch import Stopwatch

NAMES = [info.name for info in SERVICES]
NEVER = 3600.0

Servers = Mapping[str, FakeServer]


@pytest.fixture
def servers() -> Iterator[Servers]:
    """All seven, in the order in which they are told of."""
    speaking = {GRANITE: GraniteServer, CONVERSATION: ConversationServer, OLLAMA: OllamaServer}
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                speaking[name]() if name in speaking else HealthOnlyServer(name)
            )
            for name in NAMES
        }


@asynccontextmanager
async def monitoring(
    servers: Servers, round_seconds: float = NEVER, probe_seconds: float = PATIENCE
) -> AsyncIterator[HealthMonitor]:
    """A monitor that runs."""
    async with aclosing(Connections()) as connections:
        monitor = HealthMonitor(
            connections,
            urls_of(servers.values()),
            round_seconds=round_seconds,
            probe_seconds=probe_seconds,
        )
        async with running(monitor):
            yield monitor


def found(
    servers: Servers, within: float = PATIENCE, probe_seconds: float = PATIENCE
) -> dict[str, ServiceStatus]:
    """What a monitor tells at first."""

    async def look() -> list[ServiceStatus]:
        async with monitoring(servers, probe_seconds=probe_seconds) as monitor:
            return await monitor.statuses(within)

    return {status.name: status for status in asyncio.run(look())}


def test_services_that_answer_are_online_in_their_order(servers: Servers) -> None:
    statuses = found(servers)
    assert list(statuses) == NAMES
    for status in statuses.values():
        assert (status.online, status.error) == (True, None)
        assert status.latency_ms is not None
        assert status.checked_at is not None
        assert datetime.now(UTC) - status.checked_at < timedelta(seconds=PATIENCE)


def test_an_eighth_is_probed_if_its_url_is_set(servers: Servers, openai: OpenAiServer) -> None:
    statuses = found({**servers, OPENAI: openai})
    assert list(statuses) == [*NAMES, OPENAI]
    assert statuses[OPENAI].online
    assert [(r.method, r.path) for r in openai.requests] == [("GET", "/v1/models")]


def test_a_probe_only_reads(servers: Servers) -> None:
    found(servers)
    for name, server in servers.items():
        path = "/api/tags" if name == OLLAMA else "/health"
        assert [(r.method, r.path, r.body) for r in server.requests] == [("GET", path, None)]


@pytest.mark.alone
def test_all_are_probed_side_by_side(servers: Servers) -> None:
    for server in servers.values():
        server.mood, server.delay = Mood.SLOW, 0.2
    watch = Stopwatch()
    statuses = found(servers)
    assert watch.seconds() < 1.2
    for status in statuses.values():
        assert status.latency_ms is not None
        assert status.latency_ms >= 200


def test_one_round_serves_however_many_ask(servers: Servers) -> None:
    async def ask() -> None:
        async with monitoring(servers) as monitor:
            await asyncio.gather(*(monitor.statuses(PATIENCE) for _ in range(100)))

    asyncio.run(ask())
    assert [server.count() for server in servers.values()] == [1] * 7


def test_each_round_probes_each_service_once(servers: Servers) -> None:
    async def run() -> None:
        async with monitoring(servers, round_seconds=0.05):
            await eventually(lambda: servers[OLLAMA].count() >= 4)

    asyncio.run(run())
    counts = [server.count() for server in servers.values()]
    assert max(counts) - min(counts) <= 1  # the last round may be under way


@pytest.mark.alone
def test_services_that_hang_delay_no_others(servers: Servers) -> None:
    hanging = {"voice-service": Mood.HANG, GRANITE: Mood.HANG_ACCEPT}
    for name, mood in hanging.items():
        servers[name].mood = mood
    watch = Stopwatch()
    statuses = found(servers, within=0.5)
    assert watch.seconds() < 1.5
    for name, status in statuses.items():
        if name in hanging:
            assert status == ServiceStatus(name, False, error="No answer yet after 500 ms")
        else:
            assert status.online


def test_a_probe_goes_on_after_the_reply_that_did_not_wait_for_it(servers: Servers) -> None:
    granite = servers[GRANITE]
    granite.mood, granite.delay = Mood.SLOW, 0.2

    async def look_twice() -> list[ServiceStatus]:
        async with monitoring(servers) as monitor:
            looks = [await monitor.statuses(within) for within in (0.05, PATIENCE)]
            return [status for look in looks for status in look if status.name == GRANITE]

    early, late = asyncio.run(look_twice())
    assert (early.online, early.error) == (False, "No answer yet after 50 ms")
    assert late.online
    assert granite.count() == 1


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        (Mood.ERROR_500, "HTTP 500"),
        (Mood.ERROR_429, "HTTP 429"),
        (Mood.REDIRECT, "HTTP 302"),
        (Mood.CLOSE, "Broke off its answer, or did not speak HTTP"),
        (Mood.HANG, "No answer within 200 ms"),
        (Mood.DRIP, "No answer within 200 ms"),
    ],
)
def test_a_service_that_fails_is_offline_with_a_reason(mood: Mood, error: str) -> None:
    seconds = 0.2 if mood in (Mood.HANG, Mood.DRIP) else PATIENCE
    with HealthOnlyServer("voice-service") as voice:
        voice.mood = mood
        status = found({voice.name: voice}, probe_seconds=seconds)[voice.name]
    assert (status.online, status.error, status.latency_ms) == (False, error, None)
    assert status.checked_at is not None


def test_a_service_that_is_not_there_refuses() -> None:
    assert {status.error for status in found({}).values()} == {"Connection refused"}


@pytest.mark.parametrize("mood", [Mood.HTML, Mood.TRUNCATED_JSON, Mood.ENDLESS, Mood.GZIP_BOMB])
def test_http_200_is_online_whatever_the_body(mood: Mood) -> None:
    with HealthOnlyServer("voice-service") as voice:
        voice.mood = mood
        assert found({voice.name: voice})[voice.name].online


def test_a_service_is_known_to_be_offline_only_after_a_probe_said_so(servers: Servers) -> None:
    servers[GRANITE].mood = Mood.ERROR_500

    async def look() -> list[str | None]:
        async with monitoring(servers) as monitor:
            before = monitor.offline_reason(GRANITE)
            await monitor.statuses(PATIENCE)
            return [before, *map(monitor.offline_reason, (GRANITE, OLLAMA))]

    assert asyncio.run(look()) == [None, "HTTP 500", None]


def test_a_service_that_comes_back_is_reported_once(servers: Servers) -> None:
    ollama = servers[OLLAMA]
    returned: list[str] = []

    async def go_and_come_back() -> None:
        async with monitoring(servers, round_seconds=0.02) as monitor:
            monitor.on_return = returned.append
            await monitor.statuses(PATIENCE)
            ollama.stop()
            await eventually(lambda: monitor.offline_reason(OLLAMA) == "Connection refused")
            assert returned == []
            ollama.start()
            await eventually(lambda: monitor.offline_reason(OLLAMA) is None)
            rounds = ollama.count()
            await eventually(lambda: ollama.count() >= rounds + 2)

    asyncio.run(go_and_come_back())
    assert returned == [OLLAMA]
