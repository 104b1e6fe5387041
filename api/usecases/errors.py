"""The errors of the use cases, in the interview's own terms, without HTTP.

UseCaseError
├── SessionConflict     the log says other than the session
│   └── AlreadyComplete     and what it says is that the interview is over
├── UnknownInterview    the log does not hold it
├── UnknownSession      the log does not hold it, and the gateway adopts none
├── InterviewForgotten  its words were erased
├── InterviewOnHold     its words may not be erased
├── UnknownModel
├── NoLogFile           the log is in memory
├── NoReplyUnderWay     there is nothing to wait for
└── ReplyNotRecorded    the answer is in the log; the reply to it could not be written
"""

from collections.abc import Sequence

from eventlog.errors import LogUnavailable
from statemachine.session import Session
from statemachine.verdict import Verdict


class UseCaseError(Exception):
    """The base of these errors. The message says what to do."""


class SessionConflict(UseCaseError):
    """A session that is behind the log or differs from it.

    `session` is the log's own, from which the client can go on; `place` the first
    difference, as a path into the session.
    """

    def __init__(self, detail: str, verdict: Verdict, place: str | None, session: Session) -> None:
        super().__init__(detail)
        self.verdict = verdict
        self.place = place
        self.session = session


class AlreadyComplete(SessionConflict):
    """An answer to an interview that is over."""


class UnknownInterview(UseCaseError):
    """An interview that the log does not hold."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"The log holds no interview {interview_id}. Choose one that it lists, or start a new "
            "one."
        )


class UnknownSession(UseCaseError):
    """A session that the log does not hold, where the gateway adopts none (STRICT_SESSIONS)."""

    def __init__(self) -> None:
        super().__init__(
            "The log does not hold this session, and this gateway adopts no sessions "
            "(STRICT_SESSIONS). Start a new interview."
        )


class InterviewForgotten(UseCaseError):
    """An interview whose words were erased; that it was held is all that is left."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"Interview {interview_id} was forgotten: its words were erased. Its events still say "
            "when and why. Start a new interview."
        )


class InterviewOnHold(UseCaseError):
    """An interview whose words may not be erased until it is released."""


class NoReplyUnderWay(UseCaseError):
    """Nobody is being waited for in this interview."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"No reply to interview {interview_id} is under way. GET the interview: the reply is "
            "in it already, or was not asked for yet."
        )


class NoLogFile(UseCaseError):
    """A request that needs the log's file, while the log is in memory."""


class UnknownModel(UseCaseError):
    """A model that no source offers; `known` are those that are."""

    def __init__(self, model_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No source offers the model {model_id!r}. Choose one of: {', '.join(known)}."
        )
        self.known = tuple(known)


class ReplyNotRecorded(UseCaseError):
    """The candidate's side is safe; the interviewer's words are not in the log and so were
    not given out."""

    def __init__(self, interview_id: str, error: LogUnavailable) -> None:
        super().__init__(
            f"What you sent is in the log, as interview {interview_id}. The reply is not, because "
            f"{error}. Post the same again to go on (a start: with this interviewId)."
        )
