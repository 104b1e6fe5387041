"""Recovery: what was shown of a reply that did not come into the log becomes an event of its own,
from which the reply then goes on.

A gateway that was stopped in mid-reply left a draft beside the log. If the log could not be written
when a reply was to be appended, this gateway has the draft in memory. Where many gateways share the
log, a draft is recovered by the one that has the claim on its reply (docs/adr/0027).
"""

import asyncio
import logging
from contextlib import suppress

from api.usecases.errors import InterviewForgotten, UnknownInterview
from api.usecases.interviews import Interviews
from backends.deadline import Deadline
from backends.periodic import PeriodicTask
from eventlog.claims import Claim, ReplyClaims
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.protocol import Drafts
from statemachine.events import ReplyInterrupted
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

APPEND_SECONDS = 1.0

RETRY_SECONDS = 1.0
"""After how long it is tried again where the log could not be written. Each try is reported."""

LOOK_AGAIN_SECONDS = 5.0
"""How often a gateway that shares its log looks for what others left."""


class Recovery:
    """Makes events of the drafts that an earlier gateway left in `log`, and of those that this one
    hands over. `claims` are needed where other gateways may do the same."""

    def __init__(
        self, log: Drafts, interviews: Interviews, claims: ReplyClaims | None = None
    ) -> None:
        self._log = log
        self._interviews = interviews
        self._claims = claims
        self._has_read = False
        self._missing: dict[str, ReplyDraft] = {}
        """What is not in the log yet, by the interview: nothing else is shown in it before."""
        self._handed_over: set[str] = set()
        """The interviews of which this gateway itself showed what is missing."""
        self._recovering = asyncio.Lock()
        self._retrying: asyncio.Task[None] | None = None
        self._told: str | None = None
        """Why it could not be done, as last logged."""

    async def at_start(self) -> None:
        """Recover now if the log can be used, else as soon as it can."""
        if not await self._recover_all():
            self._retry()

    def hand_over(self, draft: ReplyDraft) -> None:
        """Append what was shown of a reply that could not be appended, as soon as the log can be
        written."""
        self._missing[draft.interview_id] = draft
        self._handed_over.add(draft.interview_id)
        self._retry()

    def go_on_from(self, interview_id: str, left: ReplyDraft | None) -> None:
        """This gateway makes the interview's reply from now on, and `left` is what another one had
        shown of it: `ensure` makes an event of that."""
        if interview_id in self._handed_over:
            return
        self._missing.pop(interview_id, None)  # found before, and no longer there
        if left is not None:
            self._missing[interview_id] = left

    async def run(self) -> None:
        """Recover what other gateways leave, of replies that nobody asks for again; until
        cancelled."""
        await PeriodicTask(self._look_again, LOOK_AGAIN_SECONDS).run()

    async def _look_again(self) -> None:
        self._has_read = False
        await self._recover_all()

    async def ensure(self, interview_id: str) -> None:
        """Recover what was shown in this interview, unless that is done. Raises LogUnavailable or
        LogCorrupted."""
        if self._has_read and interview_id not in self._missing:
            return
        async with self._recovering:
            await self._read()
            if interview_id in self._missing:
                await self._recover(self._missing[interview_id])
                self._drop(interview_id)

    async def close(self) -> None:
        """Try once more, and then no more."""
        if self._retrying is None:
            return
        self._retrying.cancel()
        await asyncio.wait([self._retrying])
        with suppress(TimeoutError):
            async with asyncio.timeout(APPEND_SECONDS):
                await self._recover_all()

    def _retry(self) -> None:
        if self._retrying is None or self._retrying.done():
            self._retrying = asyncio.create_task(self._keep_trying(), name="recovery")

    async def _keep_trying(self) -> None:
        while True:
            if await self._recover_all():
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _recover_all(self) -> bool:
        """Recover what can be. Returns False if it is worth trying again."""
        broken = set()
        try:
            async with self._recovering:
                await self._read()
            for id in list(self._missing):
                try:
                    await self._ensure_once(id)
                except LogCorrupted as error:  # of this interview alone, and for good
                    logger.warning(
                        "The words shown in interview %s cannot be recovered: %s", id, error
                    )
                    broken.add(id)
        except (LogUnavailable, LogCorrupted) as error:
            if str(error) != self._told:  # it tries every second while the log is gone
                self._told = str(error)
                logger.warning(
                    "Words that were shown of replies may not be in the log yet: %s", error
                )
            return False
        self._told = None
        return broken.issuperset(self._missing)

    async def _ensure_once(self, id: str) -> None:
        """As `ensure`, but if it was found in the log, only one gateway does it."""
        if self._claims is None or id in self._handed_over:
            return await self.ensure(id)
        draft = self._missing[id]
        taken = await self._claims.take(Claim(id, draft.length, draft.of_summary))
        if taken is None:  # whoever makes the reply now goes on from it
            return self._drop(id)
        try:
            self.go_on_from(id, taken.left)
            await self.ensure(id)
        finally:
            await self._claims.release(id)

    def _drop(self, id: str) -> None:
        self._missing.pop(id, None)
        self._handed_over.discard(id)

    async def _read(self) -> None:
        if not self._has_read:
            # No reply is made before, or else it has a claim: none of these drafts is of one that
            # is under way.
            for draft in await self._log.drafts():
                self._missing.setdefault(draft.interview_id, draft)
            self._has_read = True

    async def _recover(self, draft: ReplyDraft) -> None:
        def decide(interview: Interview) -> ReplyInterrupted | None:
            if not _is_missing(draft, interview):
                return None
            return ReplyInterrupted(
                content=draft.shown,
                backend=draft.backend,
                model=draft.model,
                of_summary=draft.of_summary,
            )

        id = draft.interview_id
        logger.info("Recording the words that were shown of a reply in interview %s", id)
        with suppress(UnknownInterview, InterviewForgotten):
            await self._interviews.append_to(id, decide, Deadline.after(APPEND_SECONDS))
        await self._log.drop_draft(id)


def _is_missing(draft: ReplyDraft, interview: Interview) -> bool:
    """Whether the interview stands where the draft was made, and does not have it. It stands
    elsewhere if an older copy of the log was put back."""
    if draft.of_summary:
        return interview.questions_asked > 0
    known = interview.interrupted
    is_known = known is not None and known.content == draft.shown
    is_due = interview.awaits_interviewer and len(interview.messages) == draft.length
    return is_due and not is_known
