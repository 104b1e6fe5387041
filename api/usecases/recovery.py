"""Recovery: a gateway that was stopped in mid-reply left a draft of what it had shown. The next one
appends that to the log before it makes any other reply."""

import asyncio
import logging
from contextlib import suppress

from api.usecases.errors import InterviewForgotten, UnknownInterview
from api.usecases.interviews import Interviews
from backends.deadline import Deadline
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.protocol import Drafts
from statemachine.events import ReplyInterrupted
from statemachine.interview import Interview

logger = logging.getLogger(__name__)

APPEND_SECONDS = 1.0


class Recovery:
    """Makes events of the drafts that an earlier gateway left in `log`, once."""

    def __init__(self, log: Drafts, interviews: Interviews) -> None:
        self._log = log
        self._interviews = interviews
        self._is_done = False
        self._recovering = asyncio.Lock()

    async def at_start(self) -> None:
        """Recover now if the log can be used, else as soon as it can."""
        try:
            await self.ensure()
        except (LogUnavailable, LogCorrupted) as error:
            logger.warning("What was shown of interrupted replies is not in the log yet: %s", error)

    async def ensure(self) -> None:
        """Recover, unless that is done. Raises LogUnavailable or LogCorrupted."""
        if self._is_done:
            return
        async with self._recovering:
            if not self._is_done:
                for draft in await self._log.drafts():
                    await self._recover(draft)
                self._is_done = True

    async def _recover(self, draft: ReplyDraft) -> None:
        def decide(interview: Interview) -> ReplyInterrupted | None:
            if not _fits(draft, interview):
                return None
            return ReplyInterrupted(
                content=draft.shown,
                backend=draft.backend,
                model=draft.model,
                of_summary=draft.of_summary,
            )

        id = draft.interview_id
        logger.info("The gateway was stopped while it gave a reply in interview %s", id)
        with suppress(UnknownInterview, InterviewForgotten):
            await self._interviews.append_to(id, decide, Deadline.after(APPEND_SECONDS))
        await self._log.drop_draft(id)


def _fits(draft: ReplyDraft, interview: Interview) -> bool:
    """Whether the interview stands where the draft was made. It does not if an older copy of the
    log was put back."""
    if draft.of_summary:
        return interview.questions_asked > 0
    return interview.awaits_interviewer and len(interview.messages) == draft.length
