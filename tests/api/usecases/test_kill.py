"""kill -9 under load: what was acknowledged is in the log, and interviews go on."""

import random
import signal
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from tests.http_clients import http_client
from tests.processes import Process, gateway_process

CLIENTS = 4
KILLS = 4


class Candidate(Thread):
    """Conducts interviews until the gateway is gone; keeps every session acknowledged."""

    def __init__(self, url: str, session: dict[str, Any] | None) -> None:
        super().__init__()
        self._url = url
        self.session = session
        self.refusals: list[str] = []

    def run(self) -> None:
        with http_client(base_url=self._url, timeout=10) as client:
            try:
                while True:
                    self._move(client)
            except httpx.TransportError:
                return

    def _move(self, client: httpx.Client) -> None:
        if self.session is None or self.session["isComplete"]:
            body: dict[str, Any] = {"role": "Data Analyst", "totalQuestions": 15}
            response = client.post("/api/v1/interviews/start", json=body)
        else:
            body = {
                "session": self.session,
                "message": f"My answer {self.session['currentQuestion']}.",
            }
            response = client.post("/api/v1/interviews/respond", json=body)
        if response.status_code == 200:
            self.session = response.json()
        else:
            self.refusals.append(response.text)


def test_nothing_acknowledged_is_lost_and_interrupted_interviews_go_on(tmp_path: Path) -> None:
    sessions: list[dict[str, Any] | None] = [None] * CLIENTS
    for _ in range(KILLS):
        with gateway_process(tmp_path) as gateway:
            for session in filter(None, sessions):
                check_held(gateway, session)
            candidates = [Candidate(gateway.url, session) for session in sessions]
            for candidate in candidates:
                candidate.start()
            time.sleep(random.uniform(0.2, 0.8))
            gateway.stop(signal.SIGKILL)
            for candidate in candidates:
                candidate.join()
            assert [candidate.refusals for candidate in candidates] == [[]] * CLIENTS
            sessions = [candidate.session for candidate in candidates]
    assert any(sessions)


def check_held(gateway: Process, session: dict[str, Any]) -> None:
    """The log holds the session that was acknowledged, and at most one answer more."""
    found = gateway.client.get(f"/api/v1/interviews/{session['interviewId']}").json()
    held = found["session"]["messages"]
    assert held[: len(session["messages"])] == session["messages"]
    assert len(held) <= len(session["messages"]) + 2
