"""The short run of `python -m tests.bench.network_faults`: each fault once, then two at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bench.network_faults import Harness, harness_in
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.network import Fault, network
from tests.postgres import GATEWAY, cluster, needs_postgres
from tests.redis_server import needs_redis, redis_server
from tests.reliability.roaming import START, Outcome
from tests.streams import events_in, listening

pytestmark = needs_postgres

PATIENCE = 60
FAULTS = (Fault.CUT, Fault.HOLD_ANSWERS, Fault.DRIP, Fault.HOLD, Fault.DELAY)
ANSWERS = 2
"""So many answers a gateway gives while it suffers."""


def wait_until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def wait_for_answers(harness: Harness, gateway: int, *outcomes: Outcome) -> None:
    """Until a gateway has said so some times more."""
    wanted = harness.answers_of(gateway, *outcomes) + ANSWERS
    wait_until(lambda: harness.answers_of(gateway, *outcomes) >= wanted)


@pytest.mark.alone
def test_no_fault_of_the_network_loses_or_doubles_a_move(tmp_path: Path) -> None:
    with harness_in(tmp_path, gateways=2) as harness:
        first, second = harness.sites
        with harness.roaming(clients=6, seed=20261128):
            for fault in FAULTS:
                wait_for_answers(harness, 0, Outcome.DONE)  # it has recovered by itself
                harness.suffer(fault, *first.links)
                wait_for_answers(harness, 0, *Outcome)
                harness.network.heal()
            harness.suffer(Fault.HOLD, *first.links)
            harness.suffer(Fault.CUT, *second.links)
            wait_for_answers(harness, 1, *Outcome)
        result = harness.check()
    assert result.findings == []
    assert all(said in result.said() for said in (Outcome.DONE, Outcome.NOT_TAKEN)), result.said()
    assert result.faults.keys() == set(FAULTS)


def start(gateway: Served) -> bool:
    """Whether an interview could be started, whose reply is seen as it comes."""
    setup = {"role": "Data Analyst", "totalQuestions": 1}
    with listening(gateway, "POST", START, setup) as response:
        if response.status_code == httpx.codes.OK:
            return [event.name for event in events_in(response)][-1] == "done"
        assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE, response.read()
        return False


@needs_redis
def test_no_task_outlives_a_fault_of_the_network(tmp_path: Path) -> None:
    """Tasks cannot be counted from outside: so this gateway is one of this process."""
    with network() as net, OllamaServer() as ollama, redis_server(tmp_path) as redis:
        database, shared = net.link(cluster().port), net.link(redis.port)
        url = cluster().empty_log(GATEWAY).replace(f":{cluster().port}/", f":{database.port}/")
        places: dict[str, Any] = {
            "eventlog_url": url,
            "eventlog_key": tmp_path / "log.key",
            "redis_url": f"redis://127.0.0.1:{shared.port}",
        }
        with serving(ollama, **places) as gateway, ThreadPoolExecutor(4) as pool:
            gateway.wait_until_noticed(ollama="online")

            async def tasks() -> list[str]:
                return sorted(task.get_name().rstrip("0123456789") for task in asyncio.all_tasks())

            gateway.app.add_api_route("/tasks", tasks)
            wait_until(lambda: start(gateway))
            # Those of a reply end a little later.
            of_reply = {"reply", "claims on replies", "drafts of replies"}
            wait_until(lambda: not of_reply & set(gateway.get("/tasks").json()))
            wait_until(lambda: "channels listened to" in gateway.get("/tasks").json())
            before = Counter(gateway.get("/tasks").json())
            for fault in (Fault.CUT, Fault.HOLD):
                net.suffer(fault, database, shared)
                assert not any(pool.map(start, [gateway] * 4))
                net.heal()
                wait_until(lambda: start(gateway))
            # What was left behind would stay.
            wait_until(lambda: Counter(gateway.get("/tasks").json()) <= before)
