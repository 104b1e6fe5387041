"""Watches whether the event log can be written, so that /health answers from memory."""

from backends.periodic import PeriodicTask
from eventlog.protocol import Writability

ROUND_SECONDS = 5.0
FIRST_SECONDS = 1.0


class LogMonitor:
    """Checks `log` every 5 s, and at once after a request that could not use it. The log counts as
    not writable until a check succeeds."""

    def __init__(self, log: Writability) -> None:
        self._log = log
        self.is_writable = True  # it was just opened; the first check comes before any request
        self._in_doubt = False
        self._task = PeriodicTask(self._check, ROUND_SECONDS)

    async def run(self) -> None:
        await self._task.run()

    def check_now(self) -> None:
        self._in_doubt, self.is_writable = True, False
        self._task.run_now()

    async def first_check(self) -> None:
        """Return after the first check, or after a moment without one."""
        await self._task.wait_for_first(FIRST_SECONDS)

    async def _check(self) -> None:
        self._in_doubt = False
        is_writable = await self._log.is_writable()
        self.is_writable = is_writable and not self._in_doubt
