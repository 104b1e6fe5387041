"""Custody of an interview's words: hold, release and forget. Each is an event of the interview,
with the reason that somebody gave."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from api.usecases.errors import InterviewForgotten, InterviewOnHold
from api.usecases.interviews import Interviews
from api.usecases.observing import UNOBSERVED, Observer
from backends.deadline import Deadline
from backends.periodic import PeriodicTask
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.protocol import ForgettingLog
from eventlog.records import Record
from statemachine.commands import forget_content
from statemachine.events import (
    Event,
    ExportFormat,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
)
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

APPEND_SECONDS = 2.0
"""How long an event may take to get into the log."""

OVERWRITE_SECONDS = 2.0
"""How long a forgetting waits for the words to be gone from the bytes of the log's files."""

LOOK_SECONDS = 0.05
"""The pause between two tries to overwrite them."""

ROUND_SECONDS = 5.0
"""How often the background task tries to overwrite what is left."""

READ = "a program that reads the log's file still needs an older state of it"


@dataclass(frozen=True)
class Forgotten:
    """The record of a forgetting, and the interviews that began with a session of the one
    forgotten: they hold words of it still.

    `left_because` says for a person why the words are still in the bytes of the log's files; None
    where they are overwritten.
    """

    record: Record
    forks: tuple[str, ...]
    left_because: str | None


class Custody:
    """Holds, releases and forgets interviews of `log`. Each request can be repeated safely."""

    def __init__(
        self,
        log: ForgettingLog,
        *,
        now: Callable[[], datetime],
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._log = log
        self._interviews = Interviews(log, now, observer)
        self._task = PeriodicTask(self.overwrite_what_is_left, ROUND_SECONDS)
        self._left_because: str | None = None

    async def hold(self, interview_id: str, reason: str, by: str | None = None) -> None:
        """Put the interview on hold: until it is released, it cannot be forgotten. `by` is who does
        it, here and below, if they have signed in.

        Raises UnknownInterview, InterviewForgotten, LogCorrupted or LogUnavailable.
        """

        def decide(interview: Interview) -> Event | None:
            return None if interview.on_hold else InterviewHeld(reason=reason, by=by)

        await self._append(interview_id, decide)

    async def release(self, interview_id: str, reason: str, by: str | None = None) -> None:
        """Lift the hold. Raises as `hold` does."""

        def decide(interview: Interview) -> Event | None:
            return InterviewReleased(reason=reason, by=by) if interview.on_hold else None

        await self._append(interview_id, decide)

    async def exported(self, interview_id: str, format: ExportFormat, by: str) -> None:
        """Record that somebody gets a copy of the interview, before they do. Of one that is
        forgotten nobody can get words, and nothing is recorded.

        Raises UnknownInterview, LogCorrupted or LogUnavailable.
        """
        event = InterviewExported(format=format, by=by)
        with suppress(InterviewForgotten):
            await self._append(interview_id, lambda _: event)

    async def forget(
        self,
        interview_id: str,
        reason: str,
        by: str | None = None,
        *,
        within: float = OVERWRITE_SECONDS,
    ) -> Forgotten:
        """Erase the interview's words, and wait up to `within` seconds until the last byte of them
        is overwritten in the log's files.

        Raises UnknownInterview, InterviewOnHold, LogCorrupted or LogUnavailable: then nothing was
        forgotten.
        """
        forks = await self._log.forks_of(interview_id)
        record = await self.erase(interview_id, reason, by)
        return Forgotten(record, tuple(forks), await self._overwrite(within))

    async def erase(
        self, interview_id: str, reason: str, by: str | None = None, *, only_complete: bool = False
    ) -> Record:
        """Erase the interview's words from the log's tables. The record of it, also where they were
        erased before. Raises as `forget` does; with `only_complete`, LogCorrupted where the
        interview is not complete."""

        def decide(interview: Interview) -> Event | None:
            if only_complete and not interview.is_complete:
                raise LogCorrupted(
                    f"the list has interview {interview_id} as complete, and its events do not"
                )
            if interview.on_hold:
                raise InterviewOnHold(
                    f"Interview {interview_id} is on hold. Release it before you erase its words."
                )
            return forget_content(interview, reason, by)

        with suppress(InterviewForgotten):  # by an earlier call, whose reply may have been lost
            await self._append(interview_id, decide)
        interview = await self._interviews.known(interview_id)
        return await self._interviews.record(interview_id, interview.version)

    async def run(self) -> None:
        """In the background, overwrite the words that could not be overwritten at once; until
        cancelled."""
        await self._task.run()

    async def _append(self, interview_id: str, decide: Callable[[Interview], Event | None]) -> None:
        await self._interviews.append_to(interview_id, decide, Deadline.after(APPEND_SECONDS))

    async def _overwrite(self, within: float) -> str | None:
        """None when nothing is left of forgotten words in the log's files; after `within` seconds,
        why something is."""
        deadline = Deadline.after(within)
        while True:
            try:
                if await self._log.scrub():
                    return None
            except LogUnavailable as error:
                return str(error)
            if not deadline.left():
                return READ
            await asyncio.sleep(LOOK_SECONDS)

    async def overwrite_what_is_left(self) -> None:
        """Try once. Log once what prevents it, and log when it is done."""
        left_because = await self._overwrite(within=0)
        if left_because != self._left_because:
            if left_because is None:
                logger.info("All erased words are now overwritten in the event log's files")
            else:
                logger.warning(
                    "Erased words may still be in the event log's files, because "
                    "%s. The gateway tries again every %g s.",
                    *(left_because, ROUND_SECONDS),
                )
        self._left_because = left_because
