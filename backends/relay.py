"""Several backends, asked for one reply: who is asked when, and whose words are used.

The first has the floor, which means that its words are shown as they come. While it is silent, the
next one is asked beside it, so that a backend that hangs does not take the time of a good one. One
that is silent for long gives the floor to one that has words. When the time is over, what has the
most to say is used, if it can stand by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from backends.asking import Asking
from backends.audience import Audience
from backends.circuit import Circuit
from backends.deadline import Deadline
from backends.errors import BackendError
from backends.patience import Patience
from backends.turn import Backend, Phase, TurnText
from statemachine.durations import duration_text
from statemachine.events import Attempt

HEAD_START = 0.4
"""For how much of the time that is left a backend may be silent before the next one is asked, too:
a slow model needs the rest for itself, and so may the next one."""

FLOOR_KEPT = 0.7
"""For how much of it the first in order keeps the floor while another has words already."""


SILENT_SECONDS = 1.5
"""After so long a silence a question that is whole is taken for all that comes: what would follow
the first question is not used."""


@dataclass(frozen=True)
class Heard:
    """The words that are used, and the backend that said them."""

    asking: Asking
    text: TurnText


class Relay:
    """Asks the `backends` by `ask`, for as long as `patience` lasts.

    `attempts` are those that were passed over, in the order in which they were given up. `circuits`
    learn how each backend did. `hear_out` takes those over that cannot be waited for.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        ask: Callable[[Backend, Callable[[], None]], Asking],
        patience: Patience,
        audience: Audience,
        circuits: Mapping[str, Circuit],
        hear_out: Callable[[Asking, float], Awaitable[None]],
    ) -> None:
        self._waiting = list(backends)
        self._ask = ask
        self._patience = patience
        self._audience = audience
        self._circuits = circuits
        self._time = patience.seconds()
        self._hear_out = lambda asking: hear_out(asking, self._time)
        self._news = asyncio.Event()
        self._running: list[Asking] = []
        self._floor: Asking | None = None
        self._is_showing = False
        self._resets = 0
        self._next_at = Deadline.after(0)
        self._yield_at = Deadline.after(FLOOR_KEPT * patience.seconds())
        self.attempts: list[Attempt] = []

    async def run(self) -> Heard | None:
        """The words to use; None if there are none, and the built-in ones must do."""
        self._patience.changed = self._news.set
        try:
            while True:
                self._news.clear()
                await self._drop_failed()
                self._ask_next()
                if not self._running:
                    return None
                self._give_floor()
                self._show()
                heard = await self._taken()
                if heard is not None:
                    return heard
                if self._patience.is_over(has_words=self._has_words()):
                    return await self._at_the_end()
                await self._wait()
        finally:
            self._patience.changed = lambda: None
            self._floor = None  # no more of its words are shown
            for asking in self._running:
                await asking.close()

    # Whom to ask

    def _ask_next(self) -> None:
        """Ask the next one, if nobody is asked, or those who are have been silent for long."""
        while self._waiting and not self._patience.is_over(has_words=self._has_words()):
            if self._running and (self._has_words() or self._next_at.left()):
                return
            backend = self._waiting.pop(0)
            self._next_at = Deadline.after(HEAD_START * self._patience.seconds())
            self._running.append(self._begin(backend))

    def _begin(self, backend: Backend) -> Asking:
        def wake() -> None:
            # Most words change nothing but what is shown. To wake for each of them would take a
            # tenth of what a word takes.
            if asking is self._floor and self._is_showing and not asking.is_over:
                self._show()
            if asking is not self._floor or not self._is_showing or asking.is_over:
                self._news.set()

        asking = self._ask(backend, wake)
        return asking

    async def _drop_failed(self) -> None:
        for asking in list(self._running):
            if asking.error is not None:
                self._circuits[asking.name].failed(str(asking.error))
                await self._pass_over(asking, str(asking.error))
            elif asking.phase is Phase.LOADING and not self._patience.waits_for_loading:
                await self._pass_over(asking, "Its model is being loaded", self._hear_out)

    async def _pass_over(
        self,
        asking: Asking,
        reason: str,
        part_with: Callable[[Asking], Awaitable[None]] = Asking.close,
    ) -> None:
        self._running.remove(asking)
        self._next_at = Deadline.after(0)
        withdrawn = None
        if asking is self._floor:
            self._floor = None
            withdrawn = self._audience.withdraw(reason)
        self._note(asking, reason, withdrawn)
        await part_with(asking)

    def _note(self, asking: Asking, reason: str, withdrawn: str | None = None) -> None:
        self.attempts.append(
            Attempt(
                backend=asking.name,
                reason=reason,
                elapsed_ms=asking.elapsed_ms,
                model=asking.model,
                withdrawn=withdrawn,
            )
        )

    # Whose words are shown

    def _has_words(self) -> bool:
        return any(asking.has_words for asking in self._running)

    def _give_floor(self) -> None:
        floor = self._floor or self._running[0]
        if not floor.has_words and not self._yield_at.left():
            floor = next((asking for asking in self._running if asking.has_words), floor)
        if floor is not self._floor:
            self._floor, self._resets, self._is_showing = floor, floor.reader.resets, False

    def _show(self) -> None:
        floor = self._floor
        assert floor is not None, "somebody is being asked"
        if floor.reader.resets != self._resets:
            self._resets = floor.reader.resets
            withdrawn = self._audience.withdraw("These were thoughts of the model")
            if withdrawn is not None:
                self._note(floor, "Showed what were thoughts", withdrawn)
        self._audience.tell(floor.phase, floor.name, floor.model)
        self._is_showing = floor.has_words
        if self._is_showing:
            self._audience.show(floor.reader.shown, floor.name, floor.model)

    # Whose words are used

    async def _taken(self) -> Heard | None:
        """The words of whoever has the floor, once all are there."""
        floor = self._floor
        if floor is None or floor.error is not None:
            return None
        if not floor.is_over and not self._has_asked_and_fallen_silent(floor):
            return None
        try:
            return self._use(floor, floor.text())
        except BackendError as error:
            self._circuits[floor.name].failed(str(error))
            await self._pass_over(floor, str(error))
            self._news.set()
            return None

    def _has_asked_and_fallen_silent(self, asking: Asking) -> bool:
        silent = asking.has_words and not _silence_of(asking).left()
        return silent and asking.reader.asks_whole_question()

    async def _at_the_end(self) -> Heard | None:
        """What can be used when nobody waits any longer."""
        in_order = sorted(self._running, key=lambda asking: asking is not self._floor)
        is_stopped = self._patience.is_stopped
        asking_a_question = [a for a in in_order if a.reader.asks_whole_question()]
        for asking in asking_a_question or ([] if is_stopped else in_order):
            with suppress(BackendError):  # the others may have said more
                return self._use(asking, asking.text())
        for asking in list(self._running):
            reason = self._why_late(asking)
            if not is_stopped and asking.phase is not Phase.LOADING:
                self._circuits[asking.name].was_late(asking.elapsed)
            is_over = is_stopped or self._patience.waits_for_loading
            await self._pass_over(asking, reason, Asking.close if is_over else self._hear_out)
        return None

    def _why_late(self, asking: Asking) -> str:
        if self._patience.is_stopped:
            return "Nobody waited for it any longer"
        spent = duration_text(asking.elapsed_ms)
        if asking.has_words:
            return f"Asked nothing within {spent}"
        return f"No answer within {spent}"

    def _use(self, asking: Asking, text: TurnText) -> Heard:
        """These words, and why the others' are not used."""
        self._circuits[asking.name].succeeded(asking.usable_after or asking.elapsed)
        if asking.broke_off is not None:
            self._note(asking, str(asking.broke_off))
        for other in self._running:
            if other is asking:
                continue
            withdrawn = None
            if other is self._floor:
                withdrawn = self._audience.withdraw(f"{asking.name} was faster")
            if not other.has_words:
                self._circuits[other.name].was_late(other.elapsed)
            spent = duration_text(other.elapsed_ms)
            self._note(other, f"No answer within {spent}; {asking.name} gave one", withdrawn)
        return Heard(asking, text)

    async def _wait(self) -> None:
        """Until something is new, or it is time for the next step."""
        moments = [self._patience.limit(has_words=self._has_words())]
        if self._waiting:
            moments.append(self._next_at)
        if self._floor is not None:
            silence = _silence_of(self._floor)
            moments.append(silence if self._floor.has_words else self._yield_at)
        seconds = min((moment.left() for moment in moments if moment.left()), default=0.0)
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass


def _silence_of(asking: Asking) -> Deadline:
    """The moment from which on it has been silent for long."""
    return Deadline(asking.heard_at + SILENT_SECONDS)
