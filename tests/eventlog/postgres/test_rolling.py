"""Gateways of two releases on one log: the newer one brings it up to date, and the older ones go on
beside it unless the log needs what they do not know."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from eventlog.errors import LogTooNew, LogUnavailable
from eventlog.open import copy_source, stored_log
from eventlog.postgres import appending
from eventlog.postgres.connection import connect
from eventlog.postgres.migrations import prepare
from eventlog.postgres.roles import grant
from eventlog.postgres.steps import STEPS, Step
from eventlog.verification.verify import verify
from statemachine.commands import forget_content, give_answer
from tests.eventlog.interviews import AT, OPENING, ask, listed, new_id, practise, start, tell
from tests.eventlog.postgres.beginning import GIVE_UP
from tests.eventlog.postgres.conftest import Open
from tests.eventlog.postgres.test_outages import until_back
from tests.eventlog.running import in_loop
from tests.postgres import GATEWAY, cluster, needs_postgres

pytestmark = needs_postgres

ADDED = (
    *STEPS,
    Step("s900_added", STEPS[-1].name, ("ALTER TABLE interview_log.interviews ADD mood text",)),
)
"""The steps of a later release, beneath which this one can go on."""

CHANGED = (
    *STEPS,
    Step("s900_changed", "s900_changed", ("ALTER TABLE interview_log.events ADD mood text",)),
)
"""The steps of a later release that this one must not write beside."""

NEEDED = "the event log in the database needs a newer release of the gateway"
APPEND_WAITS = (
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() "
    "AND wait_event_type = 'Lock'"
)


@contextmanager
def connected(url: str) -> Iterator[Connection[Any]]:
    with closing(connect(url)) as db:
        yield db


def until_an_append_waits(db: Connection[Any]) -> None:
    give_up = time.monotonic() + GIVE_UP
    while db.execute(APPEND_WAITS).fetchone() != (True,):
        assert time.monotonic() < give_up
        time.sleep(0.01)


@in_loop
async def test_moves_land_on_both_releases_and_the_older_one_may_restart(
    open_at: Open, url: str
) -> None:
    id = new_id()
    old = open_at(url)
    await tell(old, id, *OPENING)
    new = open_at(url, ADDED)
    await tell(old, id, give_answer("It was running before."))
    await tell(new, id, ask(2))
    restarted = open_at(url)
    found = await tell(restarted, id, give_answer("It has started again."))
    assert [await log.interview(id) for log in (old, new)] == [found, found]
    assert [await log.is_writable() for log in (old, new, restarted)] == [True] * 3
    another = new_id()
    await tell(restarted, another, *OPENING)
    assert await old.head() == await new.head() == 7


def as_before_briefs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let appends be written as by the release before `s003_briefs`."""
    statement = appending.PUT_READ_MODELS
    for new in (
        ", candidate_name text",
        ", candidate_name",
        ", kit text, practice boolean",
        ", kit, practice",
        "kit = excluded.kit, practice = excluded.practice, ",
    ):
        assert new in statement
        statement = statement.replace(new, "")
    monkeypatch.setattr(appending, "PUT_READ_MODELS", statement)


@in_loop
async def test_practice_stays_what_it_is_while_a_gateway_that_does_not_know_it_writes(
    open_at: Open, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told, practised, forgotten = (new_id() for _ in range(4))
    old = open_at(url, STEPS[:2])
    with monkeypatch.context() as release:
        as_before_briefs(release)
        await tell(old, before, *OPENING)
    new = open_at(url)
    for id in (practised, forgotten):
        await tell(new, id, practise("Ada"), ask(1))
    with monkeypatch.context() as release:
        as_before_briefs(release)
        await tell(old, told, start().model_copy(update={"started_by": "ann"}), ask(1))
        whole = await tell(old, practised, give_answer("It was running before."))
        unknown = forget_content(whole, "They asked.").model_copy(update={"practice": None})
        gone = {"questions_asked": 1, "answers_given": 0}
        await tell(old, forgotten, unknown.model_copy(update=gone))
    rows = {row.interview_id: row for row in await listed(new)}
    assert [rows[id].practice for id in (before, told, practised)] == [False, False, True]
    assert (rows[practised].candidate_name, rows[practised].kit) == ("Ada", "nurse")
    assert (rows[forgotten].candidate_name, rows[forgotten].practice) == (None, True)
    assert [row.interview_id for row in await listed(new, practice=False)] == [told, before]
    await new.seal()
    assert verify(stored_log(url)).findings == ()


@in_loop
async def test_a_gateways_own_role_restarts_beside_a_newer_release(open_at: Open) -> None:
    url = cluster().empty_log(GATEWAY)
    owners = url.replace(GATEWAY, "postgres")
    with connected(owners) as db:
        prepare(db, ADDED)
    await tell(open_at(url), new_id(), *OPENING)
    with connected(owners) as db:
        db.execute("UPDATE interview_log.head SET needs = 's901_later'")
    with pytest.raises(LogTooNew, match=NEEDED):
        open_at(url)


@in_loop
async def test_a_running_gateway_stops_writing_when_the_log_needs_a_newer_one(
    open_at: Open, url: str
) -> None:
    id = new_id()
    busy, idle = open_at(url), open_at(url)
    await tell(busy, id, *OPENING)
    assert await idle.is_writable()
    new = open_at(url, CHANGED)
    assert not await idle.is_writable()
    for _ in range(2):  # by the connection that it has, and by a new one
        with pytest.raises(LogUnavailable, match=NEEDED):
            await busy.append(id, 2, [give_answer("Too late.")], AT)
    assert not await busy.is_writable()
    found = await tell(new, id, give_answer("Just in time."))
    assert found.version == 3
    with pytest.raises(LogTooNew, match=NEEDED):
        open_at(url)


@in_loop
async def test_an_append_that_waited_for_the_migration_is_refused(open_at: Open, url: str) -> None:
    old = open_at(url)
    await tell(old, new_id(), *OPENING)
    with connected(url) as db, connected(url) as beside:
        with db.transaction():
            db.execute("UPDATE interview_log.head SET needs = 's900_changed'")
            appending = asyncio.create_task(tell(old, new_id(), *OPENING))
            await asyncio.to_thread(until_an_append_waits, beside)
        with pytest.raises(LogUnavailable):
            await appending
        assert beside.execute("SELECT size FROM interview_log.head").fetchone() == (2,)


@in_loop
async def test_a_migration_gives_way_to_appends_while_it_cannot_be_made(
    open_at: Open, url: str
) -> None:
    old = open_at(url)
    with connected(url) as reading, reading.transaction():
        reading.execute("SELECT FROM interview_log.interviews")
        new = await asyncio.to_thread(open_at, url, ADDED)
        with pytest.raises(LogUnavailable, match="cannot be opened"):
            await new.head()
        await tell(old, new_id(), *OPENING)
    await until_back(new)
    assert await new.head() == 2


def test_what_takes_all_of_a_log_is_refused_to_an_older_release(url: str, tmp_path: Path) -> None:
    with connected(url) as db:
        prepare(db, ADDED)
    with pytest.raises(LogUnavailable, match=r"up to date \(s900_added\); use that release"):
        verify(stored_log(url))
    with pytest.raises(LogUnavailable, match="use that release"):
        copy_source(url, tmp_path / "log.key").moment()
    with pytest.raises(LogTooNew, match="use that release"):
        grant(url, GATEWAY)


@in_loop
async def test_a_log_with_events_is_brought_up_to_date_from_its_first_step(
    open_at: Open, url: str
) -> None:
    id = new_id()
    await tell(open_at(url), id, *OPENING)
    with connected(url) as db:
        db.execute("ALTER TABLE interview_log.head DROP needs")
        db.execute("DROP INDEX interview_log.interviews_adopted")
        db.execute("DELETE FROM interview_log.migrations WHERE name > 's001_log'")
        for column in ("interviews.kit", "interviews.practice", "starters.candidate_name"):
            table, _, name = column.partition(".")
            db.execute(f"ALTER TABLE interview_log.{table} DROP {name}")
        with pytest.raises(psycopg.errors.UndefinedColumn):
            db.execute("SELECT needs FROM interview_log.head")
    log = open_at(url)
    await tell(log, id, give_answer("Yes."))
    await log.seal()
    assert verify(stored_log(url)).findings == ()


def test_what_a_log_needs_is_checked(url: str) -> None:
    with connected(url) as db:
        db.execute("UPDATE interview_log.head SET needs = 's000'")
    [finding] = verify(stored_log(url)).findings
    assert finding.message == "its head says that it needs s000, and it needs s001_log"


def test_each_step_needs_one_that_came_with_it_or_before() -> None:
    names = [step.name for step in STEPS]
    assert names == sorted(names)
    for step in STEPS:
        assert step.needs in names[: names.index(step.name) + 1]
