"""The counters of all callers in Redis, where the gateways of one log count together."""

from hashlib import sha256

from limits.aio.storage import RedisStorage

from api.http.ratelimit.memory import BoundedMemory, Counted
from backends.shared.redis import RedisBoard


class SharedCounters:
    """Counts in Redis, and in memory as well: where Redis is gone or slow, memory decides, and has
    counted what this gateway let through.

    A request waits for Redis for at most a tenth of a second, and after one that did so in vain,
    none waits. A caller's name is not in Redis, and a counter goes by Redis' own clock.
    """

    def __init__(self, board: RedisBoard) -> None:
        self._board = board
        self._memory = BoundedMemory()
        self._storage: RedisStorage | None = None

    async def count(self, key: str, limit: int, seconds: int) -> Counted:
        in_memory = await self._memory.count(key, limit, seconds)

        async def ask() -> Counted:
            storage, name = await self._redis(), sha256(key.encode()).hexdigest()[:32]
            is_within = await storage.acquire_sliding_window_entry(name, limit, seconds)
            previous, _, current, left = await storage.get_sliding_window(name, seconds)
            # Its counters stay for two windows. This one is gone if Redis was emptied just now.
            return Counted(bool(is_within), previous, current, max(0.0, left - seconds))

        return await self._board.connection.ask_at_once(ask) or in_memory

    async def _redis(self) -> RedisStorage:
        if self._storage is None:
            client = await self._board.connection.requests_client()
            self._storage = RedisStorage(
                "redis://",  # where that is, the client knows
                implementation="redispy",
                key_prefix=self._board.key("limit"),
                connection_pool=client.connection_pool,  # type: ignore[arg-type]
            )
        return self._storage
