"""Bundles to check, of logs that hold several interviews, told event by event in turn."""

import importlib.util
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from eventlog import tree
from eventlog.bundle import bundle_of
from eventlog.memory import MemoryEventLog
from eventlog.protocol import EventLog
from eventlog.records import draft
from statemachine.commands import forget_content, give_answer
from statemachine.events import Ending, Event, InterviewHeld, InterviewReleased
from statemachine.interview import Interview, replay
from tests.eventlog.interviews import AT, OPENING, WHOLE, close, start, tell
from tests.stories import EVERYTHING, FROM_THE_START, adopted, asked_by_ollama, with_summary

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_bundle.py"

HOLD = (InterviewHeld(reason="A court asks."), InterviewReleased(reason="It is done."))

STORIES: dict[str, tuple[Event, ...]] = {
    "whole": WHOLE,
    "adopted": (adopted(5), give_answer("It works."), close()),
    "adopted-complete": (adopted(7),),
    "everything": EVERYTHING,
    "summary": FROM_THE_START,
    "closed": with_summary(
        start(total=5),
        asked_by_ollama(1, "Why?"),
        give_answer("No \u202e\x1b[2J idea. 🦉"),
        close(Ending.CLOSED_BY_INTERVIEWER),
    ),
    "held": (*OPENING, HOLD[0]),
    "one-event": (start(),),
    "forgotten": WHOLE,
    "forgotten-held": (*OPENING, *HOLD),
    "forgotten-adopted": (*EVERYTHING,),
    "forgotten-adopted-complete": (adopted(7), HOLD[0], HOLD[1]),
    "forgotten-started": (start(),),
}
"""Name → what happened; those that begin with "forgotten" end so."""

IDS = {name: f"00000000-0000-4000-8000-{n:012d}" for n, name in enumerate(STORIES)}


def told(name: str) -> tuple[Event, ...]:
    events = STORIES[name]
    if not name.startswith("forgotten"):
        return events
    return (*events, forget_content(replay(events, id=IDS[name]), "Asked for it."))


async def fill(log: EventLog) -> None:
    """Tell every story, one event of each in turn."""
    stories = {name: list(told(name)) for name in STORIES}
    second = 0
    while any(stories.values()):
        for name, events in stories.items():
            if events:
                await tell(log, IDS[name], events.pop(0), at=AT + timedelta(seconds=second))
                second += 1


class LawlessLog(MemoryEventLog):
    """A log that takes whatever it is told: hashed and signed as it must be, illegal or not."""

    async def tell(self, id: str, *events: Event) -> None:
        for event in events:
            version = len(await self.records(id)) + 1
            record = draft(id, version, event, AT).at(len(self._records))
            self._records.append(record)
            for node in tree.completed_by(record.position, record.leaf, self._node):
                self._nodes[node.level, node.index] = node.hash

    def forget(self, id: str) -> None:
        self._erase_words(id)


async def bundle_told(
    *events: Event, id: str = IDS["whole"], forgotten: bool = False
) -> dict[str, Any]:
    """The bundle of a log that took `events` without asking whether they may be."""
    log = LawlessLog()
    await log.tell(IDS["one-event"], start())
    await log.tell(id, *events)
    if forgotten:
        log.forget(id)
    return await bundle_of(log, id, exported_at=AT)


def load_script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("verify_bundle", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_text(bundle: dict[str, Any]) -> str:
    return json.dumps(bundle, ensure_ascii=False)
