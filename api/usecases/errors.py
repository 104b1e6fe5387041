"""The errors of the use cases, in the interview's own terms, without HTTP.

UseCaseError
├── SessionConflict     the session differs from the log
│   └── AlreadyComplete     the log says that the interview is complete
├── UnknownInterview    the log does not have it
├── NotOwnInterview     the caller has none like it, whoever else may have
├── UnknownSession      the log does not have it, and the gateway adopts no sessions
├── InterviewForgotten  its words were erased
├── InterviewOnHold     its words cannot be erased
├── UnknownModel        no source offers it
├── InvalidField        a field's value is allowed nowhere, or not here
│   └── UnknownRole         no kit is for the role
├── NoLogFile           the log is in memory
├── NoReplyUnderWay     there is nothing to wait for
├── GatewayDraining     it is about to stop, and takes nothing new
├── GatewayStopping     it was told to stop, and does
├── UnknownBackend      none has this name
├── DocumentUnreadable  it has no text that can be read
├── DocumentsBusy       too many are read already
├── ReadsNoDocuments    the library for this kind is not installed
├── ServiceNotSet       the settings do not say where the service is
├── ServiceUnavailable  the service is down or too slow
├── ServiceFailed       the service answered what cannot be passed on
├── NothingToAssess    no question was asked yet
├── InvalidAssessment  an assessment that is not bound to the words and the rubric
└── ReplyNotRecorded    the answer is in the log; the reply to it could not be written
"""

from collections.abc import Sequence

from eventlog.errors import LogUnavailable
from statemachine.assessment import Fault
from statemachine.session import Session
from statemachine.verdict import Verdict


class UseCaseError(Exception):
    """The base of these errors. Its message says what to do."""


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
    """An answer to a complete interview."""


class UnknownInterview(UseCaseError):
    """The log does not have this interview."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"The log does not have interview {interview_id}. Choose one from the list, or start "
            "a new one."
        )


class NotOwnInterview(UseCaseError):
    """None of the caller's own interviews has this id or is at this session. It is the same error,
    word for word, whether somebody else has such an interview or nobody does."""

    def __init__(self) -> None:
        super().__init__("You have no such interview. Start a new one.")


class UnknownSession(UseCaseError):
    """The log does not have this session, and the gateway adopts none (STRICT_SESSIONS)."""

    def __init__(self) -> None:
        super().__init__(
            "The log does not have this session, and this gateway refuses such sessions "
            "(STRICT_SESSIONS). Start a new interview."
        )


class InterviewForgotten(UseCaseError):
    """The words of the interview were erased. The log shows only that it took place."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"The words of interview {interview_id} were erased. Its events show when and why. "
            "Start a new interview."
        )


class InterviewOnHold(UseCaseError):
    """The interview must be released before its words can be erased."""


class NoReplyUnderWay(UseCaseError):
    """No backend is writing a reply to this interview."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(
            f"No reply to interview {interview_id} is in progress. GET the interview. It has the "
            "reply already, or nobody asked for one yet."
        )


class NoLogFile(UseCaseError):
    """The request needs the log's file, but the log is in memory."""


class UnknownModel(UseCaseError):
    """No source offers the model. `known` lists the models that can be chosen."""

    def __init__(self, model_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No source offers the model {model_id!r}. Choose one of: {', '.join(known)}."
        )
        self.known = tuple(known)


class NotLoadable(UnknownModel):
    """Ollama does not have the model itself, and only its models are loaded into memory from
    here."""

    def __init__(self, model_id: str, known: Sequence[str]) -> None:
        super().__init__(model_id, known)
        has = f"It has: {', '.join(known)}." if known else "It has none now."
        self.args = (
            f"Ollama does not have the model {model_id!r}, and only its models can be loaded and "
            f"unloaded. {has}",
        )


class InvalidField(UseCaseError):
    """What stands in `field` of the request is not allowed. `reason` says what is."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class UnknownRole(InvalidField):
    """No interview kit is for the role that stands in `field`."""

    def __init__(self, field: str, known: Sequence[str]) -> None:
        super().__init__(field, f"must be one of {', '.join(known)}")


class GatewayDraining(UseCaseError):
    """The gateway is about to stop."""

    def __init__(self) -> None:
        super().__init__(
            "The gateway is about to stop, and finishes only what is in progress. Nothing of your "
            "request was recorded. Send it again later."
        )


class GatewayStopping(UseCaseError):
    """The process was told to stop, so that the drain cannot be ended."""

    def __init__(self) -> None:
        super().__init__("The gateway was told to stop (SIGTERM). It cannot take work again.")


class UnknownBackend(UseCaseError):
    """No backend of the interviewer has this name. `known` lists those that there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"No backend is called {name!r}. Choose one of: {', '.join(known)}.")


class DocumentUnreadable(UseCaseError):
    """There is no text to be had from the document."""


class DocumentsBusy(UseCaseError):
    """Too many documents are read already, or no process can be started for one more."""

    def __init__(self) -> None:
        super().__init__(
            "The gateway reads as many documents as it can already. Send this one again in some "
            "seconds, or paste its text."
        )


class ReadsNoDocuments(UseCaseError):
    """The library that reads this kind of document is not installed."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"This gateway cannot read {kind} documents. Install interview-gateway[documents], "
            "or paste the text."
        )


class ServiceNotSet(UseCaseError):
    """Nobody has said where the service is."""

    def __init__(self, service: str, variable: str) -> None:
        super().__init__(f"This gateway has no {service}. Set {variable} to use one.")
        self.service = service


class ServiceUnavailable(UseCaseError):
    """The service is down, too slow, or has too much to do. `reason` is in our own words."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} cannot answer now: {reason}.")
        self.service = service


class ServiceFailed(UseCaseError):
    """The service answered what cannot be passed on. `reason` is in our own words."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} failed: {reason}.")
        self.service = service


class NothingToAssess(UseCaseError):
    """No question was asked yet."""

    def __init__(self) -> None:
        super().__init__("No question was asked in this interview yet. Assess it later.")


class InvalidAssessment(UseCaseError):
    """An assessment that says what is not in the transcript or in the rubric. `faults` are all that
    is wrong, with their places."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.problem}" for fault in faults[:3]))
        self.faults = tuple(faults)


class ReplyNotRecorded(UseCaseError):
    """The answer is in the log, but the reply could not be written and was not sent."""

    def __init__(self, interview_id: str, error: LogUnavailable) -> None:
        super().__init__(
            f"What you sent is in the log, in interview {interview_id}. The reply is not, because "
            f"{error}. To continue, send the same request again (a start: with this interviewId)."
        )
