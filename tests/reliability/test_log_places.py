"""The log's file is led to by two names, replaced by an older copy, checkpointed by somebody else,
or on a disk without room from the start: nothing acknowledged is lost, and two gateways never
write to one log."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

from tests.desktop import Desktop
from tests.eventlog.evidence import rows
from tests.eventlog.storage_errors import backup
from tests.processes import environment, run
from tests.reliability.test_log_attacks import (
    Attacked,
    answer_until_refused,
    attacked,
    check_goes_on,
    check_holds,
    check_refused,
    fill,
    small_disk,
)

__all__ = ["small_disk"]  # a fixture

START = {"role": "Data Analyst"}


@contextmanager
def mounted(path: Path, other: Path) -> Iterator[None]:
    """The file at `path` stands at `other` too, as in a container that it is mounted into."""
    other.touch()
    done = subprocess.run(["mount", "--bind", path, other], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", other], check=True)


@contextmanager
def linked(path: Path, other: Path) -> Iterator[None]:
    os.link(path, other)
    yield


def second_gateway(folder: Path) -> CompletedProcess[str]:
    """What comes of starting one on the log in `folder`, which must be refused."""
    return run("serve", "--port", "0", env=environment(folder), cwd=folder)


def check_one_gateway(first: Attacked, desktop: Desktop, folder: Path) -> None:
    done = second_gateway(folder)
    assert done.returncode == 1, done.stdout
    assert len(done.stderr.splitlines()) == 1
    desktop.finish()
    assert not first.post("/api/v1/interviews/start", START).is_error
    check_holds(first.path)


@pytest.mark.parametrize("by", [linked, mounted], ids=lambda by: by.__name__)
def test_a_file_has_one_gateway_whatever_leads_to_it(tmp_path: Path, by: type) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with attacked(tmp_path) as gateway, by(gateway.path, other / gateway.path.name):
        desktop = Desktop(gateway).start(totalQuestions=3)
        check_one_gateway(gateway, desktop, other)


def test_a_deleted_lock_lets_no_second_gateway_in(tmp_path: Path) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=3)
        lock = Path(f"{gateway.path}.lock")
        lock.unlink()
        assert second_gateway(tmp_path).returncode == 1
        # Every 5 s the gateway looks by itself: while the other one started, it has perhaps taken
        # the lock again.
        lock.unlink(missing_ok=True)
        check_refused(desktop.try_answer("Is this taken?"))
        check_one_gateway(gateway, desktop, tmp_path)


def test_an_older_copy_takes_nothing_and_the_log_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with attacked(tmp_path) as gateway:
        desktop, other = (Desktop(gateway).start(totalQuestions=5) for _ in range(2))
        old = backup(gateway.path)
        desktop.answer("After the copy was made.")
        new = Desktop(gateway).start(totalQuestions=2)
        whole = gateway.path.rename(tmp_path / "whole.db")
        shutil.copy(old, gateway.path)
        for one in (desktop, other, new):
            check_refused(one.try_answer("Is this taken?"))
            seen = gateway.get(f"/api/v1/interviews/{one.interview_id}/events")
            assert seen.status_code == 503
        check_refused(gateway.post("/api/v1/interviews/start", START))
        check_refused(gateway.get("/api/v1/interviews"))
        gateway.wait_for_log("offline")
        assert "an older copy was put in its place" in gateway.process.printed
        gateway.path.unlink()
        whole.rename(gateway.path)
        check_goes_on(gateway, desktop, "Is this taken?")
        other.finish()
        new.finish()
        check_holds(gateway.path)


def test_a_log_that_was_overwritten_for_good_is_saved_beside_it(tmp_path: Path) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=5)
        old = backup(gateway.path)
        desktop.answer("After the copy was made.")
        events = rows(gateway.path)
        old.rename(gateway.path)
        check_refused(desktop.try_answer("Is this taken?"))
        saved = tmp_path / "interviews.db.rescued-1"
        assert str(saved) in gateway.process.printed
        assert rows(saved) == events
        saved.rename(gateway.path)
        check_goes_on(gateway, desktop, "Is this taken?")
        check_holds(gateway.path)


@pytest.mark.parametrize("mode", ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
def test_a_checkpoint_by_somebody_else_is_no_trouble(tmp_path: Path, mode: str) -> None:
    with attacked(tmp_path) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=6)
        for number in range(5):
            with closing(sqlite3.connect(gateway.path)) as operator:
                operator.execute(f"PRAGMA wal_checkpoint({mode})")
            assert gateway.get("/api/v1/interviews").status_code == 200
            desktop.answer(f"After checkpoint {number}.")
        desktop.finish()
        check_holds(gateway.path)


def test_health_tells_of_a_full_disk_as_soon_as_an_answer_is_refused(small_disk: Path) -> None:
    with attacked(small_disk) as gateway:
        desktop = Desktop(gateway).start(totalQuestions=15)
        fill(small_disk)
        answer_until_refused(desktop)
        assert gateway.get("/health").json()["gateway"]["eventLog"] == "offline"


@pytest.mark.parametrize("is_new", [False, True], ids=["a log", "no log yet"])
def test_a_gateway_on_a_full_disk_starts_and_takes_answers_when_there_is_room(
    small_disk: Path, tmp_path: Path, is_new: bool
) -> None:
    begun: Desktop | None = None
    if not is_new:
        with attacked(tmp_path, small_disk) as gateway:
            begun = Desktop(gateway).start(totalQuestions=2)
    filler = fill(small_disk)
    with attacked(tmp_path, small_disk) as gateway:
        gateway.wait_for_log("offline")
        assert gateway.get("/api/v1/models").status_code == 200
        assert gateway.get("/").status_code == 200
        check_refused(gateway.post("/api/v1/interviews/start", START))
        filler.unlink()
        gateway.wait_for_log("online")
        if begun:
            begun.gateway = gateway
            begun.finish()
        Desktop(gateway).start(totalQuestions=2).finish()
        check_holds(gateway.path)


def test_shared_memory_that_is_cut_costs_a_restart_and_no_answer(tmp_path: Path) -> None:
    gateway: Any = Attacked(tmp_path)
    desktop = Desktop(gateway).start(totalQuestions=4)
    desktop.answer("Before.")
    os.truncate(f"{gateway.path}-shm", 0)
    with closing(gateway.client), suppress(httpx.HTTPError):
        desktop.try_answer("It is taken, or not.")
    assert gateway.process.stop(signal.SIGKILL) in (-signal.SIGBUS, -signal.SIGKILL)
    with attacked(tmp_path) as again:
        desktop.gateway = again
        desktop.answer("It is taken, or not.")
        desktop.finish()
        assert desktop.answers[:2] == ["Before.", "It is taken, or not."]
        check_holds(again.path)
