"""The interviewer's half of a move, for those who wait for it.

Of several who wait for the same words one task asks, and all get what it was told: those who see
the words as they come, and those who get one answer.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from functools import partial

from api.usecases.claimant import Claimant
from api.usecases.errors import ReplyNotRecorded, SessionConflict
from api.usecases.happenings import Happenings, Heard, ReplyFailed, recorded
from api.usecases.interviews import Interviews
from api.usecases.replies import OVERLOADED_SECONDS, Replies
from api.usecases.replymaker import ReplyMaker
from api.usecases.results import Reply, Result, Summary, recorded_reply, recorded_summary
from api.usecases.underway import ReplyUnderWay
from backends.deadline import Deadline
from backends.patience import Patience
from eventlog.errors import LogUnavailable
from statemachine.interview import Interview

Listening = AsyncGenerator[Heard[Result], None]


class Interviewer:
    """Lets `maker` make the replies, once for all who wait for one. `new_patience` gives that of a
    caller who sees the words as they come. `admit` raises if no summary may be begun: replies are
    always, since the answers to them are in the log. The `claimant` sees to it that other gateways
    do not make the same one."""

    def __init__(
        self,
        interviews: Interviews,
        replies: Replies[Result],
        maker: ReplyMaker,
        new_patience: Callable[[], Patience],
        admit: Callable[[], None],
        claimant: Claimant | None = None,
    ) -> None:
        self._interviews = interviews
        self._replies = replies
        self._maker = maker
        self._new_patience = new_patience
        self._admit = admit
        self._claimant = claimant

    # For those who get one answer

    async def reply_to(self, id: str, length: int, deadline: Deadline) -> Reply:
        """The interviewer's reply to the first `length` messages, which is in the log then.
        Raises ReplyNotRecorded: those messages are in it all the same."""
        try:
            while True:
                interview = await self._interviews.get(id)
                if len(interview.messages) > length or not interview.awaits_interviewer:
                    return await recorded_reply(self._interviews, interview, length)
                reply = self._hurried(interview, deadline)
                await reply.wait(deadline, OVERLOADED_SECONDS)
                if isinstance(reply.result, Reply) and reply.length == length:
                    return reply.result
        except LogUnavailable as error:
            raise ReplyNotRecorded(id, error) from error

    async def with_reply_recorded(self, id: str, length: int, deadline: Deadline) -> Interview:
        """The interview, after the reply to its first `length` messages was recorded."""
        while True:
            interview = await self._interviews.get(id)
            if len(interview.messages) > length or not interview.awaits_interviewer:
                return interview
            await self._hurried(interview, deadline).wait(deadline, OVERLOADED_SECONDS)

    async def at_rest(self, id: str, deadline: Deadline) -> Interview:
        """The interview, after the reply that it may wait for. If somebody sees that reply come, it
        is not hurried, and may still be under way at the deadline."""
        interview = await self._interviews.get(id)
        under_way = self._replies.to(id) or await self._watched_elsewhere(interview)
        if under_way is None or under_way.of_summary or not under_way.is_watched:
            return await self.with_reply_recorded(id, len(interview.messages), deadline)
        with suppress(LogUnavailable):
            await under_way.wait(deadline)
        return await self._interviews.get(id)

    async def _watched_elsewhere(self, interview: Interview) -> ReplyUnderWay[Result] | None:
        """The reply that somebody sees come at another gateway, to be followed."""
        assert interview.id is not None
        other = await self._claimant.elsewhere(interview.id) if self._claimant else None
        if other is None or not other.doing.is_watched or other.claim.of_summary:
            return None
        under_way = self._replies.to(interview.id) or self._begin(interview, self._new_patience())
        under_way.begin_watch()
        return under_way

    async def sum_up(self, id: str, deadline: Deadline) -> Summary:
        """A summary of the interview as it stands; the recorded one, if nothing was said since."""
        while True:
            interview = await self._interviews.get(id)
            summary = await recorded_summary(self._interviews, interview)
            if summary is not None:
                return summary
            reply = self._hurried(interview, deadline, of_summary=True)
            await reply.wait(deadline, OVERLOADED_SECONDS)
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
        try:
            return await self._listening_to(id, length, deadline)
        except LogUnavailable as error:
            raise ReplyNotRecorded(id, error) from error

    async def _listening_to(self, id: str, length: int, deadline: Deadline) -> Listening:
        while True:
            interview = await self._interviews.get(id)
            if len(interview.messages) > length:
                reply = await recorded_reply(self._interviews, interview, length)
                return self._recorded(reply, is_known=False)
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
        summary = await recorded_summary(self._interviews, interview)
        if summary is not None:
            return self._recorded(summary, is_known=False)
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
        happenings: Happenings[Result] = Happenings(self._replies.ids)
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
        if under_way is None:
            of_summary = await self._is_summed_up_elsewhere(interview)
            if of_summary or interview.awaits_interviewer:
                under_way = self._begin(interview, self._new_patience(), of_summary=of_summary)
        if under_way is not None:
            return under_way.join(last_id)
        newest: Result | None = await recorded_summary(self._interviews, interview)
        if newest is None:
            length = len(interview.messages) - 1
            newest = await recorded_reply(self._interviews, interview, length)
        return self._recorded(newest, is_known=True)

    async def _is_summed_up_elsewhere(self, interview: Interview) -> bool:
        """Whether another gateway makes a summary of the interview as it stands."""
        assert interview.id is not None
        if self._claimant is None or interview.awaits_interviewer or interview.summary is not None:
            return False
        other = await self._claimant.elsewhere(interview.id)
        return other is not None and other.claim.of_summary

    async def stop_waiting(self, id: str) -> bool:
        """Let the reply under way end with what it has, wherever it is made; whether there is
        one."""
        if self._stop_here(id):
            return True
        return self._claimant is not None and await self._claimant.stop(id)

    def end_reply(self, id: str) -> None:
        """End what is under way here for an interview that is forgotten. Elsewhere the forgetting
        itself has ended the claim."""
        self._stop_here(id)

    def _stop_here(self, id: str) -> bool:
        under_way = self._replies.to(id)
        if under_way is not None:
            under_way.patience.stop()
        return under_way is not None

    def _begin(
        self, interview: Interview, patience: Patience, *, of_summary: bool = False
    ) -> ReplyUnderWay[Result]:
        assert interview.id is not None
        if of_summary:
            self._admit()
        reply: ReplyUnderWay[Result] = ReplyUnderWay(
            interview.id,
            len(interview.messages),
            patience,
            of_summary=of_summary,
            ids=self._replies.ids,
        )
        make = self._maker.sum_up if of_summary else self._maker.reply
        if self._claimant is None:
            return self._replies.begin(reply, make)
        return self._replies.begin(reply, partial(self._claimant.make_once, make))

    def _recorded(self, result: Result, *, is_known: bool) -> Listening:
        """The happenings of what is in the log already, as `recorded` gives them."""
        return recorded(result.text, result, self._replies.ids, is_known=is_known).from_start()
