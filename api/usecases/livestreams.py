"""What happens to a reply, passed on to the other gateways while it happens.

Nothing of it is kept, and any of it can be lost: whoever follows a reply from another gateway reads
its draft in the log, and has the words sooner by this. So each message says how many characters of
the reply were shown before it. Who has as many can add its words; who has fewer has missed some,
and waits for the next reset or the draft.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from api.usecases.happenings import (
    Happening,
    ReplyDelta,
    ReplyDone,
    ReplyFailed,
    ReplyReset,
    ReplyStatus,
)
from backends.shared.board import Channels, Value
from backends.turn import Phase

LISTENING_SECONDS = 5.0
"""How long after its last wait a gateway still listens to the news of a reply."""

MOST_WAITING = 1000
"""So many messages wait for a follower. Then the oldest is dropped."""


class _Status(BaseModel):
    kind: Literal["status"] = "status"
    phase: Phase
    backend: str
    model: str | None
    elapsed_ms: int


class _Delta(BaseModel):
    kind: Literal["delta"] = "delta"
    text: str


class _Reset(BaseModel):
    kind: Literal["reset"] = "reset"
    text: str
    reason: str


class _Over(BaseModel):
    kind: Literal["over"] = "over"


class _Message(BaseModel):
    length: int = Field(ge=0)
    shown: int = Field(ge=0)
    happening: Annotated[_Status | _Delta | _Reset | _Over, Field(discriminator="kind")]


_MESSAGE = TypeAdapter(_Message)


@dataclass(frozen=True)
class Streamed:
    """What another gateway tells of the reply to an interview of `length` messages, after `shown`
    characters of it. Without a happening, the reply is over: the log has what came of it."""

    length: int
    shown: int
    happening: ReplyStatus | ReplyDelta | ReplyReset | None


class LiveStreams:
    """Tells other gateways, by `channels`, what happens to the replies that are made here."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def publish(
        self, interview_id: str, length: int, shown: int, happening: Happening[Any]
    ) -> None:
        """Tell what has happened to this reply. It never waits, and it may come to nothing."""
        message = _Message(length=length, shown=shown, happening=_written(happening))
        self._channels.send(_channel(interview_id), message.model_dump(mode="json"))

    @asynccontextmanager
    async def subscribe(self, interview_id: str) -> AsyncIterator["asyncio.Queue[Streamed]"]:
        """What other gateways tell of this interview's replies, from now on."""
        heard: asyncio.Queue[Streamed] = asyncio.Queue()

        def hear(value: Value) -> None:
            streamed = _read(value)
            if heard.qsize() >= MOST_WAITING:
                heard.get_nowait()
            heard.put_nowait(streamed)

        stop = self._channels.listen(_channel(interview_id), hear)
        try:
            yield heard
        finally:
            stop()


class ReplyNews:
    """Tells other gateways that there is more to see of a reply in the log: its draft was kept
    anew, or it is over. It is the `News` of those that follow one."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._followed: dict[str, _Followed] = {}

    def tell(self, interview_id: str) -> None:
        """There is more to see of this interview's reply."""
        self._channels.send(_news(interview_id), {})

    async def wait(self, interview_id: str, seconds: float) -> None:
        """Until another gateway tells that there is, or for `seconds`. What is told between one
        call and the next is not missed, if that comes soon."""
        followed = self._followed.get(interview_id)
        if followed is None:
            followed = self._followed[interview_id] = _Followed(asyncio.Event())
            followed.stop = self._channels.listen(
                _news(interview_id), lambda _: followed.told.set()
            )
        if followed.ends is not None:
            followed.ends.cancel()
        loop = asyncio.get_running_loop()
        ends_in = seconds + LISTENING_SECONDS
        followed.ends = loop.call_later(ends_in, self._end, interview_id, followed)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await followed.told.wait()
        followed.told.clear()

    def _end(self, interview_id: str, followed: "_Followed") -> None:
        if self._followed.get(interview_id) is followed:
            del self._followed[interview_id]
        followed.stop()


@dataclass
class _Followed:
    told: asyncio.Event
    stop: Callable[[], None] = lambda: None
    ends: asyncio.TimerHandle | None = None


def _news(interview_id: str) -> str:
    return f"reply-news:{interview_id}"


def _channel(interview_id: str) -> str:
    return f"reply:{interview_id}"


def _written(happening: Happening[Any]) -> _Status | _Delta | _Reset | _Over:
    match happening:
        case ReplyStatus(phase, backend, model, elapsed_ms):
            return _Status(phase=phase, backend=backend, model=model, elapsed_ms=elapsed_ms)
        case ReplyDelta(text):
            return _Delta(text=text)
        case ReplyReset(text, reason):
            return _Reset(text=text, reason=reason)
        case ReplyDone() | ReplyFailed():
            return _Over()


def _read(value: Value) -> Streamed:
    """The message. Raises ValueError if it is none."""
    message = _MESSAGE.validate_python(value)
    happening: ReplyStatus | ReplyDelta | ReplyReset | None
    match message.happening:
        case _Status(phase=phase, backend=backend, model=model, elapsed_ms=elapsed_ms):
            happening = ReplyStatus(phase, backend, model, elapsed_ms)
        case _Delta(text=text):
            happening = ReplyDelta(text)
        case _Reset(text=text, reason=reason):
            happening = ReplyReset(text, reason)
        case _Over():
            happening = None
    return Streamed(message.length, message.shown, happening)
