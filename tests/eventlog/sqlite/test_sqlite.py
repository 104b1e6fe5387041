"""The log's file: what stands in it, that it stays, and that it is read back for ever."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.known import INTERVIEWS_IN_MEMORY
from eventlog.records import UnplacedRecord, commit
from eventlog.sqlite.file import open_writer
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.queries import FIND_OWN, FIND_OWN_HEAD, IS_OWN
from statemachine.commands import give_answer
from tests.eventlog.evidence import check_events, execute, rows
from tests.eventlog.interviews import AT, OPENING, WHOLE, adopt, listed, new_id, tell
from tests.eventlog.running import in_loop

INTERVIEWS = "SELECT * FROM interviews ORDER BY first_position"
FINGERPRINTS = "SELECT * FROM fingerprints ORDER BY first_position, version"


def insert(
    verb: str = "INSERT", *, position: str, version: str, id: str = "interview_id", more: str = ""
) -> str:
    """A statement that adds the log's first row once more, in another place."""
    return (
        f"{verb} INTO events SELECT {position}, {id}, {version}, kind, schema_version, time, "
        f"payload, salt, commitment, leaf FROM events WHERE position = 0 {more}"
    )


FORBIDDEN = {
    "update": "UPDATE events SET payload = '{}' WHERE position = 3",
    "update of the salt": "UPDATE events SET salt = x'00'",
    "update or replace": "UPDATE OR REPLACE events SET position = 0 WHERE position = 1",
    "delete": "DELETE FROM events WHERE position = 5",
    "delete of all": "DELETE FROM events",
    "replace": insert("REPLACE", position="0", version="1"),
    "replace of the last": insert("INSERT OR REPLACE", position="5", version="6"),
    "replace by version": insert("INSERT OR REPLACE", position="6", version="6"),
    "insert or ignore": insert("INSERT OR IGNORE", position="0", version="1"),
    "upsert": insert(
        position="0", version="1", more="ON CONFLICT DO UPDATE SET payload = excluded.payload"
    ),
    "gap in the positions": insert(position="7", version="7"),
    "gap in the versions": insert(position="6", version="8"),
    "position below 0": insert(position="-1", version="7"),
    "position left out": insert(position="NULL", version="7"),
    "new interview not at 1": insert(position="6", version="2", id="'another'"),
}


@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_database_itself_is_append_only(
    log: SqliteEventLog, path: Path, forbidden: str, recursive_triggers: str
) -> None:
    asyncio.run(tell(log, new_id(), *WHOLE))
    before = rows(path)
    with pytest.raises(sqlite3.IntegrityError, match="the event log is append-only"):
        execute(path, f"PRAGMA recursive_triggers = {recursive_triggers}", forbidden)
    assert rows(path) == before


# Evidence


def test_every_row_is_committed_to(log: SqliteEventLog, path: Path) -> None:
    for words in ("Zoë 🦊", "line\u2028separator", "\x01 \x7f"):
        asyncio.run(tell(log, new_id(), *OPENING, give_answer(words)))
    check_events(path)


def test_equal_words_have_different_salts_and_commitments(log: SqliteEventLog, path: Path) -> None:
    for _ in range(2):
        asyncio.run(tell(log, new_id(), *OPENING))
    events = rows(path)
    assert {len(row["salt"]) for row in events} == {16}
    assert len({row["salt"] for row in events}) == len(events)
    assert len({row["commitment"] for row in events}) == len(events)


def test_a_known_record_has_the_leaf_it_always_had() -> None:
    """Made with sha256sum; see the module's docstring of `eventlog.records` for the form."""
    commitment = commit(bytes(range(16)), '{"content":"Zoë"}'.encode())
    assert commitment.hex() == "41990ddd17c0c51006f945263005e0f867abc73889952a9ede41444310d9a495"
    draft = UnplacedRecord(
        interview_id="0b7e3a52-7f6e-4c1e-9a43-5d1c2b3a4f50",
        version=3,
        kind="answer-given",
        schema_version=1,
        time="2026-01-05T10:30:00.000Z",
        payload='{"content":"Zoë"}',
        salt=bytes(range(16)),
        commitment=commitment,
    )
    assert (
        draft.at(7).leaf.hex() == "5a5deb586fdcbdfa77ef8aa4f14e816762de0fd4eb70ecf72e8cdd40ee81f352"
    )


# Keeping


@in_loop
async def test_a_log_opened_again_tells_the_same(path: Path) -> None:
    first = SqliteEventLog(path)
    interview = await tell(first, new_id(), *WHOLE)
    assert interview.id is not None
    adopted = new_id()
    await tell(first, adopted, adopt(interview.session_at(3), adopted))
    told = await first.records_from(0, 10), await listed(first)
    await first.close()

    again = SqliteEventLog(path)
    assert (await again.records_from(0, 10), await listed(again)) == told
    readers = (again.interview(interview.id) for _ in range(2))
    assert await asyncio.gather(*readers) == [interview] * 2
    await tell(again, adopted, give_answer("It goes on."))
    await again.close()
    check_events(path)


@in_loop
async def test_a_closed_log_is_one_file_its_lock_and_its_key(path: Path) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    await log.close()
    names = {path.name, f"{path.name}.lock", f"{path.name}.key"}
    assert {found.name for found in path.parent.iterdir()} == names


@in_loop
async def test_interviews_that_fell_out_of_memory_are_read_again(log: SqliteEventLog) -> None:
    ids = [new_id() for _ in range(INTERVIEWS_IN_MEMORY + 1)]
    await asyncio.gather(*(tell(log, id, *OPENING) for id in ids))
    for id in (ids[0], ids[-1]):
        after = await tell(log, id, give_answer("Yes."))
        assert await log.interview(id) == after


def test_an_acknowledged_commit_is_synced_to_the_disk(log: SqliteEventLog, path: Path) -> None:
    [journal] = rows(path, "PRAGMA journal_mode")
    assert journal == {"journal_mode": "wal"}
    with closing(open_writer(path)) as writer:
        full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
        assert writer.execute("PRAGMA synchronous").fetchone() == (full,)
        assert writer.execute("PRAGMA fullfsync").fetchone() == (1,)
        assert writer.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)


def test_the_file_tells_what_it_is_and_which_steps_made_it(log: SqliteEventLog, path: Path) -> None:
    assert rows(path, "PRAGMA application_id") == [{"application_id": 0x49474C31}]
    steps = rows(path, "SELECT migration_set, name FROM _sqlite_migrations ORDER BY id")
    assert steps == [
        {"migration_set": "eventlog", "name": "m001_events_and_read_models"},
        {"migration_set": "eventlog", "name": "m002_tree"},
        {"migration_set": "eventlog", "name": "m003_custody"},
        {"migration_set": "eventlog", "name": "m004_clock"},
        {"migration_set": "eventlog", "name": "m005_drafts"},
        {"migration_set": "eventlog", "name": "m006_who_acted"},
        {"migration_set": "eventlog", "name": "m007_briefs"},
        {"migration_set": "eventlog", "name": "m008_adopted"},
    ]


# Read models


@in_loop
async def test_read_models_are_made_again_from_the_events(log: SqliteEventLog, path: Path) -> None:
    interview = await tell(log, new_id(), *WHOLE)
    adopted, session = new_id(), interview.session_at(3)
    await tell(log, adopted, adopt(session, adopted))
    await tell(log, new_id(), *OPENING, give_answer("Pending."))
    before = rows(path, INTERVIEWS), rows(path, FINGERPRINTS)
    execute(
        path,
        "DELETE FROM interviews WHERE first_position = 0",
        "UPDATE interviews SET state = 'complete', head = NULL",
        "DELETE FROM fingerprints WHERE version < 3",
        "INSERT INTO fingerprints VALUES (x'00', 0, 1)",
    )
    await log.rebuild_read_models()
    assert (rows(path, INTERVIEWS), rows(path, FINGERPRINTS)) == before
    assert await log.find_current(session.fingerprint()) == adopted


@in_loop
async def test_an_event_of_a_newer_release_is_unreadable_and_harms_nothing(
    log: SqliteEventLog, path: Path
) -> None:
    id = new_id()
    await tell(log, new_id(), *WHOLE)
    execute(path, insert(position="6", version="1", id=f"'{id}'").replace("kind", "'praised'"))
    await tell(log, new_id(), *OPENING)
    before = rows(path, INTERVIEWS)
    with pytest.raises(UnreadableEvent, match="'praised' need a newer"):
        await log.interview(id)
    with pytest.raises(UnreadableEvent):
        await log.rebuild_read_models()
    assert rows(path, INTERVIEWS) == before
    assert [record.kind for record in await log.records(id)] == ["praised"]


@in_loop
async def test_the_last_time_that_was_believed_outlives_a_restart(path: Path) -> None:
    for at in (None, AT):
        log = SqliteEventLog(path)
        assert await log.clock() == at
        await log.keep_clock(AT)
        await log.close()


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-01-05", "9999-99-99T00:00:00.000Z"])
@in_loop
async def test_a_time_that_is_none_was_not_put_there_by_the_log(
    log: SqliteEventLog, path: Path, text: str
) -> None:
    execute(path, f"UPDATE log SET clock = '{text}'")
    with pytest.raises(LogCorrupted, match="the time that it keeps is none"):
        await log.clock()


# Whose interviews they are


def test_whether_an_interview_is_somebodys_is_answered_by_the_index_alone(
    log: SqliteEventLog, path: Path
) -> None:
    """So the rows of others are never read, and the time does not tell whether there are any."""
    for sql, values in ((IS_OWN, 2), (FIND_OWN, 2), (FIND_OWN_HEAD, 2)):
        with closing(sqlite3.connect(path)) as db:
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", ["x"] * values)]
        first, *then = plan
        assert re.match(r"SEARCH interviews USING (COVERING )?INDEX interviews_by_starter", first)
        assert not any("SCAN" in step or "interviews" in step for step in then)
        assert ("COVERING" in first) is (sql == IS_OWN)
