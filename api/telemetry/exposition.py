"""The metrics as text for Prometheus. It is written in a thread, so that nobody waits for it."""

import asyncio
from collections.abc import Callable

from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.gateway import Gateway
from api.telemetry.metrics import Metrics
from api.telemetry.state import StateCollector, state_of

Encode = Callable[[Collector], bytes]


class Exposition:
    """Writes out the metrics of a gateway, and its state."""

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        self._gateway = gateway
        self._metrics = metrics
        self._state = StateCollector()
        metrics.registry.register(self._state)
        self._turn = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def text(self, accept: str) -> tuple[bytes, str]:
        """The text, and its media type: the one that `accept` prefers. Those who ask while it is
        being written get the same."""
        encode, media_type = choose_encoder(accept)
        making = self._under_way.get(media_type)
        if making is None:
            making = asyncio.create_task(self._made(media_type, encode), name="writing metrics")
            self._under_way[media_type] = making
        return await asyncio.shield(making), media_type

    async def _made(self, media_type: str, encode: Encode) -> bytes:
        try:
            async with self._turn:
                self._state.state = await state_of(self._gateway, self._metrics.last_check)
                return await asyncio.to_thread(encode, self._metrics.registry)
        finally:
            del self._under_way[media_type]
