"""Every implementation passes the one suite."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eventlog.memory import MemoryEventLog
from eventlog.protocol import EventLog
from eventlog.sqlite.log import SqliteEventLog
from tests.eventlog.contract import EventLogContract
from tests.eventlog.interviews import new_id
from tests.postgres import GATEWAY, cluster


def _in_database(folder: Path) -> EventLog:
    """As the role that owns nothing: what it may do, the owner may."""
    from eventlog.postgres.log import PostgresEventLog

    return PostgresEventLog(cluster().empty_log(GATEWAY), folder / f"{new_id()}.key")


EMPTY_LOGS: dict[str, Callable[[Path], EventLog]] = {
    "memory": lambda _: MemoryEventLog(),
    "sqlite": lambda folder: SqliteEventLog(folder / f"{new_id()}.db"),
    "postgres": _in_database,
}


class TestEventLogs(EventLogContract):
    @pytest.fixture(params=EMPTY_LOGS)
    def new_log(self, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], EventLog]:
        """What makes another empty log."""
        return lambda: EMPTY_LOGS[request.param](tmp_path)
