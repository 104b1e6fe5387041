"""What is shown of a reply is kept beside the log, also where the log fails for a while."""

import asyncio
from collections.abc import Sequence

import pytest

from api.usecases import replies
from api.usecases.replies import Replies
from api.usecases.underway import ReplyUnderWay
from backends.deadline import Deadline
from backends.patience import Patience
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.memory import MemoryEventLog

ID = "0a4f6c1e-6f0f-4a43-9d7f-6c1f5f6b8a10"


class FullForAWhile(MemoryEventLog):
    """A log that cannot be written until `has_room` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_room = False
        self.tries = 0
        self.news = asyncio.Event()
        self.kept: list[str] = []

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        self.tries += 1
        self.news.set()
        if not self.has_room:
            raise LogUnavailable("the disk is full")
        self.kept += [draft.shown for draft in drafts]


def test_words_that_could_not_be_kept_are_kept_once_the_log_can_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replies, "RETRY_SECONDS", 0.3)

    async def show() -> FullForAWhile:
        log, is_over = FullForAWhile(), asyncio.Event()
        under_way: Replies[str] = Replies(log, lambda _: None)

        async def make(reply: ReplyUnderWay[str]) -> str:
            reply.show("Thank you.", "ollama", None)  # and then the model says nothing for long
            await is_over.wait()
            return "Thank you."

        reply: ReplyUnderWay[str] = ReplyUnderWay(ID, 3, Patience.streamed(60, 30))
        under_way.begin(reply, make)
        reply.watch()
        async with asyncio.timeout(10):
            await log.news.wait()
            log.news.clear()
            log.has_room = True
            await log.news.wait()
            is_over.set()
            await under_way.close()
        return log

    log = asyncio.run(show())
    assert log.kept == ["Thank you."]
    assert log.tries == 2


def test_words_that_replace_settled_ones_are_kept_again() -> None:
    async def sum_up_twice() -> list[str]:
        log = FullForAWhile()
        log.has_room = True
        under_way: Replies[str] = Replies(log, lambda _: None)

        async def make(summary: ReplyUnderWay[str]) -> str:
            for words in ("They built a parser.", "They built a parser, and tested it."):
                summary.withdraw("More was said meanwhile")
                log.news.clear()
                summary.show(words, "ollama", None)
                await log.news.wait()
                summary.settle(words, "ollama", None, "")
            return words

        patience = Patience.streamed(60, 30)
        summary: ReplyUnderWay[str] = ReplyUnderWay(ID, 3, patience, of_summary=True)
        under_way.begin(summary, make)
        summary.watch()
        async with asyncio.timeout(10):
            await summary.wait(Deadline.after(5))
        await under_way.close()
        return log.kept

    kept = asyncio.run(sum_up_twice())
    assert kept == ["They built a parser.", "They built a parser, and tested it."]


def test_a_reply_is_waited_for_as_late_as_its_caller_says() -> None:
    async def wait_for_a_late_one() -> str | None:
        under_way: Replies[str] = Replies(FullForAWhile(), lambda _: None)
        is_over = asyncio.Event()

        async def make(reply: ReplyUnderWay[str]) -> str:
            await is_over.wait()
            return "Thank you."

        reply: ReplyUnderWay[str] = ReplyUnderWay(ID, 3, Patience.plain(Deadline.after(0)))
        under_way.begin(reply, make)
        with pytest.raises(LogUnavailable, match="still in progress"):
            await reply.wait(Deadline.after(0), late=0.01)
        asyncio.get_running_loop().call_later(0.1, is_over.set)
        await reply.wait(Deadline.after(0), late=60)
        await under_way.close()
        return reply.result

    assert asyncio.run(wait_for_a_late_one()) == "Thank you."
