"""The candidate's half of a move: what is posted is checked against the log, and what is new of it
is appended."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn
from uuid import uuid4

from api.usecases.callers import Caller
from api.usecases.claimant import Claimant
from api.usecases.errors import (
    AlreadyComplete,
    InterviewForgotten,
    NotOwnInterview,
    SessionConflict,
    UnknownInterview,
    UnknownSession,
)
from api.usecases.interviewer import Interviewer
from api.usecases.interviews import Interviews, settle
from api.usecases.locks import KeyedLocks
from api.usecases.observing import Observer
from api.usecases.ownership import OwnInterviews
from api.usecases.replymaker import ReplyMaker
from api.usecases.results import Reply, reply_in
from backends.deadline import Deadline
from eventlog.errors import VersionConflict
from eventlog.protocol import ConductingLog
from statemachine.brief import Brief
from statemachine.commands import give_answer
from statemachine.events import Fork, InterviewStarted, SessionAdopted, SessionRefused
from statemachine.interview import Interview, rebuild
from statemachine.session import Config, Session
from statemachine.verdict import Judgement, Verdict, judge, was_issued

logger = logging.getLogger(__name__)

CheckRole = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Claimed:
    """The interview that a post belongs to, and the reply to its answer, if both are recorded in
    one append."""

    id: str
    reply: Reply | None = None


class Candidate:
    """Takes what candidates post.

    `choose_model` gives the model for the one that was asked for, or raises UnknownModel;
    `check_role` raises UnknownRole for a role that is none, which stands in a field;
    `begin` what an interview starts with, from its set-up, its brief and who started it. With
    `strict`, a session that the log does not know is refused. `admit` is called before anything new
    is appended, and raises what refuses it. With a `claimant`, other gateways share the log.
    """

    def __init__(
        self,
        log: ConductingLog,
        interviews: Interviews,
        locks: KeyedLocks,
        interviewer: Interviewer,
        maker: ReplyMaker,
        choose_model: Callable[[str | None], Awaitable[str | None]],
        check_role: CheckRole,
        begin: Callable[[Config, Brief | None, str | None], InterviewStarted],
        admit: Callable[[], None],
        claimant: Claimant | None,
        *,
        strict: bool,
        observer: Observer,
    ) -> None:
        self._log = log
        self._own = OwnInterviews(log)
        self._interviews = interviews
        self._locks = locks
        self._interviewer = interviewer
        self._maker = maker
        self._choose_model = choose_model
        self._check_role = check_role
        self._begin_with = begin
        self._admit = admit
        self._claimant = claimant
        self._strict = strict
        self._observer = observer

    async def begin(
        self,
        caller: Caller,
        asked: Config,
        brief: Brief | None,
        interview_id: str | None,
        deadline: Deadline,
    ) -> tuple[Interview, Reply | None]:
        """The interview that was begun with this id; else a new one. And its first question, if
        both are recorded in one append.

        Raises UnknownRole, UnknownModel, SessionConflict, NotOwnInterview, InterviewForgotten or
        LogUnavailable.
        """
        if interview_id is not None:
            interview_id = await self._own.to_begin(interview_id, caller)
        with self._observer.claiming():
            begun, reply = await settle(
                lambda: self._begun(caller, interview_id, asked, brief, deadline), deadline
            )
        if caller.owner not in (None, begun.started_by):
            raise NotOwnInterview
        _check_same_start(begun, asked, brief)
        return begun, reply

    async def claim(
        self, caller: Caller, posted: Session, answer: str | None, deadline: Deadline
    ) -> Claimed:
        """The interview that `posted` is a state of, with `answer` in the log.

        Raises IllegalSession, UnknownRole, SessionConflict, AlreadyComplete, UnknownSession,
        NotOwnInterview, InterviewForgotten or LogUnavailable.
        """
        with self._observer.claiming():
            return await self._claim(caller, posted, answer, deadline)

    async def _claim(
        self, caller: Caller, posted: Session, answer: str | None, deadline: Deadline
    ) -> Claimed:
        if posted.interview_id is not None:
            # First of all: how anything that follows ends may tell what others have.
            id = await self._own.get(posted.interview_id, caller)
            if id != posted.interview_id:
                posted = posted.model_copy(update={"interview_id": id})
            return await settle(
                lambda: self._claim_by_id(caller, id, posted, answer, deadline), deadline
            )
        rebuild(posted)
        # Without an id, two posts of a session that nobody knows must not both adopt it.
        place = f"{posted.fingerprint().hex()} {caller.owner or ''}"
        async with self._locks.holding(place, deadline.left()):
            return await settle(
                lambda: self._claim_by_words(caller, posted, answer, place, deadline), deadline
            )

    async def _begun(
        self,
        caller: Caller,
        interview_id: str | None,
        asked: Config,
        brief: Brief | None,
        deadline: Deadline,
    ) -> tuple[Interview, Reply | None]:
        begun = await self._interviews.find(interview_id) if interview_id else None
        if begun is not None:
            return begun, None
        self._admit()
        id = interview_id or str(uuid4())
        config = asked.model_copy(update={"model": await self._choose_model(asked.model)})
        started = self._begin_with(config, brief, caller.subject)
        appended = await self._maker.move_and_reply(id, None, started, deadline)
        return appended.interview, reply_in(appended)

    async def _claim_by_id(
        self, caller: Caller, id: str, posted: Session, answer: str | None, deadline: Deadline
    ) -> Claimed:
        interview = await self._interviews.find(id)
        # One that the log holds word for word is what its events made.
        if interview is None or not was_issued(posted, interview):
            rebuild(posted)
        if interview is None:
            return await self._adopt(caller, posted, answer)
        judgement = judge(posted, interview, answer)
        if judgement.verdict is Verdict.CURRENT:
            return await self._take(interview, answer, deadline)
        if judgement.verdict is not Verdict.REPEATED:
            await self._refuse(posted, interview, judgement, deadline)
        return Claimed(id)

    async def _claim_by_words(
        self,
        caller: Caller,
        posted: Session,
        answer: str | None,
        place: str,
        deadline: Deadline,
    ) -> Claimed:
        """As `_claim_by_id`, for a session that is found by its words. They are the log's own words
        then: if the interview has others, somebody moves it on, or forgets it, meanwhile."""
        found = await self._locate(caller, posted, answer)
        if found is None:
            return await self._adopt_once(caller, posted, answer, place, deadline)
        interview = await self._found(found)
        verdict = judge(posted, interview, answer).verdict
        if verdict is Verdict.CURRENT:
            return await self._take(interview, answer, deadline)
        if verdict is not Verdict.REPEATED:
            raise VersionConflict(
                f"interview {found} is at version {interview.version}, and is found by words that "
                "it does not stand at"
            )
        return Claimed(found)

    async def _found(self, id: str) -> Interview:
        """An interview that the log found by words. Raises VersionConflict where it has none."""
        try:
            return await self._interviews.get(id)
        except (InterviewForgotten, UnknownInterview) as gone:
            raise VersionConflict(
                f"interview {id} is found by words, and there are none of it"
            ) from gone

    async def _locate(self, caller: Caller, posted: Session, answer: str | None) -> str | None:
        """The interview that a session without an id belongs to, of those that the caller can see;
        None where none does, or where all that stood there have moved on by other answers."""
        # Who stands there is looked up before who has moved on: one that moves in between is
        # then seen to have moved, and not taken for nobody.
        standing = await self._log.find_current(posted.fingerprint(), caller.owner)
        moved = None
        if answer is not None:
            moved = await self._log.find(posted.move_fingerprint(answer), caller.owner)
        if moved is not None:
            interview = await self._found(moved.interview_id)
            if judge(posted, interview, answer).verdict is Verdict.CURRENT:
                return moved.interview_id  # this very move, interrupted or under way
        if standing is not None:
            return standing
        return moved.interview_id if moved else None

    async def _take(self, interview: Interview, answer: str | None, deadline: Deadline) -> Claimed:
        assert interview.id is not None
        if answer is None or interview.pending_answer is not None:
            return Claimed(interview.id)
        if interview.is_complete:
            raise AlreadyComplete(
                "This interview is complete, so it takes no more answers. Ask for its summary, or "
                "start a new interview.",
                Verdict.CURRENT,
                None,
                interview.session,
            )
        self._admit()
        appended = await self._maker.move_and_reply(
            interview.id, interview, give_answer(answer), deadline
        )
        return Claimed(interview.id, reply_in(appended))

    async def _adopt_once(
        self,
        caller: Caller,
        posted: Session,
        answer: str | None,
        place: str,
        deadline: Deadline,
    ) -> Claimed:
        """As `_adopt`, for a session without an id, which another gateway may adopt now, too.
        Raises VersionConflict if one has."""
        if self._claimant is None:
            return await self._adopt(caller, posted, answer)
        async with self._claimant.holding(place, deadline):
            found = await self._locate(caller, posted, answer)
            if found is not None:
                raise VersionConflict(f"interview {found} was begun meanwhile")
            return await self._adopt(caller, posted, answer)

    async def _adopt(self, caller: Caller, posted: Session, answer: str | None) -> Claimed:
        """Take on a session that the log does not know, under its own id if it has one. A candidate
        can only branch off its own interviews."""
        seen = await self._log.find(posted.fingerprint(), caller.owner)
        if seen is None and caller.owner is not None:
            raise NotOwnInterview
        if self._strict:
            raise UnknownSession
        await self._check_role(posted.config.role, "session.config.role")
        if posted.is_complete and answer is not None:
            raise AlreadyComplete(
                "This interview is complete, so it takes no more answers. Start a new interview.",
                Verdict.UNKNOWN,
                None,
                posted,
            )
        self._admit()
        id = posted.interview_id or str(uuid4())
        fork = Fork(interview_id=seen.interview_id, version=seen.version) if seen else None
        adopted = SessionAdopted(
            session=posted.model_copy(update={"interview_id": id}),
            forked_from=fork,
            started_by=caller.subject,
        )
        moves = [adopted] if answer is None else [adopted, give_answer(answer)]
        await self._interviews.append(id, 0, *moves)
        logger.info("Adopted a session that the log does not know as interview %s", id)
        return Claimed(id)

    async def _refuse(
        self, posted: Session, interview: Interview, judgement: Judgement, deadline: Deadline
    ) -> NoReturn:
        assert interview.id is not None
        assert judgement.place is not None
        if judgement.verdict is Verdict.DIFFERS:
            refused = SessionRefused(place=judgement.place, fingerprint=posted.fingerprint().hex())
            await self._interviews.append_to(interview.id, lambda _: refused, deadline)
            detail = (
                f"The session differs from the log at {judgement.place}. Continue with the "
                "`session` in this response."
            )
        else:
            # The reply may still be missing; the client is to go on from a whole session.
            interview = await self._interviewer.at_rest(interview.id, deadline)
            detail = (
                f"The interview has continued since this session: the log differs at "
                f"{judgement.place}. Continue with the `session` in this response."
            )
        raise SessionConflict(detail, judgement.verdict, judgement.place, interview.session)


def _check_same_start(begun: Interview, asked: Config, brief: Brief | None) -> None:
    """Raises SessionConflict if `begun` did not begin as asked, or has gone on since."""
    config = begun.config
    is_same = (
        not begun.adopted
        and begun.answers_given == 0
        and config.role == asked.role
        and config.total_questions == asked.total_questions
        and asked.model in (None, config.model)
        and _without_version(begun.brief) == _without_version(brief)
    )
    if not is_same:
        raise SessionConflict(
            "Another interview already has this interviewId. Leave the id out, or continue with "
            "the `session` in this response.",
            Verdict.DIFFERS,
            "interviewId",
            begun.session,
        )


def _without_version(brief: Brief | None) -> Brief | None:
    """The brief, whatever has been changed in its kit since."""
    return brief and brief.model_copy(update={"kit_version": None})
