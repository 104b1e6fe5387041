"""Replies under way: each is made by one task, whoever listens and whoever goes away.

While somebody watches, what is shown is kept as a draft beside the log, so that it is not lost if
the gateway dies.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from api.usecases.happenings import EventIds, ReplyGlance
from api.usecases.recovery import RETRY_SECONDS
from api.usecases.underway import ReplyUnderWay
from backends.deadline import Deadline
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.protocol import Drafts

logger = logging.getLogger(__name__)

R = TypeVar("R")

DRAFT_SECONDS = 0.15
"""How often what is shown is kept: of what a killed gateway had shown, no more is lost."""

OVERLOADED_SECONDS = 5.0
"""How late a hurried reply may be on a machine that has too much to do. An error in its place would
have its callers ask again, and the machine do even more."""

STOPPING_SECONDS = 1.0
"""How long a gateway that stops waits for the replies under way."""


class Replies(Generic[R]):
    """The replies under way, at most one for each interview.

    Drafts of them go into `log`. `hand_over` is given what was shown of one that could not be
    written into it. `ids` are those of what happens to them. `on_kept` is told
    of which interviews there are new drafts.
    """

    def __init__(
        self,
        log: Drafts,
        hand_over: Callable[[ReplyDraft], None],
        ids: EventIds | None = None,
        on_kept: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._log = log
        self._hand_over = hand_over
        self.ids = ids or EventIds()
        self._on_kept = on_kept
        self._under_way: dict[str, ReplyUnderWay[R]] = {}
        self._tasks: dict[ReplyUnderWay[R], asyncio.Task[None]] = {}
        self._kept: dict[ReplyUnderWay[R], ReplyDraft | None] = {}
        """What is kept of those that somebody watches."""
        self._keeper: asyncio.Task[None] | None = None

    def to(self, interview_id: str) -> ReplyUnderWay[R] | None:
        """The one to this interview, if one is under way."""
        return self._under_way.get(interview_id)

    def glances(self) -> list[ReplyGlance]:
        """Those under way, the oldest first."""
        return [reply.glance() for reply in self._under_way.values()]

    @property
    def count(self) -> int:
        """How many are being made."""
        return len(self._tasks)

    def begin(
        self, reply: ReplyUnderWay[R], make: Callable[[ReplyUnderWay[R]], Awaitable[R]]
    ) -> ReplyUnderWay[R]:
        """Let `make` make the reply."""
        self._under_way[reply.interview_id] = reply
        reply.on_watched = lambda: self._start_keeping(reply)
        task = asyncio.create_task(self._make(reply, make), name="reply")
        self._tasks[reply] = task
        task.add_done_callback(lambda _: self._tasks.pop(reply))
        return reply

    async def close(self) -> None:
        """Let those under way end with what they have, or else end them."""
        for reply, task in self._tasks.items():
            if reply.made_here:
                reply.patience.stop()
            else:  # another gateway goes on with it
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=STOPPING_SECONDS)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def _make(
        self, reply: ReplyUnderWay[R], make: Callable[[ReplyUnderWay[R]], Awaitable[R]]
    ) -> None:
        error: Exception = LogUnavailable("the gateway is stopping")
        result: R | None = None
        try:
            result = await make(reply)
        except Exception as failure:
            error = failure
            draft = reply.draft()
            if draft is not None and isinstance(error, LogUnavailable):
                self._hand_over(draft)
        finally:
            # First of all, so that whoever hears of the end finds nothing under way.
            del self._under_way[reply.interview_id]
            if result is None:
                reply.fail(error)
            else:
                reply.finish(result)
            self._kept.pop(reply, None)

    def _start_keeping(self, reply: ReplyUnderWay[R]) -> None:
        self._kept[reply] = None
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="drafts of replies")

    async def _keep(self) -> None:
        """Keep what is shown, while anything is. It is done for all replies at once: a commit for
        each took more than its words did."""
        try_at = Deadline.after(0)
        try:
            while self._kept:
                for reply in self._kept:
                    reply.repeat_status()
                if not try_at.left() and not await self._keep_drafts():
                    try_at = Deadline.after(RETRY_SECONDS)
                await asyncio.sleep(DRAFT_SECONDS)
        finally:
            self._keeper = None

    async def _keep_drafts(self) -> bool:
        """Whether what is new could be kept."""
        # The commit that appends a settled one deletes its draft, which must not come after that.
        drafts = {
            reply: reply.draft() for reply in self._kept if reply.made_here and not reply.is_settled
        }
        new = {r: draft for r, draft in drafts.items() if draft and draft != self._kept[r]}
        if new:
            try:
                await self._log.keep_drafts(list(new.values()))
            except LogUnavailable as error:
                logger.warning("Words that are shown of replies cannot be saved: %s", error)
                return False
            for draft in new.values():
                self._on_kept(draft.interview_id)
            self._kept |= {r: draft for r, draft in new.items() if r in self._kept}
        return True
