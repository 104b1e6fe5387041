"""A gateway whose log somebody changed: what it cannot tell, it says; all others are served."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop import Desktop
from tests.eventlog.verification.logs import falsify
from tests.gateways import Served, serving

INTERVIEWS = "/api/v1/interviews"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "interviews.db"


@pytest.fixture
def broken(path: Path) -> Desktop:
    """A desktop whose interview lost its second event from the log, in no gateway yet."""
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        desktop = Desktop(gateway).start(totalQuestions=2)
        desktop.answer("An answer.")
    falsify(path, "DELETE FROM events WHERE position = 1")
    return desktop


@pytest.fixture
def gateway(broken: Desktop, path: Path) -> Iterator[Served]:
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        broken.gateway = gateway
        yield gateway


@pytest.mark.parametrize("what", ["", "/events", "/session", "/transcript", "/bundle"])
def test_an_interview_that_is_not_what_was_logged_is_said_so(
    gateway: Served, broken: Desktop, what: str
) -> None:
    reply = gateway.get(f"{INTERVIEWS}/{broken.interview_id}{what}")
    assert reply.status_code == 500
    problem = reply.json()
    assert problem["type"].endswith("/not-as-logged")
    lacks = "node 1 of level 0" if what == "/bundle" else f"2 of interview {broken.interview_id}"
    assert f"{lacks} is missing" in problem["detail"]
    assert "Run `interview-gateway audit verify`" in problem["detail"]


def test_it_is_not_gone_on_with_and_all_others_are(gateway: Served, broken: Desktop) -> None:
    reply = broken.try_answer("Another answer.")
    assert reply.status_code == 500
    assert reply.json()["type"].endswith("/not-as-logged")
    Desktop(gateway).start(totalQuestions=1).finish()


def test_a_row_where_none_can_be_keeps_nobody_waiting(path: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        Desktop(gateway).start(totalQuestions=2)
        falsify(
            path,
            "INSERT INTO events SELECT 1 << 62, interview_id, 99, kind, schema_version, time, "
            "payload, salt, commitment, leaf FROM events WHERE position = 0",
        )
        assert gateway.get(INTERVIEWS, q="zebra").json()["interviews"] == []
        reply = gateway.post(f"{INTERVIEWS}/start", {"role": "Data Analyst"})
        assert reply.status_code == 500, "nothing is written behind it"
        assert reply.json()["type"].endswith("/not-as-logged")


def test_a_tree_without_a_node_gives_no_checkpoint(gateway: Served, path: Path) -> None:
    falsify(path, "DELETE FROM nodes")
    reply = gateway.get("/api/v1/audit/checkpoint")
    assert reply.status_code == 500
    assert reply.json()["type"].endswith("/not-as-logged")
