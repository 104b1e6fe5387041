"""Bundles to check, of logs that hold several interviews, told event by event in turn."""

import asyncio
import importlib.util
import json
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eventlog import tree
from eventlog.bundle import bundle_of
from eventlog.checkpoints import signed_checkpoint
from eventlog.memory import MemoryEventLog
from eventlog.notes import Signer
from eventlog.protocol import EventLog
from eventlog.records import UnplacedRecord, commit, draft
from statemachine.commands import forget_content, give_answer
from statemachine.events import Ending, Event, InterviewHeld, InterviewReleased
from statemachine.interview import replay
from tests.eventlog.interviews import AT, OPENING, REFUSAL, WHOLE, close, start, tell
from tests.stories import EVERYTHING, FROM_THE_START, adopted, asked_by_ollama, with_summary

Bundle = dict[str, Any]

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_bundle.py"

SIGNER = Signer("interview-gateway/test", Ed25519PrivateKey.from_private_bytes(bytes(32)))
STRANGER = Signer("interview-gateway/test", Ed25519PrivateKey.from_private_bytes(b"1" * 32))

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
    "refused": (*OPENING, REFUSAL),
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


async def fill(log: EventLog) -> list[str]:
    """Tell every story, one event of each in turn; the checkpoints after each round."""
    stories = {name: list(told(name)) for name in STORIES}
    checkpoints = []
    second = 0
    while any(stories.values()):
        for name, events in stories.items():
            if events:
                await tell(log, IDS[name], events.pop(0), at=AT + timedelta(seconds=second))
                second += 1
        checkpoints.append(await signed_checkpoint(log))
    return checkpoints


class SignedLog(MemoryEventLog):
    """A log whose key is given to it."""

    def __init__(self, signer: Signer) -> None:
        super().__init__()
        self._signer = signer


class LawlessLog(SignedLog):
    """A log that takes whatever it is told: hashed and signed as it must be, illegal or not."""

    async def tell(self, id: str, *events: Event) -> None:
        for event in events:
            version = len(await self.records(id)) + 1
            self.take(draft(id, version, event, AT))

    async def tell_text(self, id: str, kind: str, payload: str, schema_version: int = 1) -> None:
        """Take a payload as it is written here, whatever it says."""
        salt = bytes(16)
        told = UnplacedRecord(
            interview_id=id,
            version=len(await self.records(id)) + 1,
            kind=kind,
            schema_version=schema_version,
            time="2026-01-05T10:30:00.000Z",
            payload=payload,
            salt=salt,
            commitment=commit(salt, payload.encode()),
        )
        self.take(told)

    def take(self, told: UnplacedRecord) -> None:
        record = told.at(len(self._records))
        self._records.append(record)
        for node in tree.completed_by(record.position, record.leaf, self._node):
            self._nodes[node.level, node.index] = node.hash

    def forget(self, id: str) -> None:
        self._erase_words(id)


def lawless_bundle(*events: Event, forgotten: bool = False) -> Bundle:
    """The bundle of a log that took `events` without asking whether they may be."""

    async def make() -> Bundle:
        log = LawlessLog(SIGNER)
        await log.tell(IDS["one-event"], start())
        await log.tell(IDS["whole"], *events)
        if forgotten:
            log.forget(IDS["whole"])
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    return asyncio.run(make())


def bundle_saying(kind: str, payload: str, schema_version: int = 1) -> Bundle:
    """The bundle of a log that took such a payload as a second event."""

    async def make() -> Bundle:
        log = LawlessLog(SIGNER)
        await log.tell(IDS["whole"], start())
        await log.tell_text(IDS["whole"], kind, payload, schema_version)
        return await bundle_of(log, IDS["whole"], exported_at=AT)

    return asyncio.run(make())


def load_script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("verify_bundle", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_text(bundle: Bundle) -> str:
    return json.dumps(bundle, ensure_ascii=False)
