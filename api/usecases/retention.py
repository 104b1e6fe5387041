"""Retention: the words of complete interviews are forgotten when their time is over, and no sooner.

What is forgotten is gone for good, and a machine's clock may be wrong: a dead battery, a typing
error. So the log keeps the last time that was believed. A clock that has moved away from it by
more than can be explained is not believed, and forgets nothing, until a person confirms it. That
time is stored because nothing else would do: events that are written with a wrong clock, and a
restart, must not make it right.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from time import monotonic

from api.usecases.custody import Custody
from api.usecases.errors import InterviewOnHold
from backends.periodic import PeriodicTask
from eventlog.errors import EventLogError, LogUnavailable
from eventlog.protocol import RetentionLog
from eventlog.times import to_text

logger = logging.getLogger(__name__)

ROUND_SECONDS = 600
"""How often words are looked for whose time is over."""

STEP = timedelta(days=7)
"""How far the clock may be from the last time that was believed: a machine that was off for a week
needs nobody's word."""

GAP = timedelta(days=365)
"""How long a log that keeps no time yet may have gone without an interview. It may well have been a
month; what comes a year later was rather written by a clock that was wrong."""

A_DAY = timedelta(days=1)
"""How far apart two time zones' dates are at most: a person confirms the date of their own."""


class Retention:
    """Forgets the complete interviews of `log` after so many `days`, through `custody`.

    `now` is the machine's clock, and `elapsed` counts the seconds that pass whatever that says.
    `confirmed` is the date on which a person confirmed that the clock is right.
    """

    def __init__(
        self,
        log: RetentionLog,
        custody: Custody,
        *,
        days: int,
        confirmed: date | None,
        now: Callable[[], datetime],
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._log = log
        self._custody = custody
        self._days = days
        self._confirmed = confirmed
        self._now = now
        self._elapsed = elapsed
        self._believed_at: float | None = None
        self._is_doubted = False
        self._task = PeriodicTask(self._round, ROUND_SECONDS)

    async def run(self) -> None:
        """Forget in rounds until cancelled."""
        await self._task.run()

    async def forget_expired(self) -> list[str]:
        """Forget the complete interviews whose time is over; their ids. None where the clock is
        not believed. Raises LogUnavailable or LogCorrupted."""
        now = self._now()
        if not await self._believe(now):
            return []
        return [id for id in await self._expired(now) if await self._forget(id)]

    async def _round(self) -> None:
        try:
            await self.forget_expired()
        except EventLogError as error:
            logger.error("RETENTION_DAYS cannot erase anything now: %s", error)

    async def _expired(self, now: datetime) -> list[str]:
        return await self._log.expired(to_text(now - timedelta(days=self._days)), to_text(now))

    async def _forget(self, id: str) -> bool:
        """Whether the interview is forgotten. One that cannot be keeps its words, and keeps no
        other from losing its own. Raises LogUnavailable where none can be."""
        reason = f"RETENTION_DAYS={self._days} are over."
        try:
            await self._custody.erase(id, reason, only_complete=True)
        except InterviewOnHold:
            return False  # since a moment ago
        except LogUnavailable as error:
            if not await self._log.is_writable():
                raise
            logger.error("The words of interview %s cannot be erased: %s", id, error)
            return False
        except EventLogError as error:
            logger.error("The words of interview %s cannot be erased: %s", id, error)
            return False
        except Exception:
            logger.exception("The words of interview %s cannot be erased", id)
            return False
        logger.info("Erased the words of interview %s: %s", id, reason)
        return True

    # The clock

    async def _believe(self, now: datetime) -> bool:
        """Whether the clock is believed, which says `now`; the log then keeps that. Says so where
        it is no longer, or is again."""
        last = await self._last_believed(now)
        is_believed = self._follows(last, now) or self._is_confirmed(last, now)
        if is_believed:
            await self._log.keep_clock(now)
            self._believed_at = self._elapsed()
        if is_believed and self._is_doubted:
            logger.info("The clock is right again, so RETENTION_DAYS continues")
        if not is_believed and not self._is_doubted:
            logger.warning(
                "RETENTION_DAYS erases nothing: the clock says %s, and the last time that is "
                "known to be right is %s. If the clock is wrong, set it right. If it is right, set "
                "RETENTION_CLOCK_CONFIRMED to today's date (YYYY-MM-DD) and restart the gateway; "
                "the interviews whose time is over are then erased (%d by this clock).",
                *(to_text(now), to_text(last), len(await self._expired(now))),
            )
        self._is_doubted = not is_believed
        return is_believed

    async def _last_believed(self, now: datetime) -> datetime:
        """The time that the log keeps. One that keeps none yet starts with the newest time in it
        that no gap comes before: a gateway that had nothing to forget believed any clock, and wrote
        what it said. An empty one starts with `now`."""
        kept = await self._log.clock()
        if kept is not None:
            return kept
        start = _reached(await self._log.busy_days()) or now
        await self._log.keep_clock(start)
        return start

    def _follows(self, last: datetime, now: datetime) -> bool:
        """Whether the clock can have come from `last` to `now`: by a step, or because this process
        saw the time pass. Where it went back by a step, `now` is kept all the same: steps ahead
        must not add up."""
        passed = 0.0 if self._believed_at is None else self._elapsed() - self._believed_at
        return last - STEP <= now <= last + timedelta(seconds=passed) + STEP

    def _is_confirmed(self, last: datetime, now: datetime) -> bool:
        """Whether a person confirmed the clock: any time up to the day, or, back from a time that
        was wrong, the day itself. (The setting may be there still when a battery dies.)"""
        if self._confirmed is None:
            return False
        ahead = now.date() - self._confirmed
        return ahead <= A_DAY and (now > last or ahead >= -A_DAY)


def _reached(times: Sequence[datetime]) -> datetime | None:
    """The last of the `times`, which are in order, before there is a gap."""
    for time, following in pairwise(times):
        if following - time > GAP:
            return time
    return times[-1] if times else None
