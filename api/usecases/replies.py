"""Replies under way: each is made by one task, whoever listens and whoever goes away.

While somebody watches, what is shown is kept as a draft beside the log, so that it is not lost if
the gateway dies.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from api.usecases.errors import ReplyNotRecorded
from api.usecases.happenings import (
    Happening,
    Happenings,
    Heard,
    ReplyDelta,
    ReplyDone,
    ReplyFailed,
    ReplyGlance,
    ReplyReset,
    ReplyStatus,
)
from api.usecases.recovery import RETRY_SECONDS
from backends.deadline import Deadline
from backends.patience import Patience
from backends.turn import Phase
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.protocol import Drafts
from statemachine.events import ReplyInterrupted

logger = logging.getLogger(__name__)

R = TypeVar("R")

DRAFT_SECONDS = 0.15
"""How often what is shown is kept: of what a killed gateway had shown, no more is lost."""

STATUS_SECONDS = 1.0
"""How often a status is told again while nothing else happens."""

LAST_SECONDS = 0.4
"""How long after the deadline a reply may still end: its words must be written."""

OVERLOADED_SECONDS = 5.0
"""How late a hurried reply may be on a machine that has too much to do. An error in its place would
have its callers ask again, and the machine do even more."""

STOPPING_SECONDS = 1.0
"""How long a gateway that stops waits for the replies under way."""


class ReplyUnderWay(Generic[R]):
    """The reply to an interview of `length` messages, or its summary.

    It is the `Audience` of the backends that make it.
    """

    def __init__(
        self,
        interview_id: str,
        length: int,
        patience: Patience,
        *,
        of_summary: bool = False,
    ) -> None:
        self.interview_id = interview_id
        self.length = length
        self.patience = patience
        self.of_summary = of_summary
        self.happenings: Happenings[R] = Happenings()
        self.is_watched = False
        self.on_watched: Callable[[], None] = lambda: None
        self.is_settled = False
        self.result: R | None = None
        self.error: Exception | None = None
        self._over = asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._began = self._last = self._clock()
        self._status: tuple[Phase, str, str | None] | None = None
        self._status_since = self._last
        self._status_news = asyncio.Event()
        self._speaker: tuple[str, str | None] = ("", None)
        self._withdrawn_because: str | None = None

    # What the backends tell

    def tell(self, phase: Phase, backend: str, model: str | None) -> None:
        if self._withdrawn_because is not None:
            self._set_text("", self._withdrawn_because)
        if self._status != (phase, backend, model):
            self._status, self._status_since = (phase, backend, model), self._clock()
            self._tell_status()
            self._wake_waiting()

    def show(self, text: str, backend: str, model: str | None) -> None:
        self._speaker = backend, model
        self.is_settled = False  # a summary is asked for again if more was said meanwhile
        self._set_text(text, "The reply goes on differently")

    def withdraw(self, reason: str) -> str | None:
        shown = self.happenings.text
        if not shown:
            return None
        # If other words follow at once, listeners are shown those in their place.
        self._withdrawn_because = reason
        return shown if self.is_watched else None

    # What the log tells

    def recall(self, shown: ReplyInterrupted) -> None:
        """Go on from what was shown of it before."""
        self._speaker = shown.backend, shown.model
        self._add(ReplyReset(shown.content, "recorded"))

    # How it ends

    def settle(self, text: str, backend: str, model: str | None, reason: str) -> None:
        """These are the words that go into the log; `reason` is why, if others were shown."""
        self._speaker = backend, model
        self.is_settled = True
        self._set_text(text, reason)

    def finish(self, result: R) -> None:
        self.result = result
        self._add(ReplyDone(result))
        self._end()

    def fail(self, error: Exception) -> None:
        self.error = error
        if isinstance(error, LogUnavailable) and not self.of_summary:
            # Whoever listens has posted an answer, and that is in the log.
            error = ReplyNotRecorded(self.interview_id, error)
        self._add(ReplyFailed(error))
        self._end()

    async def wait(self, deadline: Deadline, late: float = LAST_SECONDS) -> None:
        """Until it is over, but no more than `late` seconds after the deadline. Raises the error
        that it ended with, or LogUnavailable if it is not over in time."""
        try:
            async with asyncio.timeout(deadline.left() + late):
                await self._over.wait()
        except TimeoutError:
            raise LogUnavailable(
                "an earlier copy of the same request is still in progress"
            ) from None
        if self.error is not None:
            raise self.error

    # Those who listen

    def watch(self) -> AsyncGenerator[Heard[R], None]:
        """All that happens, for whoever asked for it."""
        self._begin_watch()
        return self.happenings.from_start()

    def join(self, last_id: int | None) -> AsyncGenerator[Heard[R], None]:
        """What happens from now on, or from `last_id` on."""
        self._begin_watch()
        return self.happenings.joined(last_id)

    async def statuses(self) -> AsyncGenerator[ReplyStatus | None, None]:
        """What is being waited for until it is over, for those who do not see its words: when it
        changes, and every second. None where that is not known."""
        while not self._over.is_set():
            yield self._status_now() if self._status is not None else None
            with suppress(TimeoutError):
                async with asyncio.timeout(STATUS_SECONDS):
                    await self._status_news.wait()

    def _begin_watch(self) -> None:
        if not self.is_watched:
            self.is_watched = True
            self.on_watched()

    def glance(self) -> ReplyGlance:
        """What can be told of it without its words."""
        phase, backend, model = self._status or (None, None, None)
        seconds, listeners = self._clock() - self._began, self.happenings.listeners
        return ReplyGlance(
            self.interview_id, self.of_summary, phase, backend, model, seconds, listeners
        )

    # For the one who keeps it

    def draft(self) -> ReplyDraft | None:
        """What is shown of it, if anybody sees anything."""
        if not self.is_watched or not self.happenings.text:
            return None
        backend, model = self._speaker
        text, of_summary = self.happenings.text, self.of_summary
        return ReplyDraft(self.interview_id, self.length, backend, model, text, of_summary)

    def repeat_status(self) -> None:
        """Tell again what is being waited for, if nothing has happened for a while."""
        if self._status is not None and self._clock() - self._last >= STATUS_SECONDS:
            self._tell_status()

    def _tell_status(self) -> None:
        self._add(self._status_now())

    def _status_now(self) -> ReplyStatus:
        assert self._status is not None
        elapsed = round((self._clock() - self._status_since) * 1000)
        return ReplyStatus(*self._status, elapsed)

    def _wake_waiting(self) -> None:
        news, self._status_news = self._status_news, asyncio.Event()
        news.set()

    def _end(self) -> None:
        self._over.set()
        self._wake_waiting()

    def _set_text(self, text: str, reason: str) -> None:
        shown, reason = self.happenings.text, self._withdrawn_because or reason
        is_new = self._withdrawn_because is not None
        self._withdrawn_because = None
        if text == shown:
            return
        if text.startswith(shown) and not is_new:
            self._add(ReplyDelta(text[len(shown) :]))
        else:
            self._add(ReplyReset(text, reason))

    def _add(self, happening: Happening[R]) -> None:
        self._last = self._clock()
        self.happenings.add(happening)


class Replies(Generic[R]):
    """The replies under way, at most one for each interview.

    Drafts of them go into `log`. `hand_over` is given what was shown of one that could not be
    written into it.
    """

    def __init__(self, log: Drafts, hand_over: Callable[[ReplyDraft], None]) -> None:
        self._log = log
        self._hand_over = hand_over
        self._under_way: dict[str, ReplyUnderWay[R]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
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
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return reply

    async def close(self) -> None:
        """Let those under way end with what they have, or else end them."""
        for reply in self._under_way.values():
            reply.patience.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOPPING_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
        drafts = {reply: reply.draft() for reply in self._kept if not reply.is_settled}
        new = {r: draft for r, draft in drafts.items() if draft and draft != self._kept[r]}
        if new:
            try:
                await self._log.keep_drafts(list(new.values()))
            except LogUnavailable as error:
                logger.warning("Words that are shown of replies cannot be saved: %s", error)
                return False
            self._kept |= {r: draft for r, draft in new.items() if r in self._kept}
        return True
