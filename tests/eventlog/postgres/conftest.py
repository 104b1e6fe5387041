"""What the tests of a log on PostgreSQL share."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eventlog.postgres.log import PostgresEventLog
from tests.postgres import cluster

Open = Callable[[str], PostgresEventLog]


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[Open]:
    """Opens the log at a URL, as one more gateway that has its key."""
    logs: list[PostgresEventLog] = []

    def open(url: str) -> PostgresEventLog:
        logs.append(PostgresEventLog(url, tmp_path / "log.key"))
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
