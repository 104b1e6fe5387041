"""The interviewer's half of a move: a backend is asked, and its words are appended.

Of several who wait for the same words one asks, and all get what it was told.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from api.usecases.errors import ReplyNotRecorded
from api.usecases.interviews import Interviews, settle
from api.usecases.locks import KeyedLocks
from backends.chain import Chain
from backends.chain import Reply as ChainReply
from backends.deadline import Deadline
from backends.turn import Turn
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.records import Record
from statemachine.commands import give_summary, take_reply
from statemachine.events import Event, SummaryGiven
from statemachine.interview import Interview, evolve
from statemachine.session import Config, Session

LAST_SECONDS = 0.4
"""How long after the deadline somebody else's move may still end: its words must be written."""


@dataclass(frozen=True)
class Reply:
    """The session with the interviewer's reply, and the record of that reply."""

    session: Session
    record: Record


@dataclass(frozen=True)
class Summary:
    """A summary and the record of it."""

    event: SummaryGiven
    config: Config
    record: Record


class Interviewer:
    """Asks the backends of `chain` on behalf of the interviews, and records what they say.

    `choose_model` gives the model for an interview that has none.
    """

    def __init__(
        self,
        interviews: Interviews,
        locks: KeyedLocks,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
    ) -> None:
        self._interviews = interviews
        self._locks = locks
        self._chain = chain
        self._choose_model = choose_model

    async def reply_to(self, id: str, length: int, deadline: Deadline) -> Reply:
        """The interviewer's reply to the first `length` messages, which is in the log then.
        Raises ReplyNotRecorded: those messages are in it all the same."""
        try:
            interview = await self._interviews.get(id)
            if len(interview.messages) <= length:
                interview = await self.with_reply_recorded(id, deadline)
            if len(interview.messages) <= length:
                raise LogCorrupted(f"interview {id} has lost words that it just held")
            record = await self._interviews.record(id, interview.said_at[length])
            return Reply(interview.session_at(length + 1), record)
        except LogUnavailable as error:
            raise ReplyNotRecorded(
                f"What you sent is in the log, as interview {id}. The reply is not, because "
                f"{error}. Post the same again to go on (a start: with this interviewId)."
            ) from error

    async def with_reply_recorded(self, id: str, deadline: Deadline) -> Interview:
        """The interview, after the reply that it waits for, if it does, was recorded."""
        async with self._locks.holding(id, deadline.left() + LAST_SECONDS):
            interview = await self._interviews.get(id)
            if interview.awaits_interviewer:
                interview = await self._speak(interview, deadline)
            return interview

    async def move_and_reply(
        self, id: str, interview: Interview | None, move: Event, deadline: Deadline
    ) -> list[Event]:
        """The candidate's move, and the reply to it where nobody need be waited for: then both
        share a commit. `interview` is None for the move that begins one."""
        if not self._chain.asks_nobody:
            return [move]
        after = evolve(interview, move, id=id)
        reply = await self._ask(after, deadline)
        return [move, take_reply(after, reply.text, closes=reply.closes, origin=reply.origin)]

    async def sum_up(self, id: str, deadline: Deadline) -> Summary:
        """A summary of the interview as it stands; the recorded one, if nothing was said since."""
        async with self._locks.holding(id, deadline.left() + LAST_SECONDS):
            # What is said meanwhile belongs into the summary, which is then asked for again.
            return await settle(lambda: self._summed_up(id, deadline), deadline)

    async def _summed_up(self, id: str, deadline: Deadline) -> Summary:
        interview = await self._interviews.get(id)
        if interview.summary is not None:
            record = await self._interviews.record(id, interview.summed_up_at)
            return Summary(interview.summary, interview.config, record)
        if interview.awaits_interviewer:
            interview = await self._speak(interview, deadline)
        session = await self._for_backends(interview.session)
        reply = await self._chain.sum_up(session, deadline)
        summary = give_summary(interview, reply.text, origin=reply.origin)
        appended = await self._interviews.append(id, interview.version, summary)
        return Summary(summary, interview.config, appended.records[-1])

    async def _speak(self, interview: Interview, deadline: Deadline) -> Interview:
        assert interview.id is not None
        reply = await self._ask(interview, deadline)
        return await self._interviews.append_to(
            interview.id,
            lambda now: take_reply(now, reply.text, closes=reply.closes, origin=reply.origin),
            deadline,
        )

    async def _ask(self, interview: Interview, deadline: Deadline) -> ChainReply:
        session = await self._for_backends(interview.session)
        return await self._chain.speak(Turn(session, interview.pending_answer), deadline)

    async def _for_backends(self, session: Session) -> Session:
        """The session as backends get it: one without a model is held with the chosen one."""
        if session.config.model is not None:
            return session
        model = await self._choose_model(None)
        config = session.config.model_copy(update={"model": model})
        return session.model_copy(update={"config": config})
