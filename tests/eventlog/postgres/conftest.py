"""What the tests of a log on PostgreSQL share."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from eventlog.postgres.log import PostgresEventLog
from eventlog.postgres.steps import STEPS, Step
from tests.postgres import cluster


class Open(Protocol):
    def __call__(self, url: str, steps: Sequence[Step] = STEPS) -> PostgresEventLog:
        """The log at a URL, as one more gateway has it, whose release has these steps."""
        ...


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[Open]:
    """Opens logs, all with one key."""
    logs: list[PostgresEventLog] = []

    def open(url: str, steps: Sequence[Step] = STEPS) -> PostgresEventLog:
        logs.append(PostgresEventLog(url, tmp_path / "log.key", steps))
        return logs[-1]

    yield open
    for log in logs:
        asyncio.run(log.close())


@pytest.fixture
def url() -> str:
    """A database with an empty log."""
    return cluster().empty_log()


@pytest.fixture
def log(open_at: Open, url: str) -> PostgresEventLog:
    return open_at(url)
