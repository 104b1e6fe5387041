"""The interviewer's half of a move: backends are asked, and their words are appended.

Of several who wait for the same words one task asks, and all get what it was told: those who see
the words as they come, and those who get one answer.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from api.usecases.errors import ReplyNotRecorded, SessionConflict
from api.usecases.happenings import Happenings, Heard, ReplyFailed, recorded
from api.usecases.interviews import Interviews, settle
from api.usecases.recovery import Recovery
from api.usecases.replies import LAST_SECONDS, Replies, ReplyUnderWay
from backends.audience import Audience, Waiting
from backends.chain import Chain
from backends.chain import Reply as ChainReply
from backends.deadline import Deadline
from backends.patience import Patience
from backends.services import TEMPLATES
from backends.turn import Turn
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.records import Record
from statemachine.commands import give_summary, take_reply
from statemachine.events import Event, SummaryGiven
from statemachine.interview import Interview, evolve
from statemachine.session import Config, Session
from statemachine.verdict import Verdict


@dataclass(frozen=True)
class Reply:
    """The session with the interviewer's reply, and the record of that reply."""

    session: Session
    record: Record

    @property
    def text(self) -> str:
        return self.session.messages[-1].content


@dataclass(frozen=True)
class Summary:
    """A summary and the record of it."""

    event: SummaryGiven
    config: Config
    record: Record

    @property
    def text(self) -> str:
        return self.event.content


Result = Reply | Summary
Listening = AsyncGenerator[Heard[Result], None]


class Interviewer:
    """Asks the backends of `chain` on behalf of the interviews, and records what they say.

    `choose_model` gives the model for an interview that has none; `new_patience` that of a caller
    who sees the words as they come.
    """

    def __init__(
        self,
        interviews: Interviews,
        replies: Replies[Result],
        recovery: Recovery,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        new_patience: Callable[[], Patience],
    ) -> None:
        self._interviews = interviews
        self._replies = replies
        self._recovery = recovery
        self._chain = chain
        self._choose_model = choose_model
        self._new_patience = new_patience

    # The candidate's half asks for these

    async def move_and_reply(
        self, id: str, interview: Interview | None, move: Event, deadline: Deadline
    ) -> list[Event]:
        """The candidate's move, and the reply to it where nobody need be waited for: then both
        share a commit. `interview` is None for the move that begins one."""
        if not self._chain.asks_nobody:
            return [move]
        after = evolve(interview, move, id=id)
        reply = await self._chain.speak(await self._turn(after), Patience.plain(deadline))
        return [move, take_reply(after, reply.text, closes=reply.closes, origin=reply.origin)]

    # For those who get one answer

    async def reply_to(self, id: str, length: int, deadline: Deadline) -> Reply:
        """The interviewer's reply to the first `length` messages, which is in the log then.
        Raises ReplyNotRecorded: those messages are in it all the same."""
        try:
            interview = await self.with_reply_recorded(id, length, deadline)
            return await self._recorded_reply(interview, length)
        except LogUnavailable as error:
            raise ReplyNotRecorded(id, error) from error

    async def with_reply_recorded(self, id: str, length: int, deadline: Deadline) -> Interview:
        """The interview, after the reply to its first `length` messages was recorded."""
        while True:
            interview = await self._interviews.get(id)
            if len(interview.messages) > length or not interview.awaits_interviewer:
                return interview
            await self._hurried(interview, deadline).wait(deadline)

    async def at_rest(self, id: str, deadline: Deadline) -> Interview:
        """The interview, after the reply that it may wait for. If somebody sees that reply come, it
        is not hurried, and may still be under way at the deadline."""
        interview = await self._interviews.get(id)
        under_way = self._replies.to(id)
        if under_way is None or under_way.of_summary or not under_way.is_watched:
            return await self.with_reply_recorded(id, len(interview.messages), deadline)
        with suppress(LogUnavailable):
            await under_way.wait(deadline)
        return await self._interviews.get(id)

    async def sum_up(self, id: str, deadline: Deadline) -> Summary:
        """A summary of the interview as it stands; the recorded one, if nothing was said since."""
        while True:
            interview = await self._interviews.get(id)
            if interview.summary is not None:
                return await self._recorded_summary(interview, interview.summary)
            reply = self._hurried(interview, deadline, of_summary=True)
            await reply.wait(deadline)
            if isinstance(reply.result, Summary):
                return reply.result

    def _hurried(
        self, interview: Interview, deadline: Deadline, *, of_summary: bool = False
    ) -> ReplyUnderWay[Result]:
        """What is under way for the interview, which then ends by the deadline; it is begun if
        nothing is."""
        assert interview.id is not None
        under_way = self._replies.to(interview.id)
        if under_way is None:
            return self._begin(interview, Patience.plain(deadline), of_summary=of_summary)
        under_way.patience.hurry(deadline)
        return under_way

    # For those who see the words as they come

    async def stream_reply_to(self, id: str, length: int, deadline: Deadline) -> Listening:
        """What happens to the reply to the first `length` messages. Until the listening begins it
        raises as `reply_to` does; `deadline` is for that."""
        while True:
            interview = await self._interviews.get(id)
            if len(interview.messages) > length:
                reply = await self._recorded_reply(interview, length)
                return _recorded(reply, is_known=False)
            under_way = self._replies.to(id)
            if under_way is None or not under_way.of_summary:
                return self._listen(under_way, interview, of_summary=False)
            # It does not cover the answer, whose reply is to be shown as it comes.
            under_way.patience.stop()
            with suppress(SessionConflict):
                await under_way.wait(deadline)

    async def stream_summary(self, id: str) -> Listening:
        """What happens to the summary of the interview as it stands. A reply that is under way is
        waited for: it belongs into the summary."""
        interview = await self._interviews.get(id)
        if interview.summary is not None:
            summary = await self._recorded_summary(interview, interview.summary)
            return _recorded(summary, is_known=False)
        under_way = self._replies.to(id)
        if under_way is None or under_way.of_summary:
            return self._listen(under_way, interview, of_summary=True)
        return self._summary_after(under_way)

    def _listen(
        self,
        under_way: ReplyUnderWay[Result] | None,
        interview: Interview,
        *,
        of_summary: bool,
    ) -> Listening:
        if under_way is not None:
            return under_way.join(None)
        return self._begin(interview, self._new_patience(), of_summary=of_summary).watch()

    async def _summary_after(self, reply: ReplyUnderWay[Result]) -> Listening:
        """What is being waited for while the reply is made, and then what happens to the
        summary. If there was no reply, the summary asks for it once more."""
        happenings: Happenings[Result] = Happenings()
        async for status in reply.statuses():
            yield (happenings.add(status), status) if status else None
        try:
            listening = await self.stream_summary(reply.interview_id)
        except Exception as error:  # it is too late for another answer than this stream
            failed = ReplyFailed(error)
            yield happenings.add(failed), failed
            return
        async with aclosing(listening):
            async for heard in listening:
                yield heard

    async def newest(self, id: str, last_id: int | None) -> Listening:
        """What happens to the newest reply, or summary, of the interview: from the happening
        `last_id` on, if it is one of this reply. One that was interrupted goes on."""
        interview = await self._interviews.get(id)
        under_way = self._replies.to(id)
        if under_way is None and interview.awaits_interviewer:
            under_way = self._begin(interview, self._new_patience())
        if under_way is not None:
            return under_way.join(last_id)
        return await self._newest_recorded(interview)

    def stop_waiting(self, id: str) -> bool:
        """Let the reply under way end with what it has; whether there is one."""
        under_way = self._replies.to(id)
        if under_way is not None:
            under_way.patience.stop()
        return under_way is not None

    async def _newest_recorded(self, interview: Interview) -> Listening:
        newest: Result
        if interview.summary is not None:
            newest = await self._recorded_summary(interview, interview.summary)
        else:
            newest = await self._recorded_reply(interview, len(interview.messages) - 1)
        return _recorded(newest, is_known=True)

    # How they are made

    def _begin(
        self, interview: Interview, patience: Patience, *, of_summary: bool = False
    ) -> ReplyUnderWay[Result]:
        assert interview.id is not None
        reply: ReplyUnderWay[Result] = ReplyUnderWay(
            interview.id, len(interview.messages), patience, of_summary=of_summary
        )
        return self._replies.begin(reply, self._sum_up if of_summary else self._reply)

    async def _reply(self, under_way: ReplyUnderWay[Result]) -> Reply:
        id = under_way.interview_id
        await self._recovery.ensure(id)
        interview = await self._interviews.get(id)
        if interview.awaits_interviewer:
            if interview.interrupted is not None:
                under_way.recall(interview.interrupted)
            said = await self._said(interview, under_way.patience, under_way)
            _settle(under_way, said)
            interview = await self._record(id, said)
        return await self._recorded_reply(interview, under_way.length)

    async def _sum_up(self, under_way: ReplyUnderWay[Result]) -> Summary:
        await self._recovery.ensure(under_way.interview_id)
        # What is said meanwhile belongs into the summary, which is then asked for again.
        return await settle(lambda: self._summed_up(under_way), under_way.patience.deadline)

    async def _summed_up(self, under_way: ReplyUnderWay[Result]) -> Summary:
        id = under_way.interview_id
        interview = await self._interviews.get(id)
        if interview.awaits_interviewer:
            if under_way.patience.is_stopped and len(interview.messages) > under_way.length:
                raise SessionConflict(
                    "An answer came in while the interview was summed up. Ask for the summary "
                    "again.",
                    Verdict.BEHIND,
                    f"messages[{under_way.length}]",
                    interview.session,
                )
            said = await self._said(interview, under_way.patience, Waiting(under_way))
            interview = await self._record(id, said)
        under_way.withdraw("More was said meanwhile")
        session = await self._for_backends(interview.session)
        reply = await self._chain.sum_up(session, under_way.patience, under_way)
        _settle(under_way, reply)
        summary = give_summary(interview, reply.text, origin=reply.origin)
        appended = await self._interviews.append(id, interview.version, summary)
        return Summary(summary, interview.config, appended.records[-1])

    async def _said(
        self, interview: Interview, patience: Patience, audience: Audience
    ) -> ChainReply:
        """The reply that the interview waits for."""
        turn, shown = await self._turn(interview), interview.interrupted
        if shown is not None:
            reply = self._chain.go_on(turn, shown)
            if reply is not None:
                return reply
            audience.withdraw("It was not enough to go on from")
        return await self._chain.speak(turn, patience, audience)

    async def _record(self, id: str, reply: ChainReply) -> Interview:
        """The interview after this reply, which is in the log then."""
        return await self._interviews.append_to(
            id,
            lambda now: take_reply(now, reply.text, closes=reply.closes, origin=reply.origin),
            Deadline.after(LAST_SECONDS),
        )

    async def _turn(self, interview: Interview) -> Turn:
        return Turn(await self._for_backends(interview.session), interview.pending_answer)

    async def _for_backends(self, session: Session) -> Session:
        """The session as backends get it: one without a model is held with the chosen one."""
        if session.config.model is not None:
            return session
        model = await self._choose_model(None)
        config = session.config.model_copy(update={"model": model})
        return session.model_copy(update={"config": config})

    # What is in the log

    async def _recorded_reply(self, interview: Interview, length: int) -> Reply:
        assert interview.id is not None
        if len(interview.messages) <= length:
            raise LogCorrupted(f"interview {interview.id} has lost words that it just held")
        record = await self._interviews.record(interview.id, interview.said_at[length])
        return Reply(interview.session_at(length + 1), record)

    async def _recorded_summary(self, interview: Interview, summary: SummaryGiven) -> Summary:
        assert interview.id is not None
        record = await self._interviews.record(interview.id, interview.summed_up_at)
        return Summary(summary, interview.config, record)


def _recorded(result: Result, *, is_known: bool) -> Listening:
    """The happenings of what is in the log already, as `recorded` gives them."""
    return recorded(result.text, result, is_known=is_known).from_start()


def _settle(under_way: ReplyUnderWay[Result], reply: ChainReply) -> None:
    backend = reply.origin.backend
    others = "The built-in words take over" if backend == TEMPLATES else f"{backend} takes over"
    under_way.settle(reply.text, backend, reply.origin.model, others)
