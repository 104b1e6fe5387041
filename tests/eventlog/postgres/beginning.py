"""Clients who begin one interview after another while their database fails."""

import asyncio
from collections.abc import Sequence

from eventlog.errors import LogUnavailable
from eventlog.postgres.log import PostgresEventLog
from tests.eventlog.interviews import AT, OPENING, new_id

GIVE_UP = 60.0
"""Seconds in which a server is back, on a loaded machine too."""

CLIENTS = 4
"""Of each log."""


class Beginning:
    """They begin interviews in these logs until the `end`. All ids are in `asked` before they are
    appended, and in `acknowledged` after that."""

    def __init__(self, logs: Sequence[PostgresEventLog]) -> None:
        self._logs = logs
        self.acknowledged: set[str] = set()
        self.asked: set[str] = set()
        self._one_more = asyncio.Semaphore(0)
        self._is_over = False
        self._tasks = [
            asyncio.create_task(self._go_on(log)) for log in logs for _ in range(CLIENTS)
        ]

    async def _go_on(self, log: PostgresEventLog) -> None:
        while not self._is_over:
            id = new_id()
            self.asked.add(id)
            try:
                await log.append(id, 0, OPENING, AT)
                self.acknowledged.add(id)
                self._one_more.release()
            except LogUnavailable:
                await asyncio.sleep(0.01)

    async def until_acknowledged(self, many: int) -> None:
        """Until so many are, since the start."""
        async with asyncio.timeout(GIVE_UP):
            while len(self.acknowledged) < many:
                await self._one_more.acquire()

    async def end(self) -> None:
        """No more are begun, and the log has all that were acknowledged, each once."""
        self._is_over = True
        await asyncio.gather(*self._tasks)
        records = await self._logs[0].records_from(0, 100_000)
        kept = [record.interview_id for record in records if record.version == 1]
        assert len(kept) == len(set(kept))
        assert self.acknowledged <= set(kept) <= self.asked
