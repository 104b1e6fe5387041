"""The log's interviews, for everything that moves one on: access to them, and appends that are
tried again when somebody else was faster.

Trying again ends. The deadline bounds it, and a log that contradicts itself is reported instead of
being asked for ever: somebody changed one of its tables, say, so that an interview is found where
its events do not put it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from api.usecases.errors import InterviewForgotten, UnknownInterview
from api.usecases.observing import UNOBSERVED, Observer
from backends.deadline import Deadline
from eventlog.errors import LogCorrupted, LogUnavailable, VersionConflict
from eventlog.protocol import Appended, EventAppender
from eventlog.records import Record
from statemachine.events import Event
from statemachine.interview import Interview

T = TypeVar("T")

CONTRADICTION_SECONDS = 0.1
"""How long a log may contradict itself. Memory learns of a commit a moment after the file, so a
look in between sees two states; what still says the same after this time was never logged."""

LOOK_SECONDS = 0.02
"""The pause before another look at a log that said the same before."""


async def settle(attempt: Callable[[], Awaitable[T]], deadline: Deadline) -> T:
    """Return what `attempt` returns. Where it raises VersionConflict, somebody moved the interview
    between its look and its append, and it looks again.

    Raises LogCorrupted if it meets the same conflict again and again, since then nobody moved
    anything; LogUnavailable if the deadline passes; and whatever else `attempt` raises.
    """
    loop = asyncio.get_running_loop()
    met: dict[str, float] = {}
    while True:
        try:
            return await attempt()
        except VersionConflict as conflict:
            said, now = str(conflict), loop.time()
        if now - met.setdefault(said, now) >= CONTRADICTION_SECONDS:
            raise LogCorrupted(f"it contradicts itself: {said}")
        if not deadline.left():
            raise LogUnavailable("other requests kept changing the interview")
        if met[said] != now:
            await asyncio.sleep(LOOK_SECONDS)


class Interviews:
    """The interviews of `log`. `now` gives the time that events are recorded with. `observer`
    follows what is appended."""

    def __init__(
        self, log: EventAppender, now: Callable[[], datetime], observer: Observer = UNOBSERVED
    ) -> None:
        self._log = log
        self._now = now
        self._observer = observer

    async def find(self, id: str) -> Interview | None:
        """The interview; None if the log does not hold it. Raises InterviewForgotten."""
        interview = await self._log.interview(id)
        if interview is not None:
            _check_remembered(id, interview)
        return interview

    async def get(self, id: str) -> Interview:
        """The interview. Raises UnknownInterview or InterviewForgotten."""
        interview = await self.known(id)
        _check_remembered(id, interview)
        return interview

    async def known(self, id: str) -> Interview:
        """The interview, also one that was forgotten. Raises UnknownInterview."""
        interview = await self._log.interview(id)
        if interview is None:
            raise UnknownInterview(id)
        return interview

    async def record(self, id: str, version: int) -> Record:
        """The record of an event that the interview has. Raises LogCorrupted where it is gone."""
        record = await self._log.record(id, version)
        if record is None:
            raise LogCorrupted(f"version {version} of interview {id} is missing")
        return record

    async def append(
        self, id: str, version: int, *events: Event, after: Interview | None = None
    ) -> Appended:
        """Append to an interview that is at `version`; as `EventAppender.append`."""
        with self._observer.appending(id, events):
            return await self._log.append(id, version, events, self._now(), after)

    async def append_to(
        self, id: str, decide: Callable[[Interview], Event | None], deadline: Deadline
    ) -> Appended:
        """Append what `decide` makes of the interview, if anything, wherever it stands by then:
        beside the move under way, a refusal or a summary may have been recorded. If it is nothing,
        there are no records.

        Raises UnknownInterview, InterviewForgotten, and as `settle` does.
        """

        async def attempt() -> Appended:
            interview = await self.get(id)
            event = decide(interview)
            if event is None:
                return Appended(interview, ())
            return await self.append(id, interview.version, event)

        return await settle(attempt, deadline)


def _check_remembered(id: str, interview: Interview) -> None:
    if interview.is_forgotten:
        raise InterviewForgotten(id)
