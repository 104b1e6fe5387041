"""What happens to one reply, for any number of listeners.

It is kept in a list, along which each listener walks at its own pace. So a slow one keeps nobody
waiting, one that goes away stops nothing, and one that comes late, or back, begins where it must.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from random import randrange
from time import perf_counter, time
from typing import Generic, TypeVar

from backends.turn import Phase

R = TypeVar("R")

IDS_IN_A_SECOND = 1_000_000
"""With more, JavaScript could not hold them as numbers."""

GATEWAYS = 4096
"""From how many numbers a gateway that shares its log draws its own."""

_STARTED = time() - perf_counter()


class EventIds:
    """The ids of what happens to replies, at one gateway.

    The first id of a reply is the time at which it begins. They rise, also from one gateway to the
    next, and are numbers that JavaScript can hold. They are not counted: a candidate could tell
    from a count how many replies others get. An id belongs to one reply of an interview.

    Where gateways share a log, two may follow one reply at the same time, each with its own ids. So
    that none takes another's ids for its own, each has those that leave the same remainder.
    """

    def __init__(self, remainder: int = 0, step: int = 1) -> None:
        self._remainder = remainder
        self.step = step
        self._last = 0

    @classmethod
    def of_one_among_many(cls) -> "EventIds":
        """The ids of a gateway that shares its log."""
        return cls(randrange(GATEWAYS), GATEWAYS)  # noqa: S311 - it is no secret

    def new_first(self) -> int:
        """The first id of a reply that begins now."""
        now = int((_STARTED + perf_counter()) * IDS_IN_A_SECOND)
        first = now - now % self.step + self._remainder
        return max(first, self._last + self.step) if self._last else first

    def used(self, id: int) -> None:
        """No later reply gets this id."""
        self._last = max(self._last, id)


@dataclass(frozen=True)
class ReplyStatus:
    """What is being waited for, and for how long already."""

    phase: Phase
    backend: str
    model: str | None
    elapsed_ms: int


@dataclass(frozen=True)
class ReplyDelta:
    """The next words."""

    text: str


@dataclass(frozen=True)
class ReplyReset:
    """All words of the reply so far, in place of those that were shown before."""

    text: str
    reason: str


@dataclass(frozen=True)
class ReplyDone(Generic[R]):
    """The reply is in the log."""

    result: R


@dataclass(frozen=True)
class ReplyFailed:
    """The reply cannot be given."""

    error: Exception


@dataclass(frozen=True)
class ReplyGlance:
    """A reply under way at one look, without its words. `backend` and `model` are who is asked, or
    speaks; None before anybody is. Another gateway makes it where it is not `made_here`."""

    interview_id: str
    of_summary: bool
    phase: Phase | None
    backend: str | None
    model: str | None
    seconds: float
    listeners: int
    made_here: bool


Happening = ReplyStatus | ReplyDelta | ReplyReset | ReplyDone[R] | ReplyFailed
Heard = tuple[int, Happening[R]] | None
"""What happened, and its id; None after a while in which nothing did."""

QUIET_SECONDS = 4.0
"""After so long a listener is told that nothing has happened."""


class Happenings(Generic[R]):
    """The happenings of one reply, in their order."""

    def __init__(self, ids: EventIds | None = None, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._quiet_seconds = quiet_seconds
        self.text = ""
        """All words so far."""
        self._ids = ids or EventIds()
        self._first_id = self._ids.new_first()
        self._list: list[Happening[R]] = []
        self._news = asyncio.Event()
        self.listeners = 0
        """How many follow it as it comes."""

    def add(self, happening: Happening[R]) -> int:
        """Add what has happened. Returns its id."""
        match happening:
            case ReplyDelta(text=text):
                self.text += text
            case ReplyReset(text=text):
                self.text = text
            case _:
                pass
        self._list.append(happening)
        if self.listeners:
            news, self._news = self._news, asyncio.Event()
            news.set()
        id = self._id(len(self._list) - 1)
        self._ids.used(id)
        return id

    def from_start(self) -> AsyncGenerator[Heard[R], None]:
        """All that happens, for whoever asked for the reply."""
        return self._walk(0)

    async def joined(self, last_id: int | None) -> AsyncGenerator[Heard[R], None]:
        """What happens from now on, after all words so far in one; or what came after `last_id`, if
        that is an id of this reply."""
        place = len(self._list)
        known = None if last_id is None else self._place_of(last_id)
        if known is not None:
            place = known + 1
        elif place and not self._is_over():
            # Who had words of another reply is to take them off, also before there are others.
            so_far = self._so_far() if last_id is None else ReplyReset(self.text, "joined")
            yield self._id(place - 1), so_far
        else:  # the end of it comes by itself
            if place > 1:
                yield self._id(place - 2), ReplyReset(self.text, "joined")
            place = max(0, place - 1)
        async for heard in self._walk(place):
            yield heard

    def _id(self, place: int) -> int:
        return self._first_id + place * self._ids.step

    def _place_of(self, id: int) -> int | None:
        """Where in the list the happening with this id is; None if it is of another reply."""
        place, rest = divmod(id - self._first_id, self._ids.step)
        return place if not rest and 0 <= place < len(self._list) else None

    def _is_over(self) -> bool:
        return bool(self._list) and isinstance(self._list[-1], ReplyDone | ReplyFailed)

    def _so_far(self) -> Happening[R]:
        last = self._list[-1]
        if self.text or not isinstance(last, ReplyStatus):
            return ReplyReset(self.text, "joined")
        return last

    async def _walk(self, place: int) -> AsyncGenerator[Heard[R], None]:
        self.listeners += 1
        try:
            while True:
                while place < len(self._list):
                    happening, place = self._next(place)
                    yield self._id(place - 1), happening
                if self._is_over():
                    return
                try:
                    async with asyncio.timeout(self._quiet_seconds):
                        await self._news.wait()
                except TimeoutError:
                    yield None
        finally:
            self.listeners -= 1

    def _next(self, place: int) -> tuple[Happening[R], int]:
        """What happened at `place`, and the place after it. Words that came together are told
        together, so that a gateway with much to do has less of it."""
        happening, end = self._list[place], place + 1
        if isinstance(happening, ReplyDelta):
            words = [happening.text]
            while end < len(self._list) and isinstance(delta := self._list[end], ReplyDelta):
                words.append(delta.text)
                end += 1
            happening = ReplyDelta("".join(words))
        return happening, end


def recorded(text: str, result: R, ids: EventIds | None = None, *, is_known: bool) -> Happenings[R]:
    """The happenings of a reply that is in the log already. `is_known`: it may have been shown
    before."""
    happenings: Happenings[R] = Happenings(ids)
    happenings.add(ReplyReset(text, "recorded") if is_known else ReplyDelta(text))
    happenings.add(ReplyDone(result))
    return happenings
