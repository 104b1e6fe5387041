"""Forgotten words leave nothing in the log's bytes: not in its pages, free ones included, and
not in its WAL."""

import asyncio
import secrets
import sqlite3
from pathlib import Path

import pytest

from eventlog.sqlite import log as sqlite
from eventlog.sqlite.file import BUSY_SECONDS
from eventlog.sqlite.log import SqliteEventLog
from statemachine.commands import forget_content, give_answer
from statemachine.events import SessionAdopted
from statemachine.interview import replay
from tests.eventlog.evidence import execute, reading, rows
from tests.eventlog.interviews import (
    OPENING,
    REFUSAL,
    WHOLE,
    adopt,
    ask,
    close,
    new_id,
    practise,
    start,
    tell,
)
from tests.eventlog.running import in_loop
from tests.stopwatch import Stopwatch


def words() -> str:
    """Words that can be told from any others, long enough for pages of their own."""
    return " ".join(secrets.token_hex(8) for _ in range(400))


def traces(path: Path, needles: list[bytes]) -> list[bytes]:
    """Those of `needles` that are in the bytes of the log's files."""
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    contents = [file.read_bytes() for file in files]
    return [needle for needle in needles if any(needle in content for content in contents)]


def needles_of(path: Path, id: str) -> list[bytes]:
    """Every salt, every fingerprint and parts of every long payload of the interview."""
    found: list[bytes] = []
    for row in rows(path, f"SELECT payload, salt FROM events WHERE interview_id = '{id}'"):
        payload = row["payload"].encode()
        starts = range(40, len(payload), 160) if len(payload) > 1000 else ()
        found += [row["salt"], *(payload[at : at + 16] for at in starts)]
    fingerprints = (
        "SELECT fingerprint FROM fingerprints JOIN interviews USING (first_position) "
        f"WHERE interview_id = '{id}'"
    )
    return [*found, *(row["fingerprint"] for row in rows(path, fingerprints))]


async def fill(log: SqliteEventLog, count: int) -> list[str]:
    """So many interviews, told side by side, so that their rows share pages."""
    ids = [new_id() for _ in range(count)]
    for id in ids:
        await tell(log, id, start(), ask(1, words()))
    for id in ids:
        await tell(log, id, give_answer(words()))
    for id in ids:
        await tell(log, id, ask(2, words()))
    for id in ids:
        await tell(log, id, give_answer("Short."), close(), REFUSAL)
    return ids


@in_loop
async def test_nothing_of_the_words_is_left_in_the_bytes(log: SqliteEventLog, path: Path) -> None:
    ids = await fill(log, 12)
    for id in (ids[3], ids[4], ids[9]):
        needles = needles_of(path, id)
        assert len(needles) > 30
        assert traces(path, needles) == needles
        interview = await log.interview(id)
        assert interview is not None
        await tell(log, id, forget_content(interview, "It was asked for."))
        assert await log.scrub()
        assert traces(path, needles) == []
    kept = needles_of(path, ids[5])
    assert traces(path, kept) == kept


@in_loop
async def test_nothing_is_left_of_the_candidates_name(log: SqliteEventLog, path: Path) -> None:
    name = secrets.token_hex(16)
    await fill(log, 5)
    id = new_id()
    whole = await tell(log, id, practise(name), ask(1))
    assert traces(path, [name.encode()]) != []
    await tell(log, id, forget_content(whole, "It was asked for."))
    assert await log.scrub()
    assert traces(path, [name.encode()]) == []


@in_loop
async def test_what_an_adopted_session_said_is_forgotten_too(
    log: SqliteEventLog, path: Path
) -> None:
    said = words()
    id = new_id()
    session = replay([start(), ask(1, said)], id=id).session
    adopted = await tell(log, id, adopt(session, id))
    assert isinstance((await log.records(id))[0].event, SessionAdopted)
    await tell(log, id, forget_content(adopted, "It was asked for."))
    assert await log.scrub()
    assert traces(path, [said[:40].encode()]) == []


@in_loop
async def test_the_words_go_from_a_file_too_large_to_be_written_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = SqliteEventLog(path)
    monkeypatch.setattr(sqlite, "REWRITTEN_BYTES", 0)
    ids = await fill(log, 12)
    fingerprints = []
    for id in (ids[3], ids[4], ids[9]):
        needles = needles_of(path, id)
        words_and_salts = [needle for needle in needles if len(needle) == 16]
        fingerprints += [needle for needle in needles if len(needle) == 32]
        interview = await log.interview(id)
        assert interview is not None
        await tell(log, id, forget_content(interview, "It was asked for."))
        assert await log.scrub()
        assert traces(path, words_and_salts) == []
    assert rows(path, "SELECT scrubs_due FROM log") == [{"scrubs_due": 3}]
    await log.close()
    assert traces(path, fingerprints) == []
    assert rows(path, "SELECT scrubs_due FROM log") == [{"scrubs_due": 0}]


@pytest.mark.parametrize("rewritten_bytes", [0, 10**9])
@in_loop
async def test_a_scrub_waits_for_no_reader_and_says_that_one_is_in_the_way(
    log: SqliteEventLog, path: Path, monkeypatch: pytest.MonkeyPatch, rewritten_bytes: int
) -> None:
    monkeypatch.setattr(sqlite, "REWRITTEN_BYTES", rewritten_bytes)
    (id,) = await fill(log, 1)
    needles = needles_of(path, id)
    interview = await log.interview(id)
    assert interview is not None
    with reading(path):
        await tell(log, id, forget_content(interview, "It was asked for."))
        watch = Stopwatch()
        assert not await log.scrub()
        assert not await log.scrub()
        assert await log.scrubs_due() == 1
        assert watch.seconds() < BUSY_SECONDS
        assert traces(path, needles) == needles
    assert await log.scrub()
    assert await log.scrubs_due() == 0
    assert traces(path, [needle for needle in needles if len(needle) == 16]) == []


@in_loop
async def test_a_gateway_that_died_before_the_scrub_leaves_it_due(path: Path) -> None:
    first = SqliteEventLog(path)
    (id,) = await fill(first, 1)
    needles = needles_of(path, id)
    interview = await first.interview(id)
    assert interview is not None
    await tell(first, id, forget_content(interview, "It was asked for."))
    await first.close()
    again = SqliteEventLog(path)
    assert await again.scrub()
    assert traces(path, needles) == []
    await again.close()


def test_a_scrub_is_done_only_where_something_was_forgotten(
    log: SqliteEventLog, path: Path
) -> None:
    def sizes() -> list[int]:
        return [path.stat().st_size, Path(f"{path}-wal").stat().st_size]

    asyncio.run(tell(log, new_id(), *WHOLE))
    before = sizes()
    assert asyncio.run(log.scrub())
    assert sizes() == before


FORBIDDEN = {
    "words without a forgetting": "UPDATE events SET payload = NULL, salt = NULL",
    "words of another": "UPDATE events SET payload = NULL, salt = NULL "
    "WHERE interview_id <> '{id}'",
    "the time as well": "UPDATE events SET payload = NULL, salt = NULL, time = '' "
    "WHERE interview_id = '{id}' AND version = 1",
    "the reason": "UPDATE events SET payload = NULL, salt = NULL WHERE kind = 'content-forgotten'",
    "other words": "UPDATE events SET payload = '{{}}', salt = x'00' "
    "WHERE interview_id = '{id}' AND version = 1",
}


@pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
@in_loop
async def test_the_database_lets_only_forgotten_words_go(
    log: SqliteEventLog, path: Path, forbidden: str
) -> None:
    await tell(log, new_id(), *OPENING)
    id = new_id()
    whole = await tell(log, id, *WHOLE)
    await tell(log, id, forget_content(whole, "It was asked for."))
    with pytest.raises(sqlite3.IntegrityError, match="the event log is append-only"):
        execute(path, forbidden.format(id=id))


@in_loop
async def test_read_models_are_made_again_with_a_forgotten_interview(
    log: SqliteEventLog, path: Path
) -> None:
    whole = await tell(log, new_id(), *WHOLE)
    assert whole.id is not None
    await tell(log, whole.id, forget_content(whole, "It was asked for."))
    await tell(log, new_id(), *OPENING)
    before = rows(path, "SELECT * FROM interviews"), rows(path, "SELECT * FROM fingerprints")
    await log.rebuild_read_models()
    assert (
        rows(path, "SELECT * FROM interviews"),
        rows(path, "SELECT * FROM fingerprints"),
    ) == before


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET note = ''",
        "INSERT OR REPLACE INTO checkpoints SELECT size, '' FROM checkpoints",
    ],
)
@in_loop
async def test_a_kept_checkpoint_stays(log: SqliteEventLog, path: Path, forbidden: str) -> None:
    await tell(log, new_id(), *WHOLE)
    await log.seal()
    with pytest.raises(sqlite3.IntegrityError, match="a checkpoint is never"):
        execute(path, forbidden)


@in_loop
async def test_closing_seals_what_no_checkpoint_covers_yet(path: Path) -> None:
    counts = []
    for events in (None, WHOLE, None, OPENING):
        log = SqliteEventLog(path)
        counts.append(len(await log.kept_checkpoints()))
        if events:
            await tell(log, new_id(), *events)
        await log.close()
    assert counts == [1, 1, 2, 2]  # the first is over no events
    assert len(rows(path, "SELECT size FROM checkpoints")) == 3
