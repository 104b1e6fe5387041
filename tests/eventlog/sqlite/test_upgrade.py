"""Logs of earlier schemas: opened, brought up to date in place, nothing of them changed.

`logs/schema-1.sqlite` was written by the first release's code: interviews of every kind of
beginning and ending, a summary, a refusal and a fork; `logs/schema-2.sqlite` by that of the second.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.opening import stored_file
from eventlog.verification.verify import verify
from statemachine.commands import forget_content
from statemachine.interview import replay
from tests.eventlog.evidence import check_events, rows
from tests.eventlog.interviews import OPENING, ask, listed, new_id, practise, tell
from tests.eventlog.running import in_loop
from tests.eventlog.test_tree import naive_root

LOGS = Path(__file__).parent / "logs"
NO_BRIEFS = (
    *(
        f"ALTER TABLE interviews DROP COLUMN {name}"
        for name in ("candidate_name", "kit", "practice")
    ),
    "DELETE FROM _sqlite_migrations WHERE name = 'm007_briefs'",
)
"""What makes a log one that was written before its list told of briefs."""

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
        for row in await listed(log, limit=100):
            records = await log.records(row.interview_id)
            interview = replay((record.event for record in records), id=row.interview_id)
            assert (interview.version, interview.state) == (row.version, row.state)
    finally:
        await log.close()


@in_loop
async def test_the_list_of_an_older_log_is_told_what_its_events_say_of_briefs(path: Path) -> None:
    log = SqliteEventLog(path)
    practised, forgotten = new_id(), new_id()
    await tell(log, practised, practise(), ask(1))
    await tell(log, new_id(), *OPENING)
    whole = await tell(log, forgotten, practise(), ask(1))
    # No release that did not know of practice has told of it.
    gone = forget_content(whole, "It was asked for.").model_copy(update={"practice": None})
    await tell(log, forgotten, gone)
    rows = await listed(log)
    await log.close()
    with closing(sqlite3.connect(path)) as db:
        for statement in NO_BRIEFS:
            db.execute(statement)
        db.commit()
    log = SqliteEventLog(path)
    assert await listed(log) == rows
    await log.close()
    assert verify(stored_file(path)).findings == ()
