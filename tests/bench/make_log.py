"""A log of many interviews, made by the gateway's own code: python -m tests.bench.make_log FILE.

Interviews run side by side, so that the events of one lie scattered among those of others; they
are of every role, some are summed up, a few are left unfinished.
"""

import argparse
import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from backends.templates import Templates
from backends.turn import Turn
from eventlog.sqlite.log import SqliteEventLog
from statemachine.commands import give_answer, give_summary, take_reply
from statemachine.events import Attempt, Event, Origin
from statemachine.interview import Interview
from statemachine.roles import FIELD_ROLES
from statemachine.session import Config

SIDE_BY_SIDE = 128
FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)

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


class _Interviews:
    """Conducts interviews on a log until it holds enough events."""

    def __init__(self, log: SqliteEventLog, events: int) -> None:
        self._log = log
        self._left = events
        self._made = 0
        self._chance = random.Random(20261123)
        self._templates = Templates()

    async def hold_all(self) -> None:
        await asyncio.gather(*(self._hold_some() for _ in range(SIDE_BY_SIDE)))

    async def _hold_some(self) -> None:
        while self._left > 0:
            await self._hold_one()

    async def _hold_one(self) -> None:
        config = Config(role=self._chance.choice(list(FIELD_ROLES)), model="llama3.2:1b")
        id = str(UUID(int=self._chance.getrandbits(128), version=4))
        self._made += 1
        at = FIRST_DAY + timedelta(seconds=30 * self._made)
        started = self._templates.begin(config)
        interview = (await self._log.append(id, 0, [started], at)).interview
        self._left -= 1
        ends_after = self._chance.randint(1, 5) if self._made % 10 == 0 else 6
        for turn in range(2 * ends_after):
            at += timedelta(seconds=20)
            event = give_answer(self._an_answer()) if turn % 2 else await self._reply(interview)
            interview = (await self._log.append(id, interview.version, [event], at)).interview
            self._left -= 1
            if interview.is_complete:
                break
        if self._made % 2:
            summary = give_summary(interview, self._an_answer(), origin=ORIGIN)
            await self._log.append(id, interview.version, [summary], at)
            self._left -= 1

    async def _reply(self, interview: Interview) -> Event:
        words = self._templates.reply(Turn.of(interview, interview.session))
        is_last = interview.answers_given == interview.config.total_questions
        return take_reply(interview, words, closes=is_last, origin=ORIGIN)

    def _an_answer(self) -> str:
        return " ".join(self._chance.choices(WORDS, k=self._chance.randint(20, 60))) + "."


async def make(path: Path, events: int) -> None:
    """Make a log of `events` events, or a few more, at `path`."""
    log = SqliteEventLog(path)
    try:
        await _Interviews(log, events).hold_all()
    finally:
        await log.close()


def made(path: Path, events: int) -> Path:
    """The same, unless it is there already."""
    if not path.exists():
        print(f"Making a log of {events:,} events at {path} …", file=sys.stderr)
        asyncio.run(make(path, events))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.make_log", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    wanted = parser.parse_args()
    made(wanted.file, wanted.events)


if __name__ == "__main__":
    main()
