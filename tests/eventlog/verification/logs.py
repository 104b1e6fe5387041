"""Logs to check, and ways to falsify a copy of one with plain sqlite3."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from eventlog.keys import key_name, load_signer
from eventlog.notes import VerifierKey
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.opening import stored_file_of
from eventlog.verification.verify import Report, verify
from statemachine.commands import forget_content, give_answer, give_summary
from statemachine.events import (
    Ending,
    Event,
    Fork,
    InterviewHeld,
    InterviewReleased,
    SessionAdopted,
)
from statemachine.interview import Interview, replay
from tests.eventlog.evidence import rows
from tests.eventlog.interviews import (
    OPENING,
    REFUSAL,
    TEMPLATES,
    WHOLE,
    ask,
    close,
    start,
    tell,
)

A, B, C, D, E, F, G, H = (f"{n:08x}-0000-4000-8000-000000000000" for n in (9, 1, 8, 2, 7, 3, 6, 4))
"""Ids that are not in the order in which their interviews begin."""

HELD = InterviewHeld(reason="A court asks.")
RELEASED = InterviewReleased(reason="It is done.")


async def fill(log: SqliteEventLog) -> None:
    """Interviews of every kind of beginning, middle and ending, told side by side."""
    await tell(log, A, *OPENING)
    await tell(log, B, start(total=3), ask(1, "What is a join?"))
    await tell(log, A, give_answer("A first answer."))
    await tell(log, B, give_answer("An answer of B’s, with “quotes” \\ and \u2028."))
    await tell(log, C, start())
    await tell(log, A, *WHOLE[3:])
    await _sum_up(log, A)
    await tell(log, B, REFUSAL, HELD)
    await tell(log, D, _adopted(5, D), give_answer("It goes on here."))
    await tell(log, E, _adopted(7, E), REFUSAL)
    await tell(log, F, *WHOLE)
    await tell(log, G, _adopted(3, G), HELD, RELEASED, give_answer("G says."))
    await _forget(log, F)
    await tell(log, B, close(Ending.CLOSED_BY_INTERVIEWER), RELEASED)
    await _sum_up(log, B)
    await _forget(log, G)
    await tell(log, H, _adopted(7, H))
    await _forget(log, H)


def _adopted(length: int, id: str) -> SessionAdopted:
    session = replay(WHOLE).session_at(length).model_copy(update={"interview_id": id})
    return SessionAdopted(session=session, forked_from=Fork(interview_id=A, version=2))


async def _sum_up(log: SqliteEventLog, id: str) -> None:
    await tell(log, id, give_summary(await _known(log, id), "Well done.", origin=TEMPLATES))


async def _forget(log: SqliteEventLog, id: str) -> None:
    await tell(log, id, forget_content(await _known(log, id), "The candidate asked for it."))


async def _known(log: SqliteEventLog, id: str) -> Interview:
    interview = await log.interview(id)
    assert interview is not None
    return interview


def make(path: Path) -> Path:
    """A log that is filled, sealed and closed."""

    async def fill_and_close() -> None:
        log = SqliteEventLog(path)
        await fill(log)
        await log.seal()
        await tell(log, C, ask(1, "Are you there?"))
        await log.close()

    asyncio.run(fill_and_close())
    return path


def copy(path: Path, to: Path) -> Path:
    shutil.copy(path, to)
    shutil.copy(file.key_path(path), file.key_path(to))
    return to


TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody has it who can write it: nothing of ours is in the way, and the
    triggers are as they were in the end."""
    with closing(sqlite3.connect(path)) as db, db:
        triggers = db.execute(TRIGGERS).fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA ignore_check_constraints = ON")
        yield db
        for _, sql in triggers:
            db.execute(sql)


def falsify(path: Path, *changes: str | tuple[str, Sequence[Any]]) -> None:
    """Run SQL on the unguarded file; each `change` must change something."""
    with unguarded(path) as db:
        for change in changes:
            sql, values = (change, ()) if isinstance(change, str) else change
            assert db.execute(sql, values).rowcount != 0, f"changes nothing: {sql}"


TABLES = ("events", "nodes", "checkpoints", "interviews", "fingerprints")
EVERY_TABLE = (*TABLES, "log")


class Cell(NamedTuple):
    """A value that stands in a table, in one of its rows."""

    table: str
    row: dict[str, Any]
    column: str

    @property
    def where(self) -> str:
        """What selects the row, given all its values."""
        return " AND ".join(f"{name} IS ?" for name in self.row)


def draw_cell(data: st.DataObject, path: Path, tables: Sequence[str]) -> Cell:
    """Any value of the file in any of these tables."""
    table = data.draw(st.sampled_from(tables))
    row = data.draw(st.sampled_from(rows(path, f"SELECT * FROM {table}")))
    return Cell(table, row, data.draw(st.sampled_from(sorted(row))))


@contextmanager
def without_index(path: Path, index: str, key: str = "") -> Iterator[None]:
    """The file with no such index, and its table without the `key` that it belongs to; in the end
    it is there again and holds what it held: nobody has kept it up. (That of a key must have the
    place behind its table.)"""
    find = "SELECT rowid, * FROM sqlite_master WHERE name = ?"
    with closing(sqlite3.connect(path)) as db:
        entry = db.execute(find, [index]).fetchone()
        table = db.execute(find, [entry[3]]).fetchone()
    without_key = [table[-1].replace(key, ""), table[2]]
    _write_schema(
        path,
        ("DELETE FROM sqlite_master WHERE name = ?", [index]),
        ("UPDATE sqlite_master SET sql = ? WHERE name = ?", without_key),
    )
    yield
    _write_schema(
        path,
        ("UPDATE sqlite_master SET sql = ? WHERE name = ?", [table[-1], table[2]]),
        ("INSERT INTO sqlite_master (rowid, type, name, tbl_name, rootpage, sql) "
         "VALUES (?, ?, ?, ?, ?, ?)", entry if key else [None, *entry[1:]]),
    )  # fmt: skip


def _write_schema(path: Path, *changes: tuple[str, Sequence[Any]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        version = db.execute("PRAGMA schema_version").fetchone()[0]
        db.execute("PRAGMA writable_schema = ON")
        for sql, values in changes:
            db.execute(sql, values)
        db.execute(f"PRAGMA schema_version = {version + 1}")


def make_anew(db: sqlite3.Connection, table: str) -> None:
    """Give the table no types and no keys: it holds the same, and would take anything."""
    columns = ", ".join(column for _, column, *_ in db.execute(f"PRAGMA table_info({table})"))
    db.execute(f"CREATE TABLE anew ({columns})")
    db.execute(f"INSERT INTO anew SELECT * FROM {table}")
    db.execute(f"DROP TABLE {table}")
    db.execute(f"ALTER TABLE anew RENAME TO {table}")


def rewrite_evidence(path: Path) -> None:
    """Give every event the commitment and leaf that fit what now stands there, and the tree the
    nodes that fit those."""
    with unguarded(path) as db:
        db.row_factory = sqlite3.Row
        hashes: list[bytes] = []
        for row in db.execute("SELECT * FROM events ORDER BY position").fetchall():
            commitment = row["commitment"]
            if row["payload"] is not None:
                commitment = hashlib.sha256(row["salt"] + row["payload"].encode()).digest()
            metadata = {
                "commitment": commitment.hex(),
                "interviewId": row["interview_id"],
                "kind": row["kind"],
                "position": row["position"],
                "schemaVersion": row["schema_version"],
                "time": row["time"],
                "version": row["version"],
            }
            text = json.dumps(metadata, separators=(",", ":"))
            hashes.append(hashlib.sha256(b"\x00" + text.encode()).digest())
            db.execute(
                "UPDATE events SET commitment = ?, leaf = ? WHERE position = ?",
                (commitment, hashes[-1], row["position"]),
            )
        db.execute("DELETE FROM nodes")
        level = 0
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=False)
            hashes = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
            level += 1
            nodes = [(level, index, hash) for index, hash in enumerate(hashes)]
            db.executemany("INSERT INTO nodes VALUES (?, ?, ?)", nodes)


def check(path: Path, **given: Any) -> Report:
    """`verify`, with the key beside the log unless another is given as `beside`."""
    log = stored_file_of(path, key_name(file.log_id_to_read(path)))
    return verify(replace(log, beside=given.pop("beside", log.beside)), **given)


def key_of(path: Path) -> VerifierKey:
    return load_signer(file.key_path(path), key_name(file.log_id(path))).verifier


def append_beside(path: Path, id: str, *events: Event) -> None:
    """What a gateway that is started again appends."""

    async def append() -> None:
        log = SqliteEventLog(path)
        await tell(log, id, *events)
        await log.close()

    asyncio.run(append())
