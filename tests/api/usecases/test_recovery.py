"""What an earlier gateway had shown of a reply when it was stopped becomes an event, once."""

import asyncio
import logging
from dataclasses import replace

import pytest

from api.usecases.interviews import Interviews
from api.usecases.recovery import Recovery
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.memory import MemoryEventLog
from statemachine.commands import forget_content, give_answer
from statemachine.events import Event, ReplyInterrupted
from tests.eventlog.interviews import AT, ask, new_id, start, tell
from tests.eventlog.running import in_loop

SHOWN = "Thank you. Question"


async def recovered(log: MemoryEventLog) -> None:
    await Recovery(log, Interviews(log, lambda: AT)).at_start()
    assert await log.drafts() == []


async def last_event(log: MemoryEventLog, id: str) -> Event:
    return (await log.records(id))[-1].event


def draft_of(id: str, length: int, *, of_summary: bool = False) -> ReplyDraft:
    return ReplyDraft(id, length, "ollama", "llama3.2:1b", SHOWN, of_summary)


@in_loop
async def test_what_was_shown_of_a_reply_becomes_an_event() -> None:
    log, id = MemoryEventLog(), new_id()
    interview = await tell(log, id, start(), ask(1), give_answer("Because."))
    await log.keep_drafts([draft_of(id, len(interview.messages))])
    await recovered(log)
    expected = ReplyInterrupted(content=SHOWN, backend="ollama", model="llama3.2:1b")
    assert await last_event(log, id) == expected
    await recovered(log)
    assert len(await log.records(id)) == 4


@in_loop
async def test_what_was_shown_of_a_summary_is_told_as_such() -> None:
    log, id = MemoryEventLog(), new_id()
    await tell(log, id, start(), ask(1))
    await log.keep_drafts([draft_of(id, 3, of_summary=True)])
    await recovered(log)
    event = await last_event(log, id)
    assert isinstance(event, ReplyInterrupted)
    assert event.of_summary


@in_loop
async def test_a_draft_that_does_not_fit_the_log_is_dropped() -> None:
    log, id = MemoryEventLog(), new_id()
    interview = await tell(log, id, start(), ask(1))
    draft = draft_of(id, len(interview.messages))
    for misfit in (draft, replace(draft, length=1), replace(draft, of_summary=False)):
        await log.keep_drafts([misfit])
        await recovered(log)
    assert len(await log.records(id)) == 2


@in_loop
async def test_a_forgotten_interview_gets_no_words_back() -> None:
    log, id = MemoryEventLog(), new_id()
    begun = await tell(log, id, start())
    await log.keep_drafts([draft_of(id, 2)])
    await tell(log, id, forget_content(begun, "It was asked for."))
    await recovered(log)
    assert len(await log.records(id)) == 2


class GoneLog(MemoryEventLog):
    """It cannot be read for as long as it has reasons."""

    reasons: list[str]
    is_back: asyncio.Event

    async def drafts(self) -> list[ReplyDraft]:
        if self.reasons:
            raise LogUnavailable(self.reasons.pop(0))
        self.is_back.set()
        return await super().drafts()


@in_loop
async def test_an_outage_is_told_once_and_not_at_each_try(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("api.usecases.recovery.RETRY_SECONDS", 0)
    log = GoneLog()
    log.reasons, log.is_back = ["it is gone"] * 3 + ["it is full"] * 2, asyncio.Event()
    with caplog.at_level(logging.WARNING):
        await Recovery(log, Interviews(log, lambda: AT)).at_start()
        async with asyncio.timeout(5):
            await log.is_back.wait()
    reasons = [record.getMessage().rsplit(": ", 1)[1] for record in caplog.records]
    assert reasons == ["it is gone", "it is full"]
