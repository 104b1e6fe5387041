"""Conducts interviews: each move is decided, appended to the log, and only then answered.

A move of the candidate's has two halves. First it is *claimed*: the posted session is
checked against the log and the answer appended. Then the interviewer's reply is *fetched*:
a backend is asked and its words appended. The answer is on disk before any backend is
asked, the reply before the client sees it. A gateway that dies in between leaves an
interview that takes the same post again and goes on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import uuid4

from api.refusals import (
    AlreadyComplete,
    ReplyNotRecorded,
    SessionConflict,
    UnknownInterview,
)
from api.turns import Turns
from backends.chain import Chain
from backends.deadline import Deadline
from backends.templates import TemplatesBackend
from backends.turn import Turn
from eventlog.errors import LogUnavailable, VersionConflict
from eventlog.protocol import Appended, EventLog
from statemachine.commands import give_answer, give_summary, start_interview, take_reply
from statemachine.events import Event, Fork, SessionAdopted, SessionRefused, SummaryGiven
from statemachine.interview import Interview, rebuild
from statemachine.session import Config, Session
from statemachine.verdict import Judgement, Verdict, judge

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """A summary and when it was given, RFC 3339."""

    event: SummaryGiven
    config: Config
    given_at: str


class Conductor:
    """Starts interviews, takes answers and sums up.

    `now` gives the time that events are recorded with; `reply_seconds` is the budget of
    each reply. With `strict`, a session that the log does not know is refused.
    """

    def __init__(
        self,
        log: EventLog,
        chain: Chain,
        templates: TemplatesBackend,
        *,
        now: Callable[[], datetime],
        reply_seconds: float,
        strict: bool,
    ) -> None:
        self._log = log
        self._chain = chain
        self._templates = templates
        self._now = now
        self._reply_seconds = reply_seconds
        self._strict = strict
        self._turns = Turns()

    async def start(self, config: Config, interview_id: str | None = None) -> Session:
        """A new interview's session, with its first question.

        With an `interview_id` of the client's own the start can be posted again after a
        lost reply: it gives the same session. Raises SessionConflict when the id is
        another interview's, LogUnavailable.
        """
        deadline = Deadline.after(self._reply_seconds)
        id = interview_id or str(uuid4())
        try:
            started = start_interview(config, self._templates.prompt(config.role))
            before = len((await self._append(id, 0, started)).interview.messages)
        except VersionConflict:
            before = await self._check_same_start(id, config)
        interview = await self._fetch_reply(id, deadline)
        return interview.session_at(before + 1)

    async def respond(self, posted: Session, answer: str) -> Session:
        """The session after `answer` and the interviewer's reply to it.

        Raises IllegalSession, SessionConflict, AlreadyComplete, UnknownInterview (strict),
        LogUnavailable (the answer was not taken) or ReplyNotRecorded (it was).
        """
        deadline = Deadline.after(self._reply_seconds)
        rebuild(posted)
        interview_id = await self._claim(posted, answer, deadline)
        interview = await self._fetch_reply(interview_id, deadline)
        return interview.session_at(len(posted.messages) + 2)

    async def sum_up(self, posted: Session) -> Summary:
        """A summary of the interview as it stands; the same one while nothing more is said.

        Raises as `respond` does, but for AlreadyComplete.
        """
        deadline = Deadline.after(self._reply_seconds)
        rebuild(posted)
        interview_id = await self._claim(posted, None, deadline)
        async with self._turns[interview_id]:
            interview = await self._known(interview_id)
            if interview.summary is None:
                reply = await self._chain.sum_up(interview.session, deadline)
                interview = await self._append_to(
                    interview, lambda now: give_summary(now, reply.text, origin=reply.origin)
                )
            assert interview.summary is not None
            return await self._recorded_summary(interview_id, interview.summary, interview.config)

    # The candidate's half of a move

    async def _claim(self, posted: Session, answer: str | None, deadline: Deadline) -> str:
        """The id of the interview that `posted` is a state of, with `answer` in the log."""
        if posted.interview_id is not None:
            return await self._until_settled(posted.interview_id, posted, answer, deadline)
        # Without an id, two posts of a session that nobody knows must not both adopt it.
        async with self._turns[posted.fingerprint().hex()]:
            return await self._until_settled(None, posted, answer, deadline)

    async def _until_settled(
        self, id: str | None, posted: Session, answer: str | None, deadline: Deadline
    ) -> str:
        while True:
            try:
                return await self._settle(id, posted, answer, deadline)
            except VersionConflict:
                # Somebody moved the interview between our look and our append: look again.
                continue

    async def _settle(
        self, id: str | None, posted: Session, answer: str | None, deadline: Deadline
    ) -> str:
        found = id or await self._locate(posted, answer)
        interview = await self._log.interview(found) if found else None
        if found is None or interview is None:
            return await self._adopt(posted, answer)
        judgement = judge(posted, interview, answer)
        match judgement.verdict:
            case Verdict.REPEATED:
                return found
            case Verdict.CURRENT:
                return await self._take(interview, answer)
            case Verdict.BEHIND if id is None:
                # Only a session found by its words alone: it was overtaken since we looked.
                raise VersionConflict(found)
        await self._refuse(posted, interview, judgement, deadline)

    async def _locate(self, posted: Session, answer: str | None) -> str | None:
        """The interview that a session without an id belongs to; None where none does, or
        where all that stood there have moved on by other answers."""
        moved = None
        if answer is not None:
            moved = await self._log.find(posted.move_fingerprint(answer))
        if moved is not None:
            interview = await self._known(moved.interview_id)
            if judge(posted, interview, answer).verdict is Verdict.CURRENT:
                return moved.interview_id  # this very move, interrupted or under way
        at_head = await self._log.find_head(posted.fingerprint())
        if at_head is not None:
            return at_head
        return moved.interview_id if moved else None

    async def _take(self, interview: Interview, answer: str | None) -> str:
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
        await self._append(interview.id, interview.version, give_answer(answer))
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
        await self._append(id, 0, *moves)
        logger.info("Adopted a session that the log does not know as interview %s", id)
        return id

    async def _refuse(
        self, posted: Session, interview: Interview, judgement: Judgement, deadline: Deadline
    ) -> NoReturn:
        assert interview.id is not None
        assert judgement.place is not None
        if judgement.verdict is Verdict.DIFFERS:
            refused = SessionRefused(place=judgement.place, fingerprint=posted.fingerprint().hex())
            await self._append_to(interview, lambda _: refused)
            detail = (
                f"The session says other than the log at {judgement.place}. Go on from the "
                "`session` given here."
            )
        else:
            # The reply may still be missing; the client is to go on from a whole session.
            interview = await self._fetch_reply(interview.id, deadline)
            detail = (
                f"The interview has moved on: the log says other words at {judgement.place}. "
                "Go on from the `session` given here."
            )
        raise SessionConflict(detail, judgement.verdict, judgement.place, interview.session)

    async def _check_same_start(self, id: str, config: Config) -> int:
        """How many messages the interview that already has this id began with."""
        interview = await self._known(id)
        is_same = (
            not interview.adopted
            and interview.config.role is config.role
            and interview.config.total_questions == config.total_questions
            and interview.answers_given == 0
        )
        if not is_same:
            raise SessionConflict(
                "There is already another interview of this interviewId. Leave it out, or go on "
                "from the `session` given here.",
                Verdict.DIFFERS,
                "interviewId",
                interview.session,
            )
        return len(interview.messages) - interview.questions_asked

    # The interviewer's half of a move

    async def _fetch_reply(self, id: str, deadline: Deadline) -> Interview:
        """The interview with the interviewer's words in, who are asked for them if it is
        their turn. Whoever comes while they are asked waits for the same words."""
        async with self._turns[id]:
            interview = await self._known(id)
            if not interview.awaits_interviewer:
                return interview
            turn = Turn(interview.session, interview.pending_answer)
            reply = await self._chain.speak(turn, deadline)
            try:
                return await self._append_to(
                    interview,
                    lambda now: take_reply(
                        now, reply.text, closes=reply.closes, origin=reply.origin
                    ),
                )
            except LogUnavailable as error:
                raise ReplyNotRecorded(
                    f"What you sent is in the log; the reply is not, because {error}. Post the "
                    "same again to go on."
                ) from error

    async def _recorded_summary(self, id: str, summary: SummaryGiven, config: Config) -> Summary:
        records = await self._log.records(id)
        given_at = next(r.time for r in reversed(records) if r.event == summary)
        return Summary(summary, config, given_at)

    # The log

    async def _known(self, id: str) -> Interview:
        interview = await self._log.interview(id)
        if interview is None:
            raise UnknownInterview(f"The log holds no interview {id}.")
        return interview

    async def _append(self, id: str, version: int, *events: Event) -> Appended:
        return await self._log.append(id, version, events, self._now())

    async def _append_to(
        self, interview: Interview, decide: Callable[[Interview], Event]
    ) -> Interview:
        """Append what `decide` makes of the interview, wherever it stands by then: beside
        the move under way, a refusal or a summary may have been recorded."""
        assert interview.id is not None
        while True:
            try:
                appended = await self._append(interview.id, interview.version, decide(interview))
            except VersionConflict:
                interview = await self._known(interview.id)
            else:
                return appended.interview
