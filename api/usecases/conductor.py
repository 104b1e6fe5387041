"""Conducts interviews: each move is decided, appended to the log, and only then answered.

A move has two halves. The candidate's: the posted session is checked against the log and the
answer appended. The interviewer's: a backend is asked and its words appended. The answer is on
disk before any backend is asked, the reply before the client sees it. A gateway that dies in
between leaves an interview that takes the same post again and goes on. Where there is no
backend to ask, the built-in templates answer at once, and both halves are one append.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from api.usecases.candidate import Candidate
from api.usecases.interviewer import Interviewer, Reply, Summary
from api.usecases.interviews import Interviews
from api.usecases.locks import KeyedLocks
from backends.chain import Chain
from backends.deadline import Deadline
from eventlog.protocol import ConductingLog
from statemachine.events import InterviewStarted
from statemachine.session import Config, Session


class Conductor:
    """Starts interviews, takes answers and sums up.

    `choose_model` gives the model for the one that was asked for, or raises UnknownModel;
    `begin` what an interview starts with. `now` gives the time that events are recorded with;
    `reply_seconds` is the budget of each reply. With `strict`, a session that the log does not
    know is refused.
    """

    def __init__(
        self,
        log: ConductingLog,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        begin: Callable[[Config], InterviewStarted],
        *,
        now: Callable[[], datetime],
        reply_seconds: float,
        strict: bool,
    ) -> None:
        locks = KeyedLocks()
        interviews = Interviews(log, now)
        self._interviewer = Interviewer(interviews, locks, chain, choose_model)
        self._candidate = Candidate(
            log, interviews, locks, self._interviewer, choose_model, begin, strict=strict
        )
        self._reply_seconds = reply_seconds

    async def start(self, asked: Config, interview_id: str | None = None) -> Reply:
        """A new interview's session, with its first question; a model that is not asked for
        is chosen.

        With an `interview_id` of the client's own the start can be posted again after a
        lost reply: it gives the same session. Raises UnknownModel, SessionConflict when the
        id is another interview's, InterviewForgotten, LogUnavailable or ReplyNotRecorded.
        """
        deadline = Deadline.after(self._reply_seconds)
        begun = await self._candidate.begin(asked, interview_id, deadline)
        assert begun.id is not None
        length = len(begun.messages) - begun.questions_asked
        return await self._interviewer.reply_to(begun.id, length, deadline)

    async def respond(self, posted: Session, answer: str) -> Reply:
        """The session after `answer` and the interviewer's reply to it.

        Raises IllegalSession, SessionConflict, AlreadyComplete, UnknownSession (strict),
        InterviewForgotten, LogUnavailable (the answer was not taken) or ReplyNotRecorded (it was).
        """
        deadline = Deadline.after(self._reply_seconds)
        interview_id = await self._candidate.claim(posted, answer, deadline)
        return await self._interviewer.reply_to(interview_id, len(posted.messages) + 1, deadline)

    async def sum_up(self, posted: Session) -> Summary:
        """A summary of the interview as it stands; the same one while nothing more is said.

        Raises as `respond` does, but for AlreadyComplete.
        """
        deadline = Deadline.after(self._reply_seconds)
        interview_id = await self._candidate.claim(posted, None, deadline)
        return await self._interviewer.sum_up(interview_id, deadline)
