"""kill -9 at any moment: what was acknowledged is in the log, and the log goes on."""

import asyncio
import random
import time
from pathlib import Path

from eventlog.sqlite.log import SqliteEventLog
from tests.eventlog.evidence import check_events, rows
from tests.eventlog.interviews import WHOLE, new_id, tell
from tests.eventlog.running import python

KILLS = 8
MAKINGS = 3


def printed_until_killed(url: str) -> list[list[str]]:
    """The words of each line that `appender` printed before it was killed."""
    with python("-m", "tests.eventlog.appender", url) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, "it never began"
        time.sleep(random.uniform(0, 0.15))
        process.kill()
        lines = [first, *process.stdout]
    return [line.split() for line in lines if line.endswith("\n")]


def append_and_close(path: Path) -> None:
    """The log is free, and takes events."""
    log = SqliteEventLog(path)
    asyncio.run(tell(log, new_id(), *WHOLE))
    asyncio.run(log.close())


def test_nothing_acknowledged_is_lost(path: Path) -> None:
    acknowledged: dict[str, int] = {}
    for _ in range(KILLS):
        acknowledged |= {
            id: int(version) for id, version in printed_until_killed(f"sqlite:///{path}")
        }
        append_and_close(path)
        check_events(path)
        held = "SELECT interview_id, max(version) AS version FROM events GROUP BY interview_id"
        versions = {row["interview_id"]: row["version"] for row in rows(path, held)}
        listed = {
            row["interview_id"]: row["version"] for row in rows(path, "SELECT * FROM interviews")
        }
        assert all(versions[id] >= version for id, version in acknowledged.items())
        assert listed == versions
    assert rows(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_a_log_whose_making_was_interrupted_is_made_the_next_time(tmp_path: Path) -> None:
    for making in range(MAKINGS):
        folder = tmp_path / str(making)
        begun = printed_until_killed(f"sqlite:///{folder}/{{}}.db")
        append_and_close(folder / f"{begun[-1][0]}.db")
