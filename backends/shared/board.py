"""What can be shared between gateways, and how it is when nothing is shared."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Value = Mapping[str, Any]
"""Small, and of what JSON has."""


@dataclass(frozen=True)
class Found:
    """A value that was found on the board. `age` is in seconds, by the board's own clock: those of
    the gateways may differ. `is_own`: this gateway has put it there."""

    value: Value
    age: float
    is_own: bool


Take = Callable[[Found | None], None]
"""Gets what was found under a name; None if there is nothing. Raises ValueError for what it cannot
read, and that is ignored."""


@dataclass(frozen=True)
class BoardGlance:
    """How the board is, at one look. `error` is why it is offline, `since` when that or the
    contrary began; `gateways` are those that share it, as far as is known; `duties` is what this
    gateway does for all of them."""

    where: str
    is_online: bool
    error: str | None
    since: datetime | None
    latency_ms: int | None
    gateways: int | None
    duties: tuple[str, ...]


class Board(Protocol):
    """Values that all gateways of a log see, and duties that one of them has.

    Nothing here raises, and nobody waits long: while the board is gone, its gateways go on by
    themselves.
    """

    def watch(self, name: str, seconds: float, take: Take) -> None:
        """Give `take` what stands under this name: soon after it was put, and every few seconds.
        It stands there for `seconds`."""
        ...

    def put(self, name: str, value: Callable[[], Value]) -> None:
        """Put what `value` then returns under a watched name, as soon as possible."""
        ...

    async def has_duty(self, name: str, is_needed: Callable[[], bool], within: float) -> bool:
        """Whether this gateway is to do what only one need do. It has the duty from then on, as
        long as `is_needed` and while it runs. If that is not known `within` so many seconds, it is
        to do it."""
        ...

    def glance(self) -> BoardGlance | None:
        """How the board is; None if there is none."""
        ...


Hear = Callable[[Value], None]
"""Gets what was sent. Raises ValueError for what it cannot read, and that is ignored."""


class Channels(Protocol):
    """Passes values on to the gateways that listen at the moment, and keeps none. What is sent
    while the channels are gone, or faster than they take it, is lost."""

    def send(self, channel: str, value: Value) -> None:
        """Send it to the other gateways that listen to this channel."""
        ...

    def listen(self, channel: str, hear: Hear) -> Callable[[], None]:
        """Give `hear` what others send from now on, until what this returns is called."""
        ...


class Alone:
    """The board and the channels of a gateway that shares nothing."""

    def watch(self, name: str, seconds: float, take: Take) -> None:
        pass

    def put(self, name: str, value: Callable[[], Value]) -> None:
        pass

    async def has_duty(self, name: str, is_needed: Callable[[], bool], within: float) -> bool:
        return True

    def glance(self) -> BoardGlance | None:
        return None

    def send(self, channel: str, value: Value) -> None:
        pass

    def listen(self, channel: str, hear: Hear) -> Callable[[], None]:
        return lambda: None


ALONE = Alone()

DUTY_SECONDS = 0.5
"""How long work in the background waits to know whether it is this gateway's."""

FRESH_ROUNDS = 2.5
"""After so many rounds without results of another gateway, this one does the work itself."""


class SharedRounds:
    """Work that comes round every `seconds`, and that one gateway does for all."""

    def __init__(self, board: Board, name: str, seconds: float) -> None:
        self._board = board
        self._name = name
        self._fresh_seconds = FRESH_ROUNDS * seconds
        self._fed_at: float | None = None

    async def is_due_here(self) -> bool:
        """Whether this gateway is to do this round. It does one too many rather than none."""
        has_duty = await self._board.has_duty(self._name, lambda: True, DUTY_SECONDS)
        return has_duty or not self._is_fed()

    def fed(self, age: float) -> None:
        """Another gateway's results have come, of so many seconds ago."""
        self._fed_at = asyncio.get_running_loop().time() - age

    def _is_fed(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._fed_at is not None and now - self._fed_at < self._fresh_seconds
