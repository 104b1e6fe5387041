"""Conducts interviews: each move is decided, appended to the log, and only then answered.

A move has two halves. The candidate's: the posted session is checked against the log and the
answer appended. The interviewer's: a backend is asked and its words appended. The answer is on
disk before any backend is asked, the reply before its client is told that it is whole. A gateway
that dies in between leaves an interview that takes the same post again and goes on. Where there is
no backend to ask, the built-in templates answer at once, and both halves are one append.

A caller gets the reply whole, or sees it come: the methods that begin with `stream`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from api.usecases.callers import Caller
from api.usecases.candidate import Candidate, CheckRole
from api.usecases.claimant import Claimant, News, Polling
from api.usecases.errors import NoReplyUnderWay
from api.usecases.happenings import EventIds, ReplyGlance
from api.usecases.interviewer import Interviewer, Listening
from api.usecases.interviews import Interviews
from api.usecases.locks import KeyedLocks
from api.usecases.observing import UNOBSERVED, Observer
from api.usecases.recovery import Recovery
from api.usecases.replies import Replies
from api.usecases.replymaker import ReplyMaker
from api.usecases.results import Reply, Result, Summary
from backends.chain import Chain
from backends.deadline import Deadline
from backends.patience import Patience
from eventlog.protocol import ConductingLog
from statemachine.brief import Brief
from statemachine.events import InterviewStarted
from statemachine.interview import Interview
from statemachine.session import Config, Session


async def _any_role(role: str, field: str) -> None:
    return None


@dataclass(frozen=True)
class Budgets:
    """How long a reply may take, in seconds: one that is given whole; one that is shown as it
    comes, and its first word."""

    reply: float
    stream: float = 60.0
    first_word: float = 30.0


class Conductor:
    """Starts interviews, takes answers and sums up.

    `choose_model` gives the model for the one that was asked for, or raises UnknownModel;
    `begin` what an interview starts with, from its set-up, its brief and who started it. `now`
    gives the time that events are recorded with. With `strict`, a session that the log does not
    know is refused.
    `check_role` raises UnknownRole for a role that is none, which stands in a field; without it,
    any text is one. `admit` is called before anything new is begun, and raises what refuses it.
    `observer` follows the moves. `news` are those of the replies that other gateways on the log
    make.
    """

    def __init__(
        self,
        log: ConductingLog,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        begin: Callable[[Config, Brief | None, str | None], InterviewStarted],
        *,
        now: Callable[[], datetime],
        budgets: Budgets,
        strict: bool,
        check_role: CheckRole = _any_role,
        admit: Callable[[], None] = lambda: None,
        observer: Observer = UNOBSERVED,
        news: News | None = None,
    ) -> None:
        interviews = self._interviews = Interviews(log, now, observer)
        claims = log.claims
        self._recovery = Recovery(log, interviews, claims)
        news = news or Polling()
        claimant = (
            Claimant(claims, interviews, self._recovery, news) if claims is not None else None
        )
        ids = EventIds.of_one_among_many() if claims is not None else EventIds()
        self._replies: Replies[Result] = Replies(log, self._recovery.hand_over, ids, news.tell)
        self._chain = chain
        maker = ReplyMaker(interviews, self._recovery, chain, choose_model)
        self._interviewer = Interviewer(
            interviews,
            self._replies,
            maker,
            lambda: Patience.streamed(budgets.stream, budgets.first_word),
            admit,
            claimant,
        )
        self._candidate = Candidate(
            log,
            interviews,
            KeyedLocks(),
            self._interviewer,
            maker,
            choose_model,
            check_role,
            begin,
            admit,
            claimant,
            strict=strict,
            observer=observer,
        )
        self._budgets = budgets

    @property
    def replies_under_way(self) -> int:
        """How many replies and summaries are being made."""
        return self._replies.count

    def glances(self) -> list[ReplyGlance]:
        """The replies and summaries that are being made, without their words, the oldest first."""
        return self._replies.glances()

    async def recover(self) -> None:
        """Put into the log what was shown of replies in which an earlier gateway was stopped."""
        await self._recovery.at_start()

    async def run(self) -> None:
        """In the background, put into the log what other gateways leave of their replies when they
        are stopped; until cancelled."""
        await self._recovery.run()

    async def close(self) -> None:
        """Let the replies under way end with what they have."""
        await self._replies.close()
        await self._recovery.close()
        await self._chain.aclose()

    async def start(
        self,
        caller: Caller,
        asked: Config,
        interview_id: str | None = None,
        brief: Brief | None = None,
    ) -> Reply:
        """A new interview's session, with its first question; a model that is not asked for
        is chosen.

        With an `interview_id` of the client's own the start can be posted again after a
        lost reply: it gives the same session. (Of a candidate who has signed in, the session has
        another id: `OwnInterviews`.) Raises UnknownRole, UnknownModel, SessionConflict when the
        id is another interview's, InterviewForgotten, LogUnavailable or ReplyNotRecorded.
        """
        deadline = self._deadline()
        begun, reply = await self._candidate.begin(caller, asked, brief, interview_id, deadline)
        if reply is not None:
            return reply
        return await self._interviewer.reply_to(*_place(begun), deadline)

    async def respond(self, caller: Caller, posted: Session, answer: str) -> Reply:
        """The session after `answer` and the interviewer's reply to it.

        Raises IllegalSession, UnknownRole, SessionConflict, AlreadyComplete, UnknownSession
        (strict), NotOwnInterview, InterviewForgotten, LogUnavailable (the answer was not taken) or
        ReplyNotRecorded (it was).
        """
        deadline = self._deadline()
        claimed = await self._candidate.claim(caller, posted, answer, deadline)
        if claimed.reply is not None:
            return claimed.reply
        return await self._interviewer.reply_to(claimed.id, len(posted.messages) + 1, deadline)

    async def sum_up(self, caller: Caller, posted: Session) -> Summary:
        """A summary of the interview as it stands; the same one while nothing more is said.

        Raises as `respond` does, but for AlreadyComplete.
        """
        deadline = self._deadline()
        claimed = await self._candidate.claim(caller, posted, None, deadline)
        return await self._interviewer.sum_up(claimed.id, deadline)

    async def stream_start(
        self,
        caller: Caller,
        asked: Config,
        interview_id: str | None = None,
        brief: Brief | None = None,
    ) -> Listening:
        """As `start`: what happens to the first question until it is in the log."""
        deadline = self._deadline()
        begun, _ = await self._candidate.begin(caller, asked, brief, interview_id, deadline)
        return await self._interviewer.stream_reply_to(*_place(begun), deadline)

    async def stream_response(self, caller: Caller, posted: Session, answer: str) -> Listening:
        """As `respond`: what happens to the reply until it is in the log."""
        deadline = self._deadline()
        claimed = await self._candidate.claim(caller, posted, answer, deadline)
        return await self._interviewer.stream_reply_to(
            claimed.id, len(posted.messages) + 1, deadline
        )

    async def stream_summary(self, caller: Caller, posted: Session) -> Listening:
        """As `sum_up`: what happens to the summary until it is in the log."""
        claimed = await self._candidate.claim(caller, posted, None, self._deadline())
        return await self._interviewer.stream_summary(claimed.id)

    async def newest_reply(self, interview_id: str, last_id: int | None = None) -> Listening:
        """What happens to the interview's newest reply or summary, from the happening `last_id` on;
        all of it at once if it is in the log. Raises UnknownInterview or InterviewForgotten."""
        return await self._interviewer.newest(interview_id, last_id)

    async def stop_waiting(self, interview_id: str) -> None:
        """Let the reply under way end with what it has. Raises NoReplyUnderWay, UnknownInterview or
        InterviewForgotten."""
        if not await self._interviewer.stop_waiting(interview_id):
            await self._interviews.get(interview_id)
            raise NoReplyUnderWay(interview_id)

    def end_reply(self, interview_id: str) -> None:
        """End what is under way for an interview whose words are forgotten: a model that went on
        would show more of them."""
        self._interviewer.end_reply(interview_id)

    def _deadline(self) -> Deadline:
        return Deadline.after(self._budgets.reply)


def _place(begun: Interview) -> tuple[str, int]:
    """The id of an interview that was begun, and how many messages it begins with."""
    assert begun.id is not None
    return begun.id, len(begun.messages) - begun.questions_asked
