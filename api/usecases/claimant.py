"""Where many gateways share a log, one of them makes each reply, and the others follow it.

Whoever makes a reply holds a claim on it (`eventlog.claims`). A gateway that is asked for a reply
which another one makes shows what that one shows, and passes on what its own callers wish. When the
claim ends, the reply is in the log; or else its holder has died, and this gateway takes over. It
begins with what had been shown, which becomes an event (`api.usecases.recovery`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from typing import Protocol

from api.usecases.interviews import LOOK_SECONDS, Interviews
from api.usecases.recovery import Recovery
from api.usecases.results import Result, recorded_reply, recorded_summary
from api.usecases.underway import ReplyUnderWay
from backends.deadline import Deadline
from backends.turn import Phase
from eventlog.claims import Claim, ClaimedElsewhere, ReplyClaims, Wish
from eventlog.errors import ClaimLost, LogUnavailable

logger = logging.getLogger(__name__)

Make = Callable[[ReplyUnderWay[Result]], Awaitable[Result]]

RENEW_SECONDS = 0.5
"""How often claims are renewed, and the wishes of other gateways heard."""

FOLLOW_SECONDS = 0.2
"""How often it is looked at what another gateway shows, while somebody here waits for it."""

UNHEARD_SECONDS = 1.0
"""How often, while nobody does."""


class News(Protocol):
    """Tells the gateways that follow a reply that there is more to see of it. It may tell too
    often, or never: then a look in time finds it."""

    def tell(self, interview_id: str) -> None:
        """There is more to see of this interview's reply."""
        ...

    async def wait(self, interview_id: str, seconds: float) -> None:
        """Until there is news of the interview's reply, or for `seconds`."""
        ...


class Polling:
    """Knows of no news, so that a look comes when it is time for one."""

    def tell(self, interview_id: str) -> None:
        pass

    async def wait(self, interview_id: str, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Held:
    """A reply that this gateway makes, and the task that does."""

    def __init__(self, reply: ReplyUnderWay[Result], making: asyncio.Task[Result]) -> None:
        self.reply = reply
        self.making = making
        self.is_lost = False

    def lose(self) -> None:
        self.is_lost = True
        self.making.cancel()


class Claimant:
    """Makes each reply once among all gateways, by the `claims` of this one."""

    def __init__(
        self,
        claims: ReplyClaims,
        interviews: Interviews,
        recovery: Recovery,
        news: News,
    ) -> None:
        self._claims = claims
        self._interviews = interviews
        self._recovery = recovery
        self._news = news
        self._held: dict[str, _Held] = {}
        self._renewing: asyncio.Task[None] | None = None

    async def make_once(self, make: Make, reply: ReplyUnderWay[Result]) -> Result:
        """What `make` makes of the reply, or what another gateway has made of it. Raises as `make`
        does, and LogUnavailable."""
        while True:
            reply.made_here = False  # nothing of it is kept as ours before it is
            taken = await self._claims.take(_claim_on(reply))
            if taken is None:
                await self._follow(reply)
            else:
                self._recovery.go_on_from(reply.interview_id, taken.left)
                try:
                    return await self._hold(make, reply)
                except ClaimLost:
                    self._give_up(reply)
            result = await self._recorded(reply)
            if result is not None:
                reply.show_recorded(result.text)
                return result

    async def elsewhere(self, interview_id: str) -> ClaimedElsewhere | None:
        """The reply that another gateway makes in this interview, if one does."""
        return await self._claims.elsewhere(interview_id)

    async def stop(self, interview_id: str) -> bool:
        """Let what another gateway makes end with what it has; whether one makes anything."""
        return await self._claims.wish(interview_id, Wish(is_stopped=True))

    @asynccontextmanager
    async def holding(self, key: str, deadline: Deadline) -> AsyncIterator[None]:
        """Do alone among all gateways what has this key. Raises LogUnavailable if it is not free by
        the deadline."""
        # The key may be made of words, which have no business among the claims.
        claim = Claim(sha256(key.encode()).hexdigest(), 0, of_summary=False)
        while await self._claims.take(claim) is None:
            if not deadline.left():
                raise LogUnavailable("another gateway is still at work on the same request")
            await asyncio.sleep(LOOK_SECONDS)
        try:
            yield
        finally:
            with suppress(LogUnavailable):  # it ends by itself
                await self._claims.release(claim.interview_id)

    # As the holder

    async def _hold(self, make: Make, reply: ReplyUnderWay[Result]) -> Result:
        """Make the reply. Raises ClaimLost if another gateway has taken it over."""
        reply.made_here = True
        making = asyncio.ensure_future(make(reply))
        held = self._held[reply.interview_id] = _Held(reply, making)
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew(), name="claims on replies")
        try:
            return await making
        except asyncio.CancelledError:
            if held.is_lost and not _is_cancelled():
                raise ClaimLost from None
            raise
        finally:
            if self._held.get(reply.interview_id) is held:
                del self._held[reply.interview_id]
            with suppress(LogUnavailable):  # it ends by itself
                await self._claims.release(reply.interview_id)
            self._news.tell(reply.interview_id)

    def _give_up(self, reply: ReplyUnderWay[Result]) -> None:
        """Another gateway goes on with the reply, and may not know all that was shown here."""
        logger.warning("Another gateway goes on with a reply in interview %s", reply.interview_id)
        draft = reply.draft()
        if draft is not None:
            self._recovery.hand_over(draft)

    async def _renew(self) -> None:
        """Renew the claims while there are any, all at once."""
        try:
            while self._held:
                await asyncio.sleep(RENEW_SECONDS)
                # The append of a settled reply ends its claim, which must not be made again.
                held = {id: one for id, one in self._held.items() if not one.reply.is_settled}
                if held:
                    await self._renew_all(held)
        finally:
            self._renewing = None

    async def _renew_all(self, held: dict[str, _Held]) -> None:
        try:
            wishes = await self._claims.renew(
                {_claim_on(one.reply): one.reply.doing() for one in held.values()}
            )
        except LogUnavailable:  # what the claims guard cannot be written either
            return
        for id, one in held.items():
            if self._held.get(id) is not one or one.reply.is_settled:
                continue
            wish = wishes.get(_claim_on(one.reply))
            if wish is None:
                one.lose()
            else:
                _grant(wish, one.reply)

    # As one of the others

    async def _follow(self, reply: ReplyUnderWay[Result]) -> None:
        """Show what another gateway shows of the reply, until none has a claim."""
        news = asyncio.Event()
        reply.patience.changed = news.set
        told = Wish()
        try:
            while (other := await self._look(reply)) is not None:
                wish = _wish_of(reply, other.claim)
                if wish != told:
                    with suppress(LogUnavailable):
                        await self._claims.wish(reply.interview_id, _from_now(wish))
                        told = wish
                _show(reply, other)
                is_heard = reply.happenings.listeners or not reply.is_watched
                await self._wait(reply, news, FOLLOW_SECONDS if is_heard else UNHEARD_SECONDS)
        finally:
            reply.patience.changed = lambda: None

    async def _look(self, reply: ReplyUnderWay[Result]) -> ClaimedElsewhere | None:
        """The claim of another gateway. While the storage cannot be used, it is waited for as long
        as for the reply itself; then the holder may make a claim again that the storage forgot."""
        try:
            return await self._claims.elsewhere(reply.interview_id)
        except LogUnavailable:
            if reply.patience.is_over(has_words=True):
                raise
        await asyncio.sleep(2 * RENEW_SECONDS)
        return await self._look(reply)

    async def _wait(
        self, reply: ReplyUnderWay[Result], news: asyncio.Event, seconds: float
    ) -> None:
        """Until there is something new to show or to wish, or for `seconds`."""
        waiting = [
            asyncio.ensure_future(self._news.wait(reply.interview_id, seconds)),
            asyncio.ensure_future(news.wait()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            news.clear()
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _recorded(self, reply: ReplyUnderWay[Result]) -> Result | None:
        """What the log has of the reply. Raises InterviewForgotten."""
        interview = await self._interviews.get(reply.interview_id)
        if reply.of_summary:
            is_due = interview.awaits_interviewer
            return None if is_due else await recorded_summary(self._interviews, interview)
        if len(interview.messages) <= reply.length:
            return None
        return await recorded_reply(self._interviews, interview, reply.length)


def _claim_on(reply: ReplyUnderWay[Result]) -> Claim:
    return Claim(reply.interview_id, reply.length, reply.of_summary)


def _grant(wish: Wish, reply: ReplyUnderWay[Result]) -> None:
    """Let the reply be as those wish who wait for it at other gateways."""
    if wish.is_watched:
        reply.begin_watch()
    patience = reply.patience
    if wish.is_stopped and not patience.is_stopped:
        patience.stop()
    if wish.seconds_left is not None:
        wanted = Deadline.after(wish.seconds_left)
        # The same wish comes back each time.
        if patience.waits_for_loading or wanted.at < patience.deadline.at - RENEW_SECONDS:
            patience.hurry(wanted)


def _wish_of(reply: ReplyUnderWay[Result], other: Claim) -> Wish:
    """What to ask of the holder of the claim `other`, for those who wait for `reply` here. Its
    `seconds_left` is the moment itself, so that the same wish is told once."""
    if other.of_summary != reply.of_summary:
        # A summary under way does not cover the answer whose reply is waited for. A reply belongs
        # into the summary, which comes after it.
        return Wish(is_stopped=other.of_summary or reply.patience.is_stopped)
    if other.length < reply.length and not other.of_summary:
        return Wish(is_stopped=True)  # its reply is in the log, and it has not noticed
    patience = reply.patience
    return Wish(
        is_watched=reply.is_watched,
        is_stopped=patience.is_stopped,
        seconds_left=None if patience.waits_for_loading else patience.deadline.at,
    )


def _from_now(wish: Wish) -> Wish:
    """The wish, with the seconds that are left now."""
    if wish.seconds_left is None:
        return wish
    left = Deadline(wish.seconds_left).left()
    return Wish(wish.is_watched, wish.is_stopped, left)


def _show(reply: ReplyUnderWay[Result], other: ClaimedElsewhere) -> None:
    doing = other.doing
    if doing.phase:
        reply.tell(Phase(doing.phase), doing.backend, doing.model)
    claim, draft = other.claim, other.draft
    is_same = claim.of_summary == reply.of_summary and claim.length == reply.length
    if is_same and draft is not None and draft.shown:
        reply.show(draft.shown, draft.backend, draft.model)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
