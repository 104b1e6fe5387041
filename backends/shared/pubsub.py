"""Passes values from gateway to gateway through Redis, which keeps none of them.

One task sends what has been collected, and one listens. Both begin anew when Redis has gone.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from functools import partial

from redis.asyncio.client import PubSub

from backends.periodic import end_if_cancelled
from backends.shared.board import Hear, Value
from backends.shared.connection import RedisConnection, reason

logger = logging.getLogger(__name__)

MOST_WAITING = 1000
"""So many messages wait to be sent. Then the oldest is dropped."""

AT_ONCE = 100
"""So many are sent in one round trip."""

MAX_BYTES = 64 * 1024
"""Of a message. A larger one is not sent, and not read."""

SILENT_SECONDS = 6.0
"""After such a silence the connection is no good: each gateway tells news every few seconds, and
hears its own."""

RETRY_SECONDS = 1.0

FORMAT = 1


class RedisChannels:
    """Channels in the Redis of `connection`. `id` is this gateway's, `key` makes a channel's name
    there, and `hear_news` gets whose news there are on the board."""

    def __init__(
        self,
        connection: RedisConnection,
        id: str,
        key: Callable[[str], str],
        hear_news: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._id = id
        self._key = key
        self._hear_news = hear_news
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=MOST_WAITING)
        self._to_send = asyncio.Event()
        self._hearers: dict[str, list[Hear]] = {}
        self._changed = asyncio.Event()

    def send(self, channel: str, value: Value) -> None:
        if not self._connection.is_online:
            return
        written = json.dumps({"v": FORMAT, "by": self._id, "is": value}).encode()
        if len(written) <= MAX_BYTES:
            self._waiting.append((channel, written))
            self._to_send.set()

    def listen(self, channel: str, hear: Hear) -> Callable[[], None]:
        self._hearers.setdefault(channel, []).append(hear)
        self._changed.set()

        def stop() -> None:
            hearers = self._hearers.get(channel, [])
            if hear in hearers:
                hearers.remove(hear)
            if not hearers:
                self._hearers.pop(channel, None)
                self._changed.set()

        return stop

    async def run(self) -> None:
        """Send and listen until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_all())
            tasks.create_task(self._listen_always())

    async def _send_all(self) -> None:
        while True:
            self._to_send.clear()
            if not self._waiting:
                await self._to_send.wait()
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            await self._connection.ask(partial(self._publish, batch))

    async def _publish(self, batch: list[tuple[str, bytes]]) -> None:
        client = await self._connection.client()
        async with client.pipeline(transaction=False) as pipe:
            for channel, written in batch:
                pipe.publish(self._key(channel), written)
            await pipe.execute()

    async def _listen_always(self) -> None:
        while True:
            if self._connection.is_online:
                try:
                    client = await self._connection.client()
                    async with aclosing(client.pubsub()) as pubsub:
                        await self._listen(pubsub)
                except Exception as error:  # the exchanges tell whether Redis is gone
                    logger.debug("Listening to Redis ended: %s", reason(error))
            end_if_cancelled()
            await asyncio.sleep(RETRY_SECONDS if self._connection.since else 0.05)

    async def _listen(self, pubsub: PubSub) -> None:
        news = self._key("news")
        await pubsub.subscribe(news)
        adjusting = asyncio.create_task(self._adjust(pubsub), name="channels listened to")
        try:
            while self._connection.is_online and not adjusting.done():
                message = await pubsub.get_message(timeout=SILENT_SECONDS)
                end_if_cancelled()
                if message is None:
                    return
                if message["type"] == "message":
                    self._hear(message["channel"], message["data"], news)
        finally:
            adjusting.cancel()
            await asyncio.gather(adjusting, return_exceptions=True)

    async def _adjust(self, pubsub: PubSub) -> None:
        """Keep listening to just those channels that somebody here listens to."""
        listened: set[str] = set()
        while True:
            self._changed.clear()
            wanted = set(self._hearers)
            if new := wanted - listened:
                await pubsub.subscribe(*map(self._key, new))
            if old := listened - wanted:
                await pubsub.unsubscribe(*map(self._key, old))
            listened = wanted
            end_if_cancelled()
            await self._changed.wait()

    def _hear(self, at: bytes, data: bytes, news: str) -> None:
        channel = at.decode(errors="replace")
        if channel == news:
            self._hear_news(data[:64].decode(errors="replace"))
            return
        name = channel.removeprefix(self._key(""))
        try:
            message = json.loads(data) if len(data) <= MAX_BYTES else None
            match message:
                case {"v": v, "by": str(by), "is": dict(value)} if v == FORMAT and by != self._id:
                    for hear in list(self._hearers.get(name, ())):
                        hear(value)
        except (ValueError, RecursionError) as error:
            logger.debug("A message on %s was ignored: %s", name, error)
