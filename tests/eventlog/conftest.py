"""What the event log's tests share."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventlog.sqlite.log import SqliteEventLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log may be made."""
    return tmp_path / "interviews.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteEventLog]:
    """An empty log at `path`."""
    log = SqliteEventLog(path)
    yield log
    asyncio.run(log.close())
