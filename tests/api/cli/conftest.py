"""The command line in this process, on a log with a few interviews."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from eventlog.sqlite.log import SqliteEventLog
from statemachine.events import Event
from tests.eventlog.interviews import AT

Run = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "interviews.db"


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("replay", "last")` on the log at `path`; wide and without colours, as when piped."""
    monkeypatch.setenv("EVENTLOG_URL", f"sqlite:///{path}")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(os, "nice", lambda by: by)  # the tests' process is to stay as it is

    def run(*arguments: str, **options: str) -> Result:
        return CliRunner().invoke(app, arguments, **options)  # type: ignore[arg-type]

    return run


def write(path: Path, id: str, *events: Event) -> None:
    """Tell an interview in the log at `path`, an event every two seconds."""

    async def tell() -> None:
        log = SqliteEventLog(path)
        for seconds, event in enumerate(events):
            at = AT + timedelta(seconds=2 * seconds)
            await log.append(id, seconds, [event], at)
        await log.close()

    asyncio.run(tell())
