"""A log moved from a file to PostgreSQL and back is the same log."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eventlog.copying import Filling, copy_log
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted, LogNotOpened
from eventlog.open import copy_source, copy_target, open_reader, stored_log
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.tree import EMPTY_ROOT
from eventlog.verification.verify import verify
from statemachine.commands import give_answer
from statemachine.roles import FIELD_ROLES
from statemachine.states import State
from tests.eventlog.interviews import AT, listed, new_id, start, tell
from tests.eventlog.postgres.logs import copy, key, new_copy, original
from tests.eventlog.verification.logs import C, falsify, make
from tests.postgres import cluster, needs_postgres

pytestmark = needs_postgres

SAME = ("events", "nodes", "checkpoints", "interviews", "fingerprints", "drafts")


def contents(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        rows = [sorted(map(repr, db.execute(f"SELECT * FROM {table}"))) for table in SAME]
        return [*rows, db.execute("SELECT id, clock FROM log").fetchall()]


def test_a_log_there_and_back_is_the_same_to_the_byte(tmp_path: Path) -> None:
    path, back = make(tmp_path / "a.db"), tmp_path / "b.db"
    own_key = tmp_path / "database.key"

    async def add() -> None:
        log = SqliteEventLog(path)
        id = new_id()
        await tell(log, id, start().model_copy(update={"started_by": "ann"}))
        await log.keep_drafts([ReplyDraft(id, 2, "ollama", None, "Hello", of_summary=False)])
        await log.keep_clock(AT)
        await log.close()

    asyncio.run(add())
    url = cluster().empty_database()
    there = copy(f"sqlite:///{path}", url, own_key)
    assert copy(url, f"sqlite:///{back}", own_key) == there
    assert contents(back) == contents(path)
    assert file.key_path(back).read_bytes() == own_key.read_bytes()
    with pytest.raises(LogNotOpened, match="already"):
        copy(f"sqlite:///{path}", url, own_key)
    with pytest.raises(LogNotOpened, match="already"):
        copy(url, f"sqlite:///{path}", own_key)


def test_a_copy_that_is_cut_short_leaves_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db")
    falsify(path, "DELETE FROM events WHERE position = 5")
    url, back = cluster().empty_database(), tmp_path / "b.db"
    for target in (url, f"sqlite:///{back}"):
        with pytest.raises(LogCorrupted, match="event 5"):
            copy(f"sqlite:///{path}", target, tmp_path / "database.key")
    assert not (tmp_path / "database.key").exists()
    source = f"sqlite:///{original()}"
    assert copy(source, url, key()) == copy(source, f"sqlite:///{back}", key())


def test_an_empty_log_can_be_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    asyncio.run(SqliteEventLog(path).close())
    url = cluster().empty_database()
    assert copy(f"sqlite:///{path}", url, tmp_path / "database.key").root == EMPTY_ROOT
    assert verify(stored_log(url, tmp_path / "database.key")).holds


def test_words_that_are_said_while_a_log_is_copied_are_not_in_it(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db")
    source = copy_source(f"sqlite:///{path}")
    target = copy_target(cluster().empty_database(), tmp_path / "database.key")
    with closing(source.moment()) as moment, target.fill(source.log_id) as filling:
        head = moment.begin()

        class Writing:
            """A filling, beside which a gateway goes on with its log."""

            def __getattr__(self, name: str) -> Any:
                return getattr(filling, name)

            def add_read_models(self) -> None:
                asyncio.run(go_on(path))
                filling.add_read_models()

        beside: Filling = Writing()
        assert copy_log(moment, beside).events == head


async def go_on(path: Path) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), start())
    await log.close()


def test_both_kinds_of_log_read_the_same() -> None:
    """All that a reader tells of the same log; the contract suite says that it is right."""

    async def told(url: str) -> list[Any]:
        log = open_reader(url, key())
        try:
            records = await log.records_from(0, 1000)
            ids = sorted({record.interview_id for record in records})
            head = await log.head()
            texts = ("first", "“quotes” \\", "ZO", "content", "\x00", "a", "data", ids[0][:3], '"')
            return [
                records,
                head,
                log.origin,
                (await log.signer()).verifier,
                await log.keys(),
                await log.kept_checkpoints(),
                [await log.root(size) for size in range(head + 1)],
                [await log.inclusion_proof(position, head) for position in range(head)],
                [await log.consistency_proof(size, head) for size in range(head + 1)],
                [await log.records(id) for id in ids],
                [await log.interview(id) for id in ids],
                [await log.record(id, 2) for id in ids],
                [await log.overview(id) for id in ids],
                [await listed(log, state=state) for state in State],
                [await listed(log, role=role, limit=2) for role in FIELD_ROLES],
                [await listed(log, text=text) for text in texts],
                [await listed(log, text=text, before=9, limit=1) for text in texts],
                [await log.beginning_with(text, 2) for text in ("", "0", ids[0][:9], "\x01")],
            ]
        finally:
            await log.close()

    assert asyncio.run(told(new_copy())) == asyncio.run(told(f"sqlite:///{original()}"))


def test_a_gateway_goes_on_with_what_came_back(tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    copy(new_copy(), f"sqlite:///{path}", key())

    async def go() -> str:
        log = SqliteEventLog(path)
        await tell(log, C, give_answer("Yes."))
        note = await log.seal()
        await log.close()
        return note

    assert asyncio.run(go())
