"""Custody of what was said: interviews put on hold and released, and words forgotten, on
somebody's word or when their time is over. Each of these is an event of the interview."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.refusals import InterviewForgotten, InterviewOnHold, NotOverwritten, UnknownInterview
from eventlog.errors import LogUnavailable, NotAsLogged, VersionConflict
from eventlog.protocol import EventLog
from eventlog.records import Record
from eventlog.times import to_text
from statemachine.commands import forget_content
from statemachine.events import Event, InterviewHeld, InterviewReleased
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

ROUND_SECONDS = 600
"""How often it is looked for words whose time is over."""


@dataclass(frozen=True)
class Forgotten:
    """The record of a forgetting, and the interviews that began with a session of the one
    forgotten: they hold words of it still."""

    record: Record
    forks: tuple[str, ...]


class Custody:
    """Holds, releases and forgets interviews of `log`; complete ones by itself after
    `retention_days` (never, if None). All of it may be asked for again without harm."""

    def __init__(
        self, log: EventLog, *, now: Callable[[], datetime], retention_days: int | None = None
    ) -> None:
        self._log = log
        self._now = now
        self._retention = timedelta(days=retention_days) if retention_days else None

    async def hold(self, interview_id: str, reason: str) -> None:
        """Refuse to forget the interview until it is released.

        Raises UnknownInterview, InterviewForgotten or LogUnavailable.
        """

        def decide(interview: Interview) -> Event | None:
            return None if interview.on_hold else InterviewHeld(reason=reason)

        await self._append(interview_id, decide)

    async def release(self, interview_id: str, reason: str) -> None:
        """Lift the hold. Raises as `hold` does."""

        def decide(interview: Interview) -> Event | None:
            return InterviewReleased(reason=reason) if interview.on_hold else None

        await self._append(interview_id, decide)

    async def forget(self, interview_id: str, reason: str) -> Forgotten:
        """Erase the interview's words, to the last byte of the log's files.

        Raises UnknownInterview, InterviewOnHold, LogUnavailable (nothing was forgotten) or
        NotOverwritten (the words were, but not yet to the last byte).
        """
        forks = await self._log.forks_of(interview_id)
        record = await self._forget(interview_id, reason)
        try:
            await self._log.scrub()
        except LogUnavailable as error:
            raise NotOverwritten(
                f"The words of interview {interview_id} are forgotten, but not yet overwritten in "
                f"the log's files, because {error}. The gateway tries again by itself; to know "
                "when it is done, forget the same again."
            ) from error
        return Forgotten(record, tuple(forks))

    async def forget_expired(self) -> list[str]:
        """Forget the complete interviews whose time is over; their ids. Raises LogUnavailable."""
        forgotten: list[str] = []
        if self._retention is not None:
            for id in await self._log.expired(to_text(self._now() - self._retention)):
                reason = f"RETENTION_DAYS={self._retention.days} are over."
                try:
                    await self._forget(id, reason)
                except InterviewOnHold:
                    continue  # since a moment ago
                except NotAsLogged as error:
                    # It keeps its words, and keeps no other interview from losing its own.
                    logger.error("Interview %s cannot be forgotten: %s", id, error)
                    continue
                logger.info("Forgot interview %s: %s", id, reason)
                forgotten.append(id)
        await self._log.scrub()
        return forgotten

    async def run(self) -> None:
        """Look for words whose time is over, for ever; and scrub what is still due."""
        while True:
            try:
                await self.forget_expired()
            except LogUnavailable as error:
                logger.warning("Nothing can be forgotten now: %s", error)
            await asyncio.sleep(ROUND_SECONDS)

    async def _forget(self, interview_id: str, reason: str) -> Record:
        def decide(interview: Interview) -> Event | None:
            if interview.on_hold:
                raise InterviewOnHold(
                    f"Interview {interview_id} is on hold, and its words stay until it is released."
                )
            return forget_content(interview, reason)

        with suppress(InterviewForgotten):  # by an earlier call, whose reply may have been lost
            await self._append(interview_id, decide)
        interview = await self._known(interview_id)
        record = await self._log.record(interview_id, interview.version)
        assert record is not None, "what was folded is in the log"
        return record

    async def _append(self, interview_id: str, decide: Callable[[Interview], Event | None]) -> None:
        """Append what `decide` makes of the interview, if anything, wherever it stands."""
        while True:
            interview = await self._known(interview_id)
            if interview.is_forgotten:
                raise InterviewForgotten(f"The words of interview {interview_id} were forgotten.")
            event = decide(interview)
            if event is None:
                return
            try:
                await self._log.append(interview_id, interview.version, [event], self._now())
            except VersionConflict:
                continue  # something was said meanwhile
            return

    async def _known(self, interview_id: str) -> Interview:
        interview = await self._log.interview(interview_id)
        if interview is None:
            raise UnknownInterview(f"The log holds no interview {interview_id}.")
        return interview
