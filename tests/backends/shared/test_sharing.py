"""What two gateways share: one probes and lists models for both, and both know whom not to ask."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from backends.circuit import FAILURES, FIRST_PAUSE, Circuit, CircuitState
from backends.health import HealthMonitor
from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.models import ModelCatalogue
from backends.services import GRANITE, OLLAMA
from backends.shared.circuits import SharedCircuits
from backends.shared.redis import RedisBoard
from tests.backends.shared.gateways import board, eventually, new_log, online
from tests.backends.surroundings import PATIENCE, running, urls_of
from tests.eventlog.running import in_loop
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.redis_server import RedisServer, needs_redis, redis_server

pytestmark = needs_redis

PLAIN = 4.5
ROUND = 0.2


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@asynccontextmanager
async def two_boards(redis: RedisServer) -> AsyncIterator[tuple[RedisBoard, RedisBoard]]:
    log = new_log()
    yield board(redis.url, log), board(redis.url, log)


@in_loop
async def test_one_gateway_probes_and_the_other_knows(redis: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        ann, ben = await stack.enter_async_context(two_boards(redis))
        with GraniteServer() as of_ann, GraniteServer() as of_ben:
            connections = await stack.enter_async_context(aclosing(Connections()))
            # Each looks elsewhere, so that it shows who probes.
            one = HealthMonitor(connections, urls_of([of_ann]), board=ann, round_seconds=ROUND)
            two = HealthMonitor(connections, urls_of([of_ben]), board=ben, round_seconds=ROUND)
            returned: list[str] = []
            two.on_return = returned.append
            await stack.enter_async_context(online(ann, ben))
            rounds = asyncio.create_task(one.run())
            await eventually(lambda: of_ann.count() >= 2)
            async with running(two):
                statuses = {s.name: s for s in await two.statuses(PATIENCE)}
                assert statuses[GRANITE].online
                assert statuses[OLLAMA].error == "Connection refused"
                probed = of_ann.count()
                await eventually(lambda: of_ann.count() >= probed + 3)
                assert of_ben.count() == 0
                of_ann.mood = Mood.ERROR_500
                await eventually(lambda: two.offline_reason(GRANITE) == "HTTP 500")
                of_ann.mood = Mood.GOOD
                await eventually(lambda: returned == [GRANITE])
                # An administrator's look is one's own.
                looked = of_ben.count()
                await two.probe_now()
                assert of_ben.count() > looked
                # If nothing more comes of the first one's duty, the second does the work.
                rounds.cancel()
                await asyncio.wait([rounds])
                await eventually(lambda: of_ben.count() > 1)


@in_loop
async def test_one_gateway_lists_the_models_and_the_other_has_them(redis: RedisServer) -> None:
    async with AsyncExitStack() as stack:
        ann, ben = await stack.enter_async_context(two_boards(redis))
        with OllamaServer() as of_ann, OllamaServer() as of_ben:
            connections = await stack.enter_async_context(aclosing(Connections()))

            async def catalogue(ollama: OllamaServer, of: RedisBoard) -> ModelCatalogue:
                urls = urls_of([ollama])
                loader = ModelLoader(Service(connections, urls[OLLAMA]))
                await stack.enter_async_context(aclosing(loader))
                return ModelCatalogue(connections, urls, loader, board=of, round_seconds=ROUND)

            one, two = await catalogue(of_ann, ann), await catalogue(of_ben, ben)
            await stack.enter_async_context(online(ann, ben))
            async with running(one):
                await eventually(lambda: of_ann.count("/api/tags") >= 2)
                async with running(two):
                    await two.models(PATIENCE)
                    await eventually(lambda: two.listed() == one.listed())
                    assert [model.source for model in two.listed()] == [OLLAMA] * len(two.listed())
                    assert all(model.state in ("ready", "installed") for model in two.listed())
                    fetched = of_ann.count("/api/tags")
                    await eventually(lambda: of_ann.count("/api/tags") >= fetched + 3)
                    assert of_ben.requests == []
                    two.fetch_now()
                    await eventually(lambda: of_ben.count("/api/tags") == 1)


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def two_circuits(
    redis: RedisServer,
) -> AsyncIterator[tuple[list[Circuit], list[SharedCircuits], list[Clock], list[RedisBoard]]]:
    log = new_log()
    clocks, boards = [Clock(), Clock()], [board(redis.url, log) for _ in range(2)]
    circuits = [Circuit(clock) for clock in clocks]
    shared = [
        SharedCircuits({OLLAMA: circuit}, one)
        for circuit, one in zip(circuits, boards, strict=True)
    ]
    async with online(*boards):
        yield circuits, shared, clocks, boards


@in_loop
async def test_a_circuit_that_opens_opens_for_all_and_one_gateway_tries(
    redis: RedisServer,
) -> None:
    async with two_circuits(redis) as (circuits, shared, clocks, _):
        one, two = circuits
        for _ in range(FAILURES - 1):
            one.failed("HTTP 500")
            two.failed("HTTP 502")
        assert (one.state(PLAIN), two.state(PLAIN)) == ("closed", "closed")
        one.failed("HTTP 500")
        await eventually(lambda: two.state(PLAIN) is CircuitState.OPEN)
        assert "last with “HTTP 500”; next try in" in str(two.refusal(PLAIN))

        for clock in clocks:
            clock.at += FIRST_PAUSE
        for circuit in circuits:
            assert circuit.needs_trial(PLAIN)
            circuit.begin_trial()
        may = await asyncio.gather(*(each.may_try(OLLAMA) for each in shared))
        # On a machine with much to do, the answer may come too late for one of them, or for both.
        assert any(may)
        winner = may.index(True)
        circuits[1 - winner].abandon_trial()
        circuits[winner].failed("HTTP 503")
        await eventually(lambda: "HTTP 503" in str(circuits[1 - winner].refusal(PLAIN)))
        for clock in clocks:
            clock.at += 2 * FIRST_PAUSE
        circuits[winner].begin_trial()
        circuits[winner].succeeded(1.0)
        await eventually(lambda: circuits[1 - winner].state(PLAIN) is CircuitState.CLOSED)


@in_loop
async def test_a_backend_that_is_too_slow_or_switched_off_is_so_for_all(
    redis: RedisServer,
) -> None:
    async with two_circuits(redis) as ((one, two), _, _, _):
        one.was_late(20.0)
        await eventually(lambda: two.is_slow_for(PLAIN))
        two.succeeded(1.0)
        await eventually(lambda: not one.is_slow_for(PLAIN))
        two.hold_open()
        await eventually(lambda: one.is_held_open)
        one.reset()
        await eventually(lambda: not two.is_held_open)


@in_loop
async def test_a_gateway_that_comes_later_learns_what_the_others_know_also_after_a_wipe(
    redis: RedisServer,
) -> None:
    log = new_log()
    first, second = Circuit(), Circuit()
    ann, ben = board(redis.url, log), board(redis.url, log)
    SharedCircuits({OLLAMA: first}, ann)
    SharedCircuits({OLLAMA: second}, ben)
    async with online(ann):
        first.hold_open()
        redis.tell("FLUSHALL")
        async with online(ben):
            await eventually(lambda: second.is_held_open)


@in_loop
async def test_while_redis_is_gone_each_gateway_has_its_own_circuit(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        async with two_circuits(redis) as ((one, two), shared, _, boards):
            redis.kill()
            for _ in range(FAILURES):
                one.failed("HTTP 500")
            await eventually(lambda: not any(one.glance().is_online for one in boards))
            assert await shared[0].may_try(OLLAMA)
            assert await shared[1].may_try(OLLAMA)
            assert (one.state(PLAIN), two.state(PLAIN)) == ("open", "closed")
            redis.start()
            await eventually(lambda: two.state(PLAIN) is CircuitState.OPEN)
