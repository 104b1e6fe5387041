"""Most tests start the gateway in forked processes. A user would see no difference."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import (
    environment,
    gateway_in_own_python,
    gateway_process,
    run,
    run_in_own_python,
)

START = "/api/v1/interviews/start"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One with a log of an interview."""
    with gateway_process(tmp_path) as gateway:
        gateway.client.post(START, json={"role": "Software Engineer"}).raise_for_status()
        gateway.stop()
    return tmp_path


@pytest.mark.parametrize(
    "command",
    ["interviews", "replay last", "audit verify", "audit key", "replay nobody", "no-such-command"],
)
def test_a_forked_command_prints_and_ends_as_in_its_own_python(folder: Path, command: str) -> None:
    env = environment(folder)
    forked = run(*command.split(), env=env, cwd=folder)
    own = run_in_own_python(*command.split(), env=env, cwd=folder)
    # Its help names the command as it was called.
    printed = own.stderr.replace("python -m api.cli", "interview-gateway")
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        own.returncode,
        own.stdout,
        printed,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("start", [gateway_process, gateway_in_own_python])
def test_a_forked_gateway_ends_on_a_signal_as_one_in_its_own_python(
    tmp_path: Path, start: Callable[..., Any], number: int
) -> None:
    with start(tmp_path) as gateway:
        assert gateway.stop(number) == 0
    assert gateway.printed.endswith("Stopped; the event log is closed.\n")


def test_a_forked_command_has_the_environment_that_it_is_given_and_no_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTLOG_URL", "postgresql://nobody")
    monkeypatch.chdir("/")
    shown = run("interviews", "--json", env=environment(folder), cwd=folder).stdout
    assert [found["role"] for found in json.loads(shown)["interviews"]] == ["Software Engineer"]
