"""A gateway whose log's key is not beside it, and the id that stands for the log itself."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventlog.keychanges import LOG_STREAM
from eventlog.keys import make_key
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from tests.desktop import Desktop
from tests.eventlog.evidence import rows
from tests.gateways import Served, serving

AUDIT = "/api/v1/audit"
INTERVIEWS = "/api/v1/interviews"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log that a gateway has conducted an interview on, and closed."""
    path = tmp_path / "interviews.db"
    with on(path) as gateway:
        Desktop(gateway).start(totalQuestions=1).finish()
    return path


def on(path: Path) -> AbstractContextManager[Served]:
    return serving(eventlog_url=f"sqlite:///{path}")


def put_another(key: Path) -> None:
    key.unlink()
    make_key(key)


LOST: dict[str, Callable[[Path], None]] = {"missing": Path.unlink, "another": put_another}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_interviews_go_on_and_what_takes_the_key_says_what_to_do(
    path: Path, lose: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    key = file.key_path(path)
    saved = key.read_bytes()
    lose(key)
    left = [other.read_bytes() for other in path.parent.glob("*.key*")]
    sealed = rows(path, "SELECT * FROM checkpoints")
    with caplog.at_level(logging.ERROR), on(path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=1)
        desktop.finish()
        bundle = f"{INTERVIEWS}/{desktop.interview_id}/bundle"
        for asked in (f"{AUDIT}/key", f"{AUDIT}/checkpoint", bundle):
            response = gateway.client.get(asked)
            assert response.status_code == 503, asked
            problem = response.json()
            assert problem["type"] == "/problems/no-signing-key"
            assert "put the log's key file back beside it, from the backup" in problem["detail"]
            assert "`interview-gateway audit new-key`" in problem["detail"]
            assert str(path.parent) not in response.text
            assert "answerTaken" not in problem
        assert gateway.get("/health").json()["gateway"]["eventLog"] == "online"
        assert [other.read_bytes() for other in path.parent.glob("*.key*")] == left
        [error] = [record for record in caplog.records if "be signed" in record.message]
        assert error.levelno == logging.ERROR
        assert "audit new-key" in error.message
    assert rows(path, "SELECT * FROM checkpoints") == sealed
    key.write_bytes(saved)
    with on(path) as gateway:
        assert gateway.get(f"{AUDIT}/key").text
    assert len(rows(path, "SELECT * FROM checkpoints")) == len(sealed) + 1


def test_asking_for_the_key_writes_nothing(path: Path) -> None:
    def state() -> dict[str, bytes]:
        return {found.name: found.read_bytes() for found in path.parent.iterdir()}

    with on(path) as gateway:
        before = state()
        assert gateway.get(f"{AUDIT}/key").text
        file.key_path(path).unlink()
        assert gateway.client.get(f"{AUDIT}/key").status_code == 503
        del before[file.key_path(path).name]
        assert state() == before


@pytest.fixture
def rekeyed(path: Path) -> Path:
    async def change() -> None:
        log = SqliteEventLog(path)
        await log.change_key("A zebra has it.", datetime.now(UTC))
        await log.close()

    asyncio.run(change())
    return path


def test_the_key_of_now_is_given_and_its_checkpoints_hold(rekeyed: Path) -> None:
    with on(rekeyed) as gateway:
        desktop = Desktop(gateway).start()
        report = gateway.client.post(f"{AUDIT}/verify").text.splitlines()[-1]
        assert '"holds":true' in report
        assert gateway.get(f"{AUDIT}/key").text.strip() in report
        bundle = gateway.get(f"{INTERVIEWS}/{desktop.interview_id}/bundle").json()
        assert bundle["key"] == gateway.get(f"{AUDIT}/key").text.strip()
        position = rows(rekeyed, f"SELECT position FROM events WHERE interview_id='{LOG_STREAM}'")
        [proof] = [gateway.get(f"{AUDIT}/inclusion", **row) for row in position]
        assert proof.json()["proof"] != []


# The id of the log itself


@pytest.mark.parametrize("part", ["", "/events", "/session?version=1", "/transcript", "/bundle"])
def test_the_logs_own_events_are_no_interview_to_read(rekeyed: Path, part: str) -> None:
    with on(rekeyed) as gateway:
        response = gateway.client.get(f"{INTERVIEWS}/{LOG_STREAM}{part}")
        assert (response.status_code, response.json()["type"]) == (
            404,
            "/problems/unknown-interview",
        )


def test_the_logs_own_events_are_no_interview_to_hold_or_forget(rekeyed: Path) -> None:
    before = rows(rekeyed)
    with on(rekeyed) as gateway:
        there = f"{INTERVIEWS}/{LOG_STREAM}"
        for response in (
            gateway.client.post(f"{there}/hold", json={"reason": "Why?"}),
            gateway.client.post(f"{there}/release", json={"reason": "Why?"}),
            gateway.client.delete(there),
        ):
            assert response.status_code == 404
            assert response.json()["type"] == "/problems/unknown-interview"
        assert [row["interviewId"] for row in gateway.get(INTERVIEWS).json()["interviews"]] == [
            row["interview_id"] for row in before[:1]
        ]
        assert gateway.get(INTERVIEWS, q="zebra").json()["interviews"] == []
    assert rows(rekeyed) == before


@pytest.mark.parametrize("rekeyed_before", [True, False])
def test_no_interview_is_begun_with_the_logs_own_id(
    path: Path, rekeyed_before: bool, request: pytest.FixtureRequest
) -> None:
    if rekeyed_before:
        request.getfixturevalue("rekeyed")
    before = rows(path)
    with on(path) as gateway:
        start = {"role": "Data Analyst", "interviewId": LOG_STREAM}
        session = Desktop(gateway).start(totalQuestions=1).session
        posted = session | {"interviewId": LOG_STREAM}
        for asked, body, field in (
            ("start", start, "interviewId"),
            ("respond", {"session": posted, "message": "It held."}, "session.interviewId"),
            ("summary", {"session": posted}, "session.interviewId"),
            ("summary", posted, "session.interviewId"),
        ):
            response = gateway.client.post(f"{INTERVIEWS}/{asked}", json=body)
            assert response.status_code == 422, asked
            problem = response.json()
            assert problem["type"] == "/problems/invalid-input"
            assert [error["field"] for error in problem["errors"]] == [field]
            assert "another UUID" in problem["detail"]
    assert len(rows(path)) == len(before) + 2  # of the one interview that was begun


def test_a_gateway_that_adopts_nothing_does_not_know_the_logs_own_id(rekeyed: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{rekeyed}", strict_sessions=True) as gateway:
        session = Desktop(gateway).start().session | {"interviewId": LOG_STREAM}
        response = gateway.post(
            f"{INTERVIEWS}/respond", {"session": session, "message": "It held."}
        )
        assert (response.status_code, response.json()["type"]) == (
            404,
            "/problems/unknown-interview",
        )


def test_a_log_in_memory_knows_its_own_id_too(alone: Served) -> None:
    start = {"role": "Data Analyst", "interviewId": LOG_STREAM}
    assert alone.post(f"{INTERVIEWS}/start", start).status_code == 422
