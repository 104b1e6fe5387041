"""Logs of earlier schemas: opened, brought up to date in place, nothing of them changed.

`logs/schema-1.sqlite` was written by the first release's code: interviews of every kind of
beginning and ending, a summary, a refusal and a fork; `logs/schema-2.sqlite` by that of the second.
"""

import shutil
from pathlib import Path

import pytest

from eventlog.sqlite.log import SqliteEventLog
from statemachine.interview import replay
from tests.eventlog.evidence import check_events, rows
from tests.eventlog.running import in_loop
from tests.eventlog.test_tree import naive_root

LOGS = Path(__file__).parent / "logs"
OLD = LOGS / "schema-1.sqlite"


@pytest.mark.parametrize("schema", [1, 2])
@in_loop
async def test_an_older_log_is_upgraded_and_keeps_every_byte_of_its_evidence(
    path: Path, schema: int
) -> None:
    shutil.copy(LOGS / f"schema-{schema}.sqlite", path)
    before = rows(path)
    log = SqliteEventLog(path)
    try:
        assert rows(path) == before
        check_events(path)
        head = await log.head()
        assert head == len(before)
        assert await log.root(head) == naive_root([row["leaf"] for row in before])
        for row in await log.overviews(limit=100):
            records = await log.records(row.interview_id)
            interview = replay((record.event for record in records), id=row.interview_id)
            assert (interview.version, interview.state) == (row.version, row.state)
    finally:
        await log.close()
