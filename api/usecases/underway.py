"""A reply under way: what backends tell of it, who listens to it, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from api.usecases.errors import ReplyNotRecorded
from api.usecases.happenings import (
    EventIds,
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
from backends.deadline import Deadline
from backends.patience import Patience
from backends.turn import Phase
from eventlog.claims import Doing
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from statemachine.events import ReplyInterrupted

R = TypeVar("R")

STATUS_SECONDS = 1.0
"""How often a status is told again while nothing else happens."""

LAST_SECONDS = 0.4
"""How long after the deadline a reply may still end: its words must be written."""


class ReplyUnderWay(Generic[R]):
    """The reply to an interview of `length` messages, or its summary.

    It is the `Audience` of the backends that make it. Another gateway may make it instead: then it
    is not `made_here`, and is told what is seen of it there.
    """

    def __init__(
        self,
        interview_id: str,
        length: int,
        patience: Patience,
        *,
        of_summary: bool = False,
        ids: EventIds | None = None,
    ) -> None:
        self.interview_id = interview_id
        self.length = length
        self.patience = patience
        self.of_summary = of_summary
        self.happenings: Happenings[R] = Happenings(ids)
        self.made_here = True
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

    def show_recorded(self, text: str) -> None:
        """These are the words that the log has, whoever wrote them."""
        self.is_settled = True
        self._set_text(text, "recorded")

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
        self.begin_watch()
        return self.happenings.from_start()

    def join(self, last_id: int | None) -> AsyncGenerator[Heard[R], None]:
        """What happens from now on, or from `last_id` on."""
        self.begin_watch()
        return self.happenings.joined(last_id)

    async def statuses(self) -> AsyncGenerator[ReplyStatus | None, None]:
        """What is being waited for until it is over, for those who do not see its words: when it
        changes, and every second. None where that is not known."""
        while not self._over.is_set():
            yield self._status_now() if self._status is not None else None
            with suppress(TimeoutError):
                async with asyncio.timeout(STATUS_SECONDS):
                    await self._status_news.wait()

    def begin_watch(self) -> None:
        """Somebody sees the words as they come, here or at another gateway."""
        if not self.is_watched:
            self.is_watched = True
            self.on_watched()

    def doing(self) -> Doing:
        """What is being waited for."""
        phase, backend, model = self._status or ("", "", None)
        return Doing(phase, backend, model, self.is_watched)

    def glance(self) -> ReplyGlance:
        """What can be told of it without its words."""
        phase, backend, model = self._status or (None, None, None)
        seconds, listeners = self._clock() - self._began, self.happenings.listeners
        return ReplyGlance(
            self.interview_id,
            self.of_summary,
            phase,
            backend,
            model,
            seconds,
            listeners,
            self.made_here,
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
