"""Whether the event log can be written, kept in memory so that health need not wait."""

from backends.rounds import Rounds
from eventlog.protocol import EventLog

ROUND_SECONDS = 5.0


class LogWatch:
    """Asks `log` every 5 s, and at once when a request has met with trouble."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.is_writable = True  # it was just opened
        self._rounds = Rounds(self._look, ROUND_SECONDS)

    async def run(self) -> None:
        await self._rounds.run()

    def look_again(self) -> None:
        self._rounds.hurry()

    async def _look(self) -> None:
        self.is_writable = await self._log.is_writable()
