"""Whether the event log can be written, kept in memory so that health need not wait."""

from backends.rounds import Rounds
from eventlog.protocol import EventLog

ROUND_SECONDS = 5.0
FIRST_SECONDS = 1.0


class LogWatch:
    """Asks `log` every 5 s, and at once when a request could not use it: until it is seen to be
    writable again, it is not."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.is_writable = True  # it was just opened; the first look comes before any request
        self._in_doubt = False
        self._rounds = Rounds(self._look, ROUND_SECONDS)

    async def run(self) -> None:
        await self._rounds.run()

    def look_again(self) -> None:
        self._in_doubt, self.is_writable = True, False
        self._rounds.hurry()

    async def first_look(self) -> None:
        """Return when it is known how the log is, or after a moment."""
        await self._rounds.wait_for_first(FIRST_SECONDS)

    async def _look(self) -> None:
        self._in_doubt = False
        is_writable = await self._log.is_writable()
        self.is_writable = is_writable and not self._in_doubt
