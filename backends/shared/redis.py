"""Shares values and duties through Redis, in one exchange every few seconds.

An exchange puts what is new here, renews and asks for duties, and reads all that is watched: one
round trip, beside all requests. Whoever has put something tells the others at once, so that their
next exchange does not wait. Nothing depends on that, and nothing on the exchange before: an empty
Redis, or another one, is as good as new.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError

from backends.shared.board import BoardGlance, Found, Hear, Take, Value
from backends.shared.connection import RedisConnection
from backends.shared.pubsub import RedisChannels

logger = logging.getLogger(__name__)

ROUND_SECONDS = 2.0
RETRY_SECONDS = 1.0
"""How soon a Redis that is gone is tried again."""

DUTY_SECONDS = 6.0
"""How long a duty stays with a gateway that has died."""

MAX_BYTES = 256 * 1024
"""Of a value. What is larger is not read, and not put."""

FORMAT = 1
"""The version of all that is put. What has another one is not read, and stays."""

NEWS = "news"

# Whoever holds a duty has its name in the key. A value that cannot be a gateway's, by its type or
# by how long it is to stay, holds nothing.
TAKE_DUTY = """
local held = redis.pcall('get', KEYS[1])
local left = redis.call('pttl', KEYS[1])
if type(held) == 'string' and held ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) then
  return 0
end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
LEAVE_DUTY = """
if redis.pcall('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


class RedisBoard:
    """The board and the channels of the gateways whose log `log_name` names. It is None while the
    log has not been opened."""

    def __init__(self, connection: RedisConnection) -> None:
        self.connection = connection
        self.log_name: Callable[[], str | None] = lambda: None
        self._id = uuid4().hex
        self._watched: dict[str, tuple[float, Take]] = {}
        self._new: dict[str, Callable[[], Value]] = {}
        self._wanted: dict[str, Callable[[], bool]] = {}
        self._held: dict[str, Callable[[], bool]] = {}
        self._wake = asyncio.Event()
        self._exchanged = asyncio.Event()
        self._exchanges = 0
        self._gateways: int | None = None
        self._channels = RedisChannels(connection, self._id, self.key, self._hear_news)
        connection.on_doubt = self._wake.set

    def key(self, name: str) -> str:
        """The key or channel in Redis. Raises LookupError while the log has no name."""
        log_name = self.log_name()
        if log_name is None:
            raise LookupError
        return f"{log_name.replace('/', ':')}:{name}"

    def watch(self, name: str, seconds: float, take: Take) -> None:
        self._watched[name] = seconds, take

    def put(self, name: str, value: Callable[[], Value]) -> None:
        self._new[name] = value
        self._wake.set()

    async def has_duty(self, name: str, is_needed: Callable[[], bool], within: float) -> bool:
        if name in self._held:
            return True
        self._wanted[name] = is_needed
        # The exchange that is under way, if one is, began without it.
        wanted = self._exchanges + 2
        self._wake.set()
        try:
            async with asyncio.timeout(within):
                while name in self._wanted and self._exchanges < wanted and self._may_be_online():
                    await self._exchanged.wait()
        except TimeoutError:
            return True
        finally:
            self._wanted.pop(name, None)
        return name in self._held or not self.connection.is_online

    def glance(self) -> BoardGlance:
        connection = self.connection
        latency = connection.latency
        return BoardGlance(
            where=connection.url.with_hidden_login,
            is_online=connection.is_online,
            error=connection.error,
            since=connection.since,
            latency_ms=None if latency is None else round(latency * 1000),
            gateways=self._gateways if connection.is_online else None,
            duties=tuple(sorted(self._held)),
        )

    def send(self, channel: str, value: Value) -> None:
        self._channels.send(channel, value)

    def listen(self, channel: str, hear: Hear) -> Callable[[], None]:
        return self._channels.listen(channel, hear)

    async def run(self) -> None:
        """Exchange until cancelled; then leave all duties to others."""
        channels = asyncio.create_task(self._channels.run(), name="channels of Redis")
        try:
            while True:
                self._wake.clear()
                await self._exchange()
                await self._pause()
        finally:
            channels.cancel()
            # In a task of its own: this one is being cancelled, and would end at the first wait.
            await asyncio.wait([asyncio.create_task(self._end(channels))])

    async def _pause(self) -> None:
        is_online = self.connection.is_online
        with suppress(TimeoutError):
            async with asyncio.timeout(ROUND_SECONDS if is_online else RETRY_SECONDS):
                # What is new here does not bring back a Redis that is gone.
                await (self._wake.wait() if is_online else asyncio.Event().wait())

    async def _exchange(self) -> None:
        try:
            exchange = _Exchange(self._id, self.key)
        except LookupError:
            self.connection.lost("The event log is not open yet")
            return
        new, self._new = self._new, {}
        wanted, held = dict(self._wanted), dict(self._held)
        duties = [name for name, is_needed in (wanted | held).items() if is_needed()]
        for name, value in new.items():
            exchange.put(name, self._watched[name][0], value())
        for name in duties:
            exchange.take_duty(name)
        for name in held.keys() - set(duties):
            exchange.leave_duty(name)
        exchange.read({name: seconds for name, (seconds, _) in self._watched.items()})
        if await self.connection.exchange(exchange.run) is None:
            self._new = new | self._new
            self._held.clear()
        else:
            self._held = {n: (wanted | held)[n] for n in duties if exchange.duties.get(n)}
            self._wanted = {n: need for n, need in self._wanted.items() if n not in duties}
            self._gateways = exchange.gateways
            self._give(exchange)
            self.connection.found()
        self._exchanges += 1
        exchanged, self._exchanged = self._exchanged, asyncio.Event()
        exchanged.set()

    def _give(self, exchange: "_Exchange") -> None:
        for name, found in exchange.found.items():
            if name in self._new:
                continue  # it is out of date already
            try:
                self._watched[name][1](found)
            except ValueError as error:
                logger.debug("What Redis has as %s was ignored: %s", name, error)

    def _may_be_online(self) -> bool:
        return self.connection.is_online or self.connection.since is None

    def _hear_news(self, of: str) -> None:
        if of not in ("", self._id):
            self._wake.set()

    async def _end(self, channels: asyncio.Task[None]) -> None:
        """Leave all duties to others, and close what is open."""
        await asyncio.wait([channels])
        if self._held and self.connection.is_online:
            exchange = _Exchange(self._id, self.key)
            for name in self._held:
                exchange.leave_duty(name)
            await self.connection.exchange(exchange.run)
        await self.connection.aclose()


class _Exchange:
    """What is put, asked and read in one round trip, and what came of it. Raises LookupError as
    `key` does."""

    def __init__(self, id: str, key: Callable[[str], str]) -> None:
        self._id = id
        self._key = key
        self._news = key(NEWS)
        self._puts: dict[str, tuple[bytes, float]] = {}
        self._taken: list[str] = []
        self._left: list[str] = []
        self._read: dict[str, float] = {}
        self.duties: dict[str, bool] = {}
        self.found: dict[str, Found | None] = {}
        self.gateways: int | None = None

    def put(self, name: str, seconds: float, value: Value) -> None:
        written = json.dumps({"v": FORMAT, "by": self._id, "is": value}).encode()
        if len(written) <= MAX_BYTES:
            self._puts[name] = written, seconds
        else:
            logger.debug("Too large to be shared: %s", name)

    def take_duty(self, name: str) -> None:
        self._taken.append(name)

    def leave_duty(self, name: str) -> None:
        self._left.append(name)

    def read(self, names: dict[str, float]) -> None:
        self._read = names

    async def run(self, client: Redis) -> bool:
        """Have it done. Raises whatever may go wrong with Redis."""
        async with client.pipeline(transaction=False) as pipe:
            self._ask(pipe)
            answers = await pipe.execute(raise_on_error=False)
        answered = iter(answers)
        _done(next(answered))
        self.gateways = _whole(next(answered))
        for _ in (*self._puts, *self._left):
            _done(next(answered))
        for name in self._taken:
            self.duties[name] = _whole(next(answered)) == 1
        for name, seconds in self._read.items():
            written, left = next(answered), next(answered)
            with suppress(ValueError, RecursionError):
                self.found[name] = self._found(written, left, seconds)
        return True

    def _ask(self, pipe: Pipeline) -> None:
        # Only a write shows that writes are taken.
        pipe.set(self._key(f"gateway:{self._id}"), FORMAT, px=_ms(DUTY_SECONDS))
        pipe.publish(self._news, self._id if self._puts else "")
        for name, (written, seconds) in self._puts.items():
            pipe.set(self._key(name), written, px=_ms(seconds))
        for name in self._left:
            pipe.eval(LEAVE_DUTY, 1, self._key(f"duty:{name}"), self._id)
        for name in self._taken:
            key = self._key(f"duty:{name}")
            pipe.eval(TAKE_DUTY, 1, key, self._id, str(_ms(DUTY_SECONDS)))
        for name in self._read:
            pipe.getrange(self._key(name), 0, MAX_BYTES)
            pipe.pttl(self._key(name))

    def _found(self, written: Any, left: Any, seconds: float) -> Found | None:
        """The value; None if there is none. Raises ValueError if it cannot be read."""
        if isinstance(written, ResponseError):
            raise ValueError("of another type")
        written, left_ms = _bytes(written), _whole(left)
        if not written:
            return None
        if len(written) > MAX_BYTES or left_ms < 0:
            raise ValueError("too large, or to stay for good")
        match json.loads(written):
            case {"v": v, "by": str(by), "is": dict(value)} if v == FORMAT:
                return Found(value, max(0.0, seconds - left_ms / 1000), by == self._id)
        raise ValueError("of another format")


def _done(answer: Any) -> None:
    if isinstance(answer, Exception):
        raise answer


def _whole(answer: Any) -> int:
    _done(answer)
    if not isinstance(answer, int):
        raise TypeError("not a number")
    return answer


def _bytes(answer: Any) -> bytes:
    _done(answer)
    if not isinstance(answer, bytes):
        raise TypeError("not a text")
    return answer


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
