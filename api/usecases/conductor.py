"""Conducts interviews: each move is decided, appended to the log, and only then answered.

A move of the candidate's has two halves. First it is *claimed*: the posted session is
checked against the log and the answer appended. Then the interviewer's reply is *fetched*:
a backend is asked and its words appended. The answer is on disk before any backend is
asked, the reply before the client sees it. A gateway that dies in between leaves an
interview that takes the same post again and goes on. Where there is no backend to ask, the
built-in templates answer at once, and both halves are one append.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import uuid4

from api.usecases.interviews import Interviews, settle
from api.usecases.refusals import (
    AlreadyComplete,
    InterviewForgotten,
    ReplyNotRecorded,
    SessionConflict,
    UnknownInterview,
)
from api.usecases.turns import StillTaken, Turns
from backends.chain import Chain
from backends.chain import Reply as Said
from backends.deadline import Deadline
from backends.turn import Turn
from eventlog.errors import LogUnavailable, NotAsLogged, VersionConflict
from eventlog.protocol import EventLog
from eventlog.records import Record
from statemachine.commands import give_answer, give_summary, take_reply
from statemachine.events import (
    Event,
    Fork,
    InterviewStarted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.interview import Interview, evolve, rebuild
from statemachine.session import Config, Session
from statemachine.verdict import Judgement, Verdict, is_held, judge

logger = logging.getLogger(__name__)

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


class Conductor:
    """Starts interviews, takes answers and sums up.

    `choose_model` gives the model for the one that was asked for, or raises UnknownModel;
    `begin` what an interview starts with. `now` gives the time that events are recorded with;
    `reply_seconds` is the budget of each reply. With `strict`, a session that the log does not
    know is refused.
    """

    def __init__(
        self,
        log: EventLog,
        chain: Chain,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        begin: Callable[[Config], InterviewStarted],
        *,
        now: Callable[[], datetime],
        reply_seconds: float,
        strict: bool,
    ) -> None:
        self._log = log
        self._interviews = Interviews(log, now)
        self._chain = chain
        self._choose_model = choose_model
        self._begin_with = begin
        self._reply_seconds = reply_seconds
        self._strict = strict
        self._turns = Turns()

    async def start(self, asked: Config, interview_id: str | None = None) -> Reply:
        """A new interview's session, with its first question; a model that is not asked for
        is chosen.

        With an `interview_id` of the client's own the start can be posted again after a
        lost reply: it gives the same session. Raises UnknownModel, SessionConflict when the
        id is another interview's, InterviewForgotten, LogUnavailable or ReplyNotRecorded.
        """
        deadline = Deadline.after(self._reply_seconds)
        begun = await settle(lambda: self._begun(interview_id, asked, deadline), deadline)
        _check_same_start(begun, asked)
        assert begun.id is not None
        length = len(begun.messages) - begun.questions_asked
        return await self._fetch_reply(begun.id, length, deadline)

    async def respond(self, posted: Session, answer: str) -> Reply:
        """The session after `answer` and the interviewer's reply to it.

        Raises IllegalSession, SessionConflict, AlreadyComplete, UnknownInterview (strict),
        InterviewForgotten, LogUnavailable (the answer was not taken) or ReplyNotRecorded (it was).
        """
        deadline = Deadline.after(self._reply_seconds)
        await self._check_legal(posted)
        interview_id = await self._claim(posted, answer, deadline)
        return await self._fetch_reply(interview_id, len(posted.messages) + 1, deadline)

    async def sum_up(self, posted: Session) -> Summary:
        """A summary of the interview as it stands; the same one while nothing more is said.

        Raises as `respond` does, but for AlreadyComplete.
        """
        deadline = Deadline.after(self._reply_seconds)
        await self._check_legal(posted)
        interview_id = await self._claim(posted, None, deadline)
        async with self._turn_of(interview_id, deadline.left() + LAST_SECONDS):
            # What is said meanwhile belongs into the summary, which is then asked for again.
            return await settle(lambda: self._summed_up(interview_id, deadline), deadline)

    # The candidate's half of a move

    async def _check_legal(self, posted: Session) -> None:
        """Raises IllegalSession where `posted` is a state of no interview. One that the log holds
        word for word is what its events made."""
        if posted.interview_id is not None:
            interview = await self._log.interview(posted.interview_id)
            if interview is not None and is_held(posted, interview):
                return
        rebuild(posted)

    async def _claim(self, posted: Session, answer: str | None, deadline: Deadline) -> str:
        """The id of the interview that `posted` is a state of, with `answer` in the log."""
        id = posted.interview_id
        if id is not None:
            return await settle(lambda: self._claim_by_id(id, posted, answer, deadline), deadline)
        # Without an id, two posts of a session that nobody knows must not both adopt it.
        async with self._turn_of(posted.fingerprint().hex(), deadline.left()):
            return await settle(lambda: self._claim_by_words(posted, answer, deadline), deadline)

    async def _claim_by_id(
        self, id: str, posted: Session, answer: str | None, deadline: Deadline
    ) -> str:
        interview = await self._interviews.find(id)
        if interview is None:
            return await self._adopt(posted, answer)
        judgement = judge(posted, interview, answer)
        if judgement.verdict is Verdict.CURRENT:
            return await self._take(interview, answer, deadline)
        if judgement.verdict is not Verdict.REPEATED:
            await self._refuse(posted, interview, judgement, deadline)
        return id

    async def _claim_by_words(self, posted: Session, answer: str | None, deadline: Deadline) -> str:
        """The same of a session that is found by its words, so that they are the log's own. Where
        the interview says others, it is being moved on, or forgotten, while we look."""
        found = await self._locate(posted, answer)
        if found is None:
            return await self._adopt(posted, answer)
        interview = await self._found(found)
        verdict = judge(posted, interview, answer).verdict
        if verdict is Verdict.CURRENT:
            return await self._take(interview, answer, deadline)
        if verdict is not Verdict.REPEATED:
            raise VersionConflict(
                f"interview {found} is at version {interview.version}, and is found by words that "
                "it does not stand at"
            )
        return found

    async def _found(self, id: str) -> Interview:
        """An interview that the log found by words. Raises VersionConflict where it has none."""
        try:
            return await self._interviews.get(id)
        except (InterviewForgotten, UnknownInterview) as gone:
            raise VersionConflict(
                f"interview {id} is found by words, and there are none of it"
            ) from gone

    async def _locate(self, posted: Session, answer: str | None) -> str | None:
        """The interview that a session without an id belongs to; None where none does, or
        where all that stood there have moved on by other answers."""
        # Who stands there is looked up before who has moved on: one that moves in between is
        # then seen to have moved, and not taken for nobody.
        at_head = await self._log.find_head(posted.fingerprint())
        moved = None
        if answer is not None:
            moved = await self._log.find(posted.move_fingerprint(answer))
        if moved is not None:
            interview = await self._found(moved.interview_id)
            if judge(posted, interview, answer).verdict is Verdict.CURRENT:
                return moved.interview_id  # this very move, interrupted or under way
        if at_head is not None:
            return at_head
        return moved.interview_id if moved else None

    async def _take(self, interview: Interview, answer: str | None, deadline: Deadline) -> str:
        assert interview.id is not None
        if answer is None or interview.pending_answer is not None:
            return interview.id
        if interview.is_complete:
            raise AlreadyComplete(
                "This interview is complete and takes no more answers. Ask for its summary, or "
                "start a new interview.",
                Verdict.CURRENT,
                None,
                interview.session,
            )
        moves = await self._with_reply(interview.id, interview, give_answer(answer), deadline)
        await self._interviews.append(interview.id, interview.version, *moves)
        return interview.id

    async def _adopt(self, posted: Session, answer: str | None) -> str:
        """Take on a session that the log does not know, under its own id if it has one."""
        if self._strict:
            raise UnknownInterview(
                "The log does not know this session, and this gateway takes on no others "
                "(STRICT_SESSIONS). Start a new interview."
            )
        if posted.is_complete and answer is not None:
            raise AlreadyComplete(
                "This interview is complete and takes no more answers. Start a new interview.",
                Verdict.UNKNOWN,
                None,
                posted,
            )
        id = posted.interview_id or str(uuid4())
        seen = await self._log.find(posted.fingerprint())
        fork = Fork(interview_id=seen.interview_id, version=seen.version) if seen else None
        adopted = SessionAdopted(
            session=posted.model_copy(update={"interview_id": id}), forked_from=fork
        )
        moves = [adopted] if answer is None else [adopted, give_answer(answer)]
        await self._interviews.append(id, 0, *moves)
        logger.info("Adopted a session that the log does not know as interview %s", id)
        return id

    async def _refuse(
        self, posted: Session, interview: Interview, judgement: Judgement, deadline: Deadline
    ) -> NoReturn:
        assert interview.id is not None
        assert judgement.place is not None
        if judgement.verdict is Verdict.DIFFERS:
            refused = SessionRefused(place=judgement.place, fingerprint=posted.fingerprint().hex())
            await self._interviews.append_to(interview.id, lambda _: refused, deadline)
            detail = (
                f"The session says other than the log at {judgement.place}. Go on from the "
                "`session` given here."
            )
        else:
            # The reply may still be missing; the client is to go on from a whole session.
            interview = await self._made_whole(interview.id, deadline)
            detail = (
                f"The interview has moved on: the log says other words at {judgement.place}. "
                "Go on from the `session` given here."
            )
        raise SessionConflict(detail, judgement.verdict, judgement.place, interview.session)

    async def _begun(
        self, interview_id: str | None, asked: Config, deadline: Deadline
    ) -> Interview:
        """The interview that was begun with this id; else a new one."""
        begun = await self._interviews.find(interview_id) if interview_id else None
        if begun is not None:
            return begun
        id = interview_id or str(uuid4())
        config = asked.model_copy(update={"model": await self._choose_model(asked.model)})
        moves = await self._with_reply(id, None, self._begin_with(config), deadline)
        return (await self._interviews.append(id, 0, *moves)).interview

    # The interviewer's half of a move

    async def _fetch_reply(self, id: str, length: int, deadline: Deadline) -> Reply:
        """The interviewer's reply to the first `length` messages, which is in the log then.
        Raises ReplyNotRecorded: those messages are in it all the same."""
        try:
            interview = await self._interviews.get(id)
            if len(interview.messages) <= length:
                interview = await self._made_whole(id, deadline)
            if len(interview.messages) <= length:
                raise NotAsLogged(f"interview {id} has lost words that it just held")
            record = await self._interviews.record(id, interview.said_at[length])
            return Reply(interview.session_at(length + 1), record)
        except LogUnavailable as error:
            raise ReplyNotRecorded(
                f"What you sent is in the log, as interview {id}; the reply to it is not, "
                f"because {error}. Post the same again to go on (a start with this interviewId)."
            ) from error

    async def _made_whole(self, id: str, deadline: Deadline) -> Interview:
        """The interview with no reply missing. Whoever comes while the interviewer is being
        asked waits for the same words."""
        async with self._turn_of(id, deadline.left() + LAST_SECONDS):
            interview = await self._interviews.get(id)
            if interview.awaits_interviewer:
                interview = await self._speak(interview, deadline)
            return interview

    async def _with_reply(
        self, id: str, interview: Interview | None, move: Event, deadline: Deadline
    ) -> list[Event]:
        """The candidate's move, and the reply to it where nobody need be waited for: then both
        share a commit."""
        if not self._chain.asks_nobody:
            return [move]
        after = evolve(interview, move, id=id)
        reply = await self._ask(after, deadline)
        return [move, take_reply(after, reply.text, closes=reply.closes, origin=reply.origin)]

    async def _speak(self, interview: Interview, deadline: Deadline) -> Interview:
        assert interview.id is not None
        reply = await self._ask(interview, deadline)
        return await self._interviews.append_to(
            interview.id,
            lambda now: take_reply(now, reply.text, closes=reply.closes, origin=reply.origin),
            deadline,
        )

    async def _ask(self, interview: Interview, deadline: Deadline) -> Said:
        session = await self._for_backends(interview.session)
        return await self._chain.speak(Turn(session, interview.pending_answer), deadline)

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

    async def _for_backends(self, session: Session) -> Session:
        """The session as backends get it: one without a model is held with the chosen one."""
        if session.config.model is not None:
            return session
        model = await self._choose_model(None)
        config = session.config.model_copy(update={"model": model})
        return session.model_copy(update={"config": config})

    @asynccontextmanager
    async def _turn_of(self, name: str, within: float) -> AsyncIterator[None]:
        """Act alone on what has this name. Raises LogUnavailable where others take too long."""
        try:
            async with self._turns.taken(name, within):
                yield
        except StillTaken:
            raise LogUnavailable("the same, posted before, is still waiting for it") from None


def _check_same_start(begun: Interview, asked: Config) -> None:
    """Raises SessionConflict if `begun` did not begin as asked, or has gone on since."""
    config = begun.config
    is_same = (
        not begun.adopted
        and begun.answers_given == 0
        and config.role is asked.role
        and config.total_questions == asked.total_questions
        and asked.model in (None, config.model)
    )
    if not is_same:
        raise SessionConflict(
            "There is already another interview of this interviewId. Leave it out, or go on from "
            "the `session` given here.",
            Verdict.DIFFERS,
            "interviewId",
            begun.session,
        )
