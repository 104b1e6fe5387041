"""A log that cannot be written: the answer was not taken, and the caller is told so."""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eventlog.times import utc_now
from statemachine.commands import give_answer
from tests.desktop import Desktop
from tests.events import head_of
from tests.fakes import GraniteServer, Mood
from tests.gateways import Served, serving


def check_not_taken(desktop: Desktop) -> None:
    response = desktop.try_answer("Is this taken?")
    problem = response.json()
    assert response.status_code == 503
    assert problem["type"] == "/problems/log-unavailable"
    assert problem["answerTaken"] is False
    assert "not recorded" in problem["detail"]
    assert str(Path.cwd()) not in response.text


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/interviews.db"


def test_a_locked_log_takes_nothing_and_is_back_when_it_is_free(url: str, tmp_path: Path) -> None:
    with serving(eventlog_url=url) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=2)
        before = head_of(gateway)
        other = sqlite3.connect(tmp_path / "interviews.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        check_not_taken(desktop)
        other.close()
        assert head_of(gateway) == before
        desktop.finish()


def test_a_log_that_was_moved_away_takes_nothing_and_is_back_when_it_is(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "interviews.db"
    with serving(eventlog_url=url) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=2)
        path.rename(tmp_path / "away.db")
        check_not_taken(desktop)
        start = gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"})
        assert start.status_code == 503
        assert gateway.get("/api/v1/interviews").status_code == 503
        assert gateway.get("/health").status_code == 200
        (tmp_path / "away.db").rename(path)
        desktop.finish()


def test_a_reply_that_cannot_be_recorded_is_not_given_and_the_same_post_fetches_it(
    url: str, tmp_path: Path
) -> None:
    with GraniteServer() as granite, serving(granite, eventlog_url=url) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        desktop = Desktop(gateway).start(totalQuestions=2)
        granite.mood, granite.delay = Mood.SLOW, 0.3
        with ThreadPoolExecutor() as pool:
            posting = pool.submit(desktop.try_answer, "Taken before the log failed.")
            while not granite.count("/api/v1/interviews/respond"):
                time.sleep(0.01)
            other = sqlite3.connect(tmp_path / "interviews.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            response = posting.result()
        other.close()
        assert response.status_code == 503
        assert response.json()["answerTaken"] is True
        desktop.answer("Taken before the log failed.")
        assert desktop.answers == ["Taken before the log failed."]
        desktop.finish()


def test_an_answer_that_was_not_taken_is_never_said_to_be(url: str, tmp_path: Path) -> None:
    with serving(eventlog_url=url) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=2)
        log = gateway.app.state.gateway.log
        asyncio.run(log.append(desktop.interview_id, 2, [give_answer("It held.")], utc_now()))
        other = sqlite3.connect(tmp_path / "interviews.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        check_not_taken(desktop)
        other.close()
        assert desktop.try_answer("Is this taken?").status_code == 409


def test_health_tells_that_the_log_cannot_be_written(url: str, tmp_path: Path) -> None:
    path = tmp_path / "interviews.db"
    with serving(eventlog_url=url) as gateway:
        assert gateway.get("/health").json()["gateway"]["eventLog"] == "online"
        path.rename(tmp_path / "away.db")
        assert gateway.post("/api/v1/interviews/start", {"role": "Data Analyst"}).is_server_error
        wait_for_log(gateway, "offline")
        (tmp_path / "away.db").rename(path)
        wait_for_log(gateway, "online")


def wait_for_log(gateway: Served, status: str) -> None:
    deadline = time.monotonic() + 10
    while gateway.get("/health").json()["gateway"]["eventLog"] != status:
        assert time.monotonic() < deadline, f"health never told that the log is {status}"
        time.sleep(0.02)
