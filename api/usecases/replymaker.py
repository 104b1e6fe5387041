"""How replies and summaries are made: the backends are asked, and their words are appended."""

from collections.abc import Awaitable, Callable

from api.usecases.errors import SessionConflict
from api.usecases.interviews import Interviews, settle
from api.usecases.recovery import Recovery
from api.usecases.results import Reply, Result, Summary, recorded_reply, recorded_summary, reply_in
from api.usecases.underway import LAST_SECONDS, ReplyUnderWay
from backends.audience import Audience, Waiting
from backends.chain import Chain
from backends.chain import Reply as ChainReply
from backends.deadline import Deadline
from backends.patience import Patience
from backends.services import TEMPLATES
from backends.turn import Turn
from eventlog.protocol import Appended
from statemachine.commands import give_summary, take_reply
from statemachine.events import Event
from statemachine.interview import Interview, evolve
from statemachine.session import Session
from statemachine.verdict import Verdict


class ReplyMaker:
    """Asks the backends of `chain` on behalf of the interviews, and records what they say.

    `choose_model` gives the model for an interview that has none.
    """

    def __init__(
        self,
        interviews: Interviews,
        recovery: Recovery,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
    ) -> None:
        self._interviews = interviews
        self._recovery = recovery
        self._chain = chain
        self._choose_model = choose_model

    async def move_and_reply(
        self, id: str, interview: Interview | None, move: Event, deadline: Deadline
    ) -> Appended:
        """Append the candidate's move, and the reply to it where nobody need be waited for: then
        both share a commit. `interview` is None for the move that begins one. Raises as
        `Interviews.append` does."""
        version = 0 if interview is None else interview.version
        if not self._chain.asks_nobody:
            return await self._interviews.append(id, version, move)
        after = evolve(interview, move, id=id)
        # Without a model, which only a backend would need to know.
        turn = Turn.of(after, after.session)
        reply = await self._chain.speak(turn, Patience.plain(deadline))
        return await self._interviews.append(id, version, move, _taken(after, reply), after=after)

    async def reply(self, under_way: ReplyUnderWay[Result]) -> Reply:
        """Make the reply that `under_way` is. Raises LogUnavailable, LogCorrupted or
        InterviewForgotten."""
        id = under_way.interview_id
        await self._recovery.ensure(id)
        interview, reply = await self._interviews.get(id), None
        if interview.awaits_interviewer and len(interview.messages) == under_way.length:
            if interview.interrupted is not None:
                under_way.recall(interview.interrupted)
            said = await self._said(interview, under_way.patience, under_way)
            _settle(under_way, said)
            appended = await self._record(id, said, under_way.length)
            interview, reply = appended.interview, reply_in(appended)
        if reply is None:
            reply = await recorded_reply(self._interviews, interview, under_way.length)
        under_way.show_recorded(reply.text)
        return reply

    async def sum_up(self, under_way: ReplyUnderWay[Result]) -> Summary:
        """Make the summary that `under_way` is, after the reply that may be due. Raises as `reply`
        does, or SessionConflict if it was stopped because an answer came in."""
        await self._recovery.ensure(under_way.interview_id)
        # What is said meanwhile belongs into the summary, which is then asked for again.
        return await settle(lambda: self._summed_up(under_way), under_way.patience.deadline)

    async def _summed_up(self, under_way: ReplyUnderWay[Result]) -> Summary:
        id = under_way.interview_id
        interview = await self._interviews.get(id)
        known = await recorded_summary(self._interviews, interview)
        if known is not None and not interview.awaits_interviewer:  # by another gateway
            under_way.show_recorded(known.text)
            return known
        if interview.awaits_interviewer:
            if under_way.patience.is_stopped and len(interview.messages) > under_way.length:
                raise SessionConflict(
                    "An answer arrived while the summary was written. Ask for the summary again.",
                    Verdict.BEHIND,
                    f"messages[{under_way.length}]",
                    interview.session,
                )
            said = await self._said(interview, under_way.patience, Waiting(under_way))
            interview = (await self._record(id, said, len(interview.messages))).interview
        under_way.withdraw("More was said meanwhile")
        turn = await self._turn(interview)
        reply = await self._chain.sum_up(turn, under_way.patience, under_way)
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

    async def _record(self, id: str, reply: ChainReply, length: int) -> Appended:
        """The interview with this reply to its first `length` messages in the log; or with another
        gateway's, which was recorded first, and then nothing is appended."""

        def decide(now: Interview) -> Event | None:
            if len(now.messages) != length or not now.awaits_interviewer:
                return None
            return _taken(now, reply)

        return await self._interviews.append_to(id, decide, Deadline.after(LAST_SECONDS))

    async def _turn(self, interview: Interview) -> Turn:
        return Turn.of(interview, await self._for_backends(interview.session))

    async def _for_backends(self, session: Session) -> Session:
        """The session as backends get it: one without a model is held with the chosen one."""
        if session.config.model is not None:
            return session
        model = await self._choose_model(None)
        config = session.config.model_copy(update={"model": model})
        return session.model_copy(update={"config": config})


def _taken(interview: Interview, reply: ChainReply) -> Event:
    return take_reply(
        interview, reply.text, closes=reply.closes, origin=reply.origin, move=reply.due
    )


def _settle(under_way: ReplyUnderWay[Result], reply: ChainReply) -> None:
    backend = reply.origin.backend
    others = "The built-in words take over" if backend == TEMPLATES else f"{backend} takes over"
    under_way.settle(reply.text, backend, reply.origin.model, others)
