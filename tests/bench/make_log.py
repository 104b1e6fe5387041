"""A log of many interviews, by the log's own functions: python -m tests.bench.make_log FILE.

Interviews run side by side, so that the events of one lie scattered among those of others; they
are of every role, some are summed up, a few are left unfinished.

The gateway takes half a millisecond for a move, most of it to listen to the answer. So some hundred
interviews are conducted, and all others follow one of them with answers of their own. The rows are
those that appends would write; but triggers and indexes are made at the end, and nothing waits for
the disk.
"""

import argparse
import asyncio
import gc
import random
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from backends.templates import Templates
from backends.turn import Turn
from eventlog.codec import encode
from eventlog.readmodels import overview
from eventlog.records import SALT_BYTES, commit
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.overviews import OVERVIEW_COLUMNS, stored_overview
from eventlog.sqlite.queries import RECORD_COLUMNS
from eventlog.stored import OVERVIEW_FIELDS
from eventlog.times import to_text
from eventlog.tree import Frontier
from statemachine.canonical import canonical_json, json_string
from statemachine.commands import give_answer, give_summary, take_reply
from statemachine.events import (
    AnswerGiven,
    Attempt,
    Event,
    InterviewCompleted,
    Origin,
    QuestionAsked,
    QuestionKept,
)
from statemachine.interview import Interview, evolve
from statemachine.roles import FIELD_ROLES
from statemachine.session import (
    Config,
    config_text,
    fingerprint_of,
    message_json,
    move_fingerprint,
)

CONDUCTED = 150
SIDE_BY_SIDE = 128
AT_ONCE = 10_000
"""How many events are written at a time."""
FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
IN_MEMORY = "cache_size = -2000000"
"""2 GB of pages at most: fingerprints come in no order, and change pages everywhere."""

TEXT = """we had a service that was slow under load so I measured it first and found one query
that ran for each row then I wrote it anew with a join and kept the old one behind a switch until
the numbers agreed my team was not sure at first but the graphs spoke for themselves"""
WORDS = TEXT.split()

ORIGIN = Origin(
    backend="ollama",
    model="llama3.2:1b",
    elapsed_ms=1350,
    attempts=(
        Attempt(backend="granite-interview-service", reason="Connection refused", elapsed_ms=12),
    ),
)


@dataclass(frozen=True)
class _Step:
    """One event of an interview that was conducted: as it is stored, what it made of the interview,
    and the canonical JSON of the `messages` that it added to the session. Each interview has
    answers of its own: of one, there is neither payload nor message. `is_held` says that a client
    has held the session since."""

    kind: str
    schema_version: int
    payload: bytes | None
    after: Interview
    messages: bytes
    question: int
    is_held: bool


Move = Sequence[_Step]
"""The events of one append."""

_Row = tuple[Any, ...]


def _conducted(chance: random.Random) -> list[Move]:
    """The moves of an interview, conducted on the built-in questions."""
    templates = Templates()
    config = Config(role=chance.choice(list(FIELD_ROLES)), model="llama3.2:1b")
    interview: Interview | None = None

    def step(event: Event) -> _Step:
        nonlocal interview
        said = len(interview.messages) if interview else 0
        interview = evolve(interview, event, id=str(UUID(int=0)))
        messages = [message_json(m.role, m.content) for m in interview.messages[said:]]
        kind, schema_version, payload = encode(event)
        is_answer = isinstance(event, AnswerGiven)
        return _Step(
            kind,
            schema_version,
            None if is_answer else canonical_json(payload),
            interview,
            b"" if is_answer else b",".join(messages),
            interview.session.current_question,
            isinstance(event, QuestionAsked | QuestionKept | InterviewCompleted),
        )

    def reply(interview: Interview) -> Event:
        words = templates.reply(Turn.of(interview, interview.session))
        is_last = interview.answers_given == config.total_questions
        return take_reply(interview, words, closes=is_last, origin=ORIGIN)

    first = step(templates.begin(config))
    moves: list[Move] = [[first, step(reply(first.after))]]
    ends_after = chance.randint(0, 4) if chance.random() < 0.1 else config.total_questions
    for _ in range(ends_after):
        answered = step(give_answer(_answer(chance)))
        moves.append([answered, step(reply(answered.after))])
    if chance.random() < 0.5:
        last = moves[-1][-1].after
        moves.append([step(give_summary(last, _answer(chance), origin=ORIGIN))])
    return moves


def _answer(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(20, 60))) + "."


class _Interviews:
    """Makes interviews that follow those that were conducted: their rows, until they are `taken`.

    A row is a tuple, and what `records` and `codec` do for one event at a time is written out: this
    runs ten million times. `audit verify` tells whether it is the same."""

    def __init__(self) -> None:
        self._chance = random.Random(20261123)
        self._stories = [_conducted(self._chance) for _ in range(CONDUCTED)]
        # An answer is a part of it: to choose each of its words would take most of the time.
        self._said = [self._chance.choice(WORDS) for _ in range(100_000)]
        self._begun = 0
        self.position = 0
        self.events: list[_Row] = []
        self.fingerprints: list[_Row] = []
        self.interviews: list[_Row] = []

    def until(self, events: int) -> Iterator[None]:
        """Make a move of each of the interviews side by side at a time, until there are so many
        events, or more."""
        lanes = [self._next() for _ in range(SIDE_BY_SIDE)]
        while lanes:
            for n, lane in reversed(list(enumerate(lanes))):
                if next(lane, None) is None:
                    lanes[n : n + 1] = [self._next()] if self.position < events else []
            yield

    def _next(self) -> Iterator[bool]:
        """The moves of one more interview."""
        self._begun += 1
        id = str(UUID(int=self._chance.getrandbits(128), version=4))
        return self._follow(self._chance.choice(self._stories), id, 30 * self._begun)

    def _follow(self, story: Sequence[Move], id: str, seconds: int) -> Iterator[bool]:
        began, began_at = self.position, seconds
        config = config_text(story[0][0].after.config)
        said = bytearray()
        current = b""
        version = 0
        for move in story:
            for step in move:
                version += 1
                payload, message = step.payload, step.messages
                if payload is None:
                    answer = self._answer()
                    text = json_string(answer).encode()
                    payload, message = (
                        b'{"content":%b}' % text,
                        b'{"content":%b,"role":"user"}' % text,
                    )
                    self.fingerprints.append((move_fingerprint(current, answer), began, version))
                if message:
                    said += b"," + message if said else message
                if step.is_held:
                    is_complete = step.after.is_complete
                    current = fingerprint_of(config, step.question, is_complete, said)
                    self.fingerprints.append((current, began, version))
                self._put(id, version, step, _time(seconds), payload)
                seconds += 20
            yield True
        row = overview(story[-1][-1].after, id, began, _time(began_at), _time(seconds - 20))
        stored = stored_overview(row, current)
        self.interviews.append(tuple(stored[name] for name in (*OVERVIEW_FIELDS, "head")))

    def _put(self, id: str, version: int, step: _Step, time: str, payload: bytes) -> None:
        salt = self._chance.randbytes(SALT_BYTES)
        commitment = commit(salt, payload)
        leaf = sha256(
            f'\x00{{"commitment":"{commitment.hex()}","interviewId":"{id}",'
            f'"kind":"{step.kind}","position":{self.position},"schemaVersion":{step.schema_version},'
            f'"time":"{time}","version":{version}}}'.encode()
        ).digest()
        # In the order of RECORD_FIELDS.
        kind = (id, version, step.kind, step.schema_version, time)
        self.events.append((*kind, payload.decode(), salt, commitment, self.position, leaf))
        self.position += 1

    def _answer(self) -> str:
        start = self._chance.randrange(len(self._said) - 60)
        return " ".join(self._said[start : start + self._chance.randrange(20, 61)]) + "."


@lru_cache(100_000)
def _time(seconds: int) -> str:
    return to_text(FIRST_DAY + timedelta(seconds=seconds))


def make(path: Path, events: int) -> None:
    """Make a log of `events` events, or a few more, at `path`."""
    _open_and_close(path)
    gc.disable()  # it would search all that is kept of the stories for cycles, again and again
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", IN_MEMORY):
                db.execute(f"PRAGMA {pragma}")
            db.execute("BEGIN")
            with _without(db):
                _fill(db, events)
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = WAL")
    finally:
        gc.enable()
    _open_and_close(path)


@contextmanager
def _without(db: sqlite3.Connection) -> Iterator[None]:
    """Without the triggers and indexes of the tables, which are made again at the end: to sort all
    at once is faster."""
    dropped = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') "
        "AND sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    for type, name, _ in dropped:
        db.execute(f"DROP {type} {name}")
    yield
    for _, _, sql in dropped:
        db.execute(sql)


def _fill(db: sqlite3.Connection, events: int) -> None:
    made = _Interviews()
    frontier = Frontier()
    for _ in made.until(events):
        if len(made.events) < AT_ONCE:
            continue
        frontier = _take(db, made, frontier)
    _take(db, made, frontier)


def _take(db: sqlite3.Connection, made: _Interviews, tree: Frontier) -> Frontier:
    """Write what was made since, and keep nothing of it; the tree after it."""
    leaves = [row[-1] for row in made.events]
    nodes = [(node.level, node.index, node.hash) for node in tree.completed_by(leaves)]
    tables = {
        f"events ({RECORD_COLUMNS})": made.events,
        "nodes (level, position, hash)": nodes,
        "fingerprints (fingerprint, first_position, version)": made.fingerprints,
        f"interviews ({OVERVIEW_COLUMNS}, head)": made.interviews,
    }
    for table, rows in tables.items():
        if rows:
            db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    for rows in (made.events, made.fingerprints, made.interviews):
        rows.clear()
    return tree.plus(leaves)


def _open_and_close(path: Path) -> None:
    """Make the log if need be, and seal it."""
    asyncio.run(SqliteEventLog(path).close())


def made(path: Path, events: int) -> Path:
    """The same, unless it is there already."""
    if not path.exists():
        print(f"Making a log of {events:,} events at {path} …", file=sys.stderr)
        making = path.with_name(f"{path.name}.making")
        make(making, events)
        for file in sorted(path.parent.glob(f"{making.name}*")):
            file.rename(path.with_name(file.name.replace(making.name, path.name)))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.make_log", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    wanted = parser.parse_args()
    made(wanted.file, wanted.events)


if __name__ == "__main__":
    main()
