"""The whole log checked over HTTP: in a process of low priority, and that nobody leaves behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.verification import workers
from statemachine.commands import give_answer
from statemachine.session import MAX_QUESTIONS
from tests.desktop import Desktop
from tests.eventlog.interviews import ask, close, new_id, start, tell
from tests.eventlog.verification.logs import copy, falsify
from tests.gateways import Served, serving
from tests.http_clients import http_client
from tests.processes import gateway_process
from tests.stopwatch import Stopwatch

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="looks for processes with ps; the check itself runs there too"
)

VERIFY = "/api/v1/audit/verify"
PATIENCE = 10

LONG = workers.LONG + 1_000
"""Events of a log that is long enough for two processes, and for a second or two."""

LONGEST_INTERVIEW = (
    start(total=MAX_QUESTIONS),
    *(
        event
        for number in range(1, MAX_QUESTIONS + 1)
        for event in (ask(number), give_answer("Because."))
    ),
    close(),
)
"""What an interview costs to append is paid less often with long ones."""


def verify(gateway: Served) -> list[dict[str, Any]]:
    """All lines of a check."""
    response = gateway.client.post(VERIFY)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def check_progress(lines: list[dict[str, Any]], events: int) -> None:
    assert lines
    assert all(set(line) == {"done", "of"} for line in lines)
    assert lines[-1] == {"done": events, "of": events}
    assert all(before["done"] < after["done"] for before, after in pairwise(lines))


def processes(path: Path) -> list[str]:
    """What runs that checks the log at `path`, and whatever that began."""
    listed = subprocess.run(
        ["ps", "-ww", "-e", "-o", "pid=", "-o", "ppid=", "-o", "ni=", "-o", "args="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    pids = {pid for pid, _, _, args in rows if "verify_process" in args and str(path) in args}
    return [" ".join(row) for row in rows if row[0] in pids or row[1] in pids]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "interviews.db"


@pytest.fixture
def gateway(path: Path) -> Iterator[Served]:
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose check takes so long that something can happen meanwhile. It takes long to make
    too: the worker that runs these tests first makes it for the others."""
    folder = tmp_path_factory.mktemp("long")
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    shared = folder.parents[1] if is_worker else folder
    made = shared / "long.db"

    async def make() -> None:
        log = SqliteEventLog(made)
        interviews = -(-LONG // len(LONGEST_INTERVIEW))
        await asyncio.gather(*(tell(log, new_id(), *LONGEST_INTERVIEW) for _ in range(interviews)))
        await log.close()

    with FileLock(shared / "long.making"):
        if not made.exists():
            asyncio.run(make())
    return copy(made, folder / "interviews.db")


@contextmanager
def following(gateway: str) -> Iterator[Iterator[str]]:
    """The lines of a check as they come. To leave is to disconnect."""
    with (
        http_client(base_url=gateway, timeout=60) as client,
        client.stream("POST", VERIFY) as response,
    ):
        yield response.iter_lines()


# What comes of it


def test_an_untouched_log_holds(gateway: Served, path: Path) -> None:
    Desktop(gateway).start(totalQuestions=2).finish()
    gateway.client.post("/api/v1/audit/checkpoint")
    *progress, report = verify(gateway)
    check_progress(progress, 6)
    checkpoint = gateway.get("/api/v1/audit/checkpoint").text.splitlines()
    assert (report["holds"], report["findings"], report["firstFinding"]) == (True, [], None)
    assert (report["events"], report["interviews"], report["findingsLeftOut"]) == (6, 1, 0)
    # Of what is kept outside, the gateway knows nothing: it claims no more than consistency.
    assert report["coverage"] == {"kept": 0, "keptSigned": 0, "sealed": 6, "none": 0}
    assert report["checkpointsInLog"] == 2  # one over no events, which names the log's key
    key = gateway.get("/api/v1/audit/key").text.strip()
    assert report["keys"] == [{"fromEvent": 0, "key": key, "knownFrom": "beside the log"}]
    assert report["origin"] == checkpoint[0]
    assert len(bytes.fromhex(report["root"])) == 32
    assert str(path) not in json.dumps(report)


def test_an_empty_log_holds_and_is_told_of_too(gateway: Served) -> None:
    *progress, report = verify(gateway)
    check_progress(progress, 0)
    assert (report["holds"], report["events"]) == (True, 0)


def test_a_letter_that_was_changed_is_found(gateway: Served, path: Path) -> None:
    desktop = Desktop(gateway).start(totalQuestions=2)
    desktop.answer("I never lie.")
    falsify(path, "UPDATE events SET payload = replace(payload, 'never', 'newer') WHERE version=3")
    *progress, report = verify(gateway)
    check_progress(progress, 4)
    assert (report["holds"], report["firstFinding"]) == (False, 2)
    [finding] = [f for f in report["findings"] if f["check"] == "commitment"]
    assert (finding["position"], finding["version"]) == (2, 3)
    assert finding["interviewId"] == desktop.interview_id
    assert "its words are not those" in finding["message"]


def test_signatures_are_checked_with_the_gateways_own_key(gateway: Served, path: Path) -> None:
    Desktop(gateway).start()
    gateway.client.post("/api/v1/audit/checkpoint")
    falsify(path, "UPDATE checkpoints SET note = replace(note, '— ', '— x')")
    assert {f["check"] for f in verify(gateway)[-1]["findings"]} == {"checkpoint"}


def test_a_log_whose_key_is_gone_is_checked_without_it(gateway: Served, path: Path) -> None:
    Desktop(gateway).start()
    file.key_path(path).unlink()
    report = verify(gateway)[-1]
    assert (report["holds"], report["coverage"]["none"]) == (True, 2)
    assert report["keys"] == [{"fromEvent": 0, "key": None, "knownFrom": "nowhere"}]


def test_a_log_cut_off_with_its_seals_is_said_to_agree_with_itself_and_no_more(
    gateway: Served, path: Path
) -> None:
    Desktop(gateway).start(totalQuestions=2).finish()
    gateway.client.post("/api/v1/audit/checkpoint")
    falsify(
        path,
        "DELETE FROM events",
        "DELETE FROM nodes",
        "DELETE FROM interviews",
        "DELETE FROM fingerprints",
        "DELETE FROM checkpoints WHERE size > 0",
    )
    report = verify(gateway)[-1]
    assert (report["holds"], report["events"]) == (True, 0)
    assert report["coverage"] == {"kept": 0, "keptSigned": 0, "sealed": 0, "none": 0}


def test_a_log_that_cannot_be_read_to_its_end_ends_in_a_problem(
    gateway: Served, path: Path
) -> None:
    Desktop(gateway).start()
    gateway.get("/api/v1/audit/key")
    path.rename(path.with_name("away.db"))
    problem = verify(gateway)[-1]
    assert (problem["type"], problem["status"]) == ("/problems/log-unavailable", 503)
    assert problem["instance"] == VERIFY
    assert problem["detail"].startswith("It was not checked: the event log cannot be read")
    assert str(path.parent) not in json.dumps(problem)
    path.with_name("away.db").rename(path)
    assert verify(gateway)[-1]["holds"] is True


def test_a_check_that_cannot_be_begun_ends_in_a_problem(
    gateway: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    [problem] = verify(gateway)
    assert problem["type"] == "/problems/log-unavailable"
    assert "no process could be started to check it" in problem["detail"]
    assert "/nowhere" not in problem["detail"]


def test_a_check_that_fails_unexpectedly_ends_in_a_problem_and_is_logged(
    gateway: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Desktop(gateway).start(totalQuestions=1)
    monkeypatch.setattr("api.usecases.verifier.LONGEST_LINE", 8)
    assert verify(gateway)[-1]["type"] == "/problems/log-unavailable"
    wait_until(lambda: "api.usecases.verify_process failed" in caplog.text, "that it is logged")
    monkeypatch.undo()
    assert verify(gateway)[-1]["holds"]


def test_a_log_in_memory_has_nothing_to_check(alone: Served) -> None:
    response = alone.client.post(VERIFY)
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/no-log-file"


# Processes


@pytest.mark.alone
def test_it_stands_back_and_others_are_answered_at_once(long_log: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{long_log}") as gateway, following(gateway.url) as lines:
        told = [json.loads(next(lines))]
        assert told[0]["done"] < told[0]["of"]
        running = processes(long_log)
        assert len(running) >= 2  # it shares the work with another one
        assert {line.split()[2] for line in running} == {str(min(os.nice(0) + 10, 19))}
        waited: list[float] = []

        def ask() -> None:
            with http_client(base_url=gateway.url, timeout=10) as client:
                while processes(long_log):
                    watch = Stopwatch()
                    assert client.get("/health").status_code == 200
                    waited.append(watch.seconds())
                    time.sleep(0.02)

        asking = Thread(target=ask)
        asking.start()
        told += [json.loads(line) for line in lines]
        asking.join()
    check_progress(told[:-1], told[-1]["events"])
    assert told[-1]["holds"] is True
    assert waited
    assert max(waited) < 0.5


def test_who_asks_meanwhile_joins_the_check_and_one_may_leave(long_log: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{long_log}") as gateway, ExitStack() as first:
        ahead = first.enter_context(following(gateway.url))
        next(ahead)
        with following(gateway.url) as lines:
            joined = json.loads(next(lines))
            assert joined["done"] > 0
            checks = [line for line in processes(long_log) if "verify_process" in line]
            assert len(checks) == 1
            first.close()  # the other one's check goes on
            *progress, report = [joined, *map(json.loads, lines)]
    check_progress(progress, report["events"])
    assert report["holds"] is True


def test_a_check_that_nobody_follows_any_more_is_stopped(long_log: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{long_log}") as gateway:
        with following(gateway.url) as lines:
            next(lines)
            pids = [int(line.split()[0]) for line in processes(long_log)]
            assert len(pids) > 1
        wait_until(lambda: not any(map(is_running, pids)), "the processes are gone")
        assert verify(gateway)[-1]["holds"] is True  # a new one


def test_a_check_that_is_killed_ends_in_a_problem(long_log: Path) -> None:
    with serving(eventlog_url=f"sqlite:///{long_log}") as gateway, following(gateway.url) as lines:
        next(lines)
        pids = [int(line.split()[0]) for line in processes(long_log)]
        check = next(line for line in processes(long_log) if "verify_process" in line)
        os.kill(int(check.split()[0]), signal.SIGKILL)
        problem = json.loads(list(lines)[-1])
        assert problem["type"] == "/problems/log-unavailable"
        assert "was stopped" in problem["detail"]
        wait_until(lambda: not any(map(is_running, pids)), "what it began is gone too")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_gateway_that_goes_leaves_no_process(
    long_log: Path, tmp_path: Path, number: signal.Signals
) -> None:
    url = f"sqlite:///{long_log}"
    with (
        gateway_process(tmp_path, EVENTLOG_URL=url) as gateway,
        following(gateway.url) as lines,
    ):
        next(lines)
        pids = [int(line.split()[0]) for line in processes(long_log)]
        assert len(pids) > 1
        watch = Stopwatch()
        gateway.stop(number)
        assert watch.seconds() < 5  # not the time that a check takes
        wait_until(lambda: not any(map(is_running, pids)), "the processes are gone")
        if number == signal.SIGTERM:
            assert json.loads(list(lines)[-1])["type"] == "/problems/log-unavailable"
        assert "Traceback" not in gateway.printed


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # an orphan that nobody has noticed yet
