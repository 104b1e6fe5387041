"""Every fault behind every adapter, through the real gateway: in time, valid, nothing left.

The same as `python -m tests.reliability.backends`, with less time for the backends.
"""

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.desktop import Desktop
from tests.fakes import ConversationServer, GraniteServer, Mood, OllamaServer
from tests.gateways import Served, serving
from tests.reliability.backends import FAULTS, SPEAKING, drive_all, lanes, table

SLACK = 3.0
"""Seconds beyond the contract's: the machine of a test does other things too. A backend that
is waited for without end shows all the same."""


def test_interviews_hold_behind_every_fault(tmp_path: Path) -> None:
    with lanes(tmp_path, slack=SLACK, slow_seconds=0.2, REPLY_BUDGET_SECONDS="0.6") as opened:
        asyncio.run(drive_all(opened, seconds=6, clients=2, questions=1))
        complaints = [complaint for lane in opened for complaint in lane.complaints]
        assert complaints == [], table(opened)
        for lane in opened:
            assert set(FAULTS) <= set(lane.tallies)


def models_of(gateway: Served) -> list[dict[str, Any]]:
    models: list[dict[str, Any]] = gateway.get("/api/v1/models").json()["models"]
    return models


def test_no_task_outlives_its_request() -> None:
    """Tasks cannot be counted from outside: so this gateway is one of this process."""
    with ExitStack() as stack:
        services = [
            stack.enter_context(kind())
            for kind in (GraniteServer, ConversationServer, OllamaServer)
        ]
        gateway = stack.enter_context(serving(*services, reply_budget_seconds=0.3))
        gateway.wait_until_noticed(granite_interview_service="online", ollama="online")

        async def tasks() -> list[str]:
            return sorted(task.get_name().rstrip("0123456789") for task in asyncio.all_tasks())

        gateway.app.add_api_route("/tasks", tasks)
        while not {"ready", "installed"} & {m.get("state") for m in models_of(gateway)}:
            time.sleep(0.05)  # until all that Ollama is asked for at the start is answered
        before = gateway.get("/tasks").json()
        for mood in Mood:
            for service in services:
                service.moods = {SPEAKING[service.name]: mood}
            desktop = Desktop(gateway).start(totalQuestions=1)
            desktop.finish()
            desktop.sum_up()
        deadline = time.monotonic() + 20
        while (after := gateway.get("/tasks").json()) != before:
            # A probe may be under way just now; what was left behind would stay.
            assert time.monotonic() < deadline, after
            time.sleep(0.1)
