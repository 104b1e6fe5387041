"""The events of an interview. Past tense, frozen, the only thing the log keeps.

`started_by` and `by` say who did it, and are missing where nobody had signed in.

An event says what happened; when, to which interview and in which order stands in the
record around it (`eventlog.records`). `KINDS` gives each event its stored name and
schema version: stable words, so that a renamed class still reads an old log.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from statemachine.assessment import CriterionResult
from statemachine.brief import Brief
from statemachine.session import (
    Answer,
    Config,
    InterviewId,
    Message,
    QuestionCount,
    Reason,
    Role,
    Session,
    Subject,
    Value,
    Words,
)
from statemachine.states import State

Milliseconds = Annotated[int, Field(ge=0)]


class Later(Value):
    """A value that the first moves of an interview do not need. It is built at its first use:
    pydantic takes 0.5 to 2 ms for one, at each start."""

    model_config = ConfigDict(defer_build=True)


class Attempt(Value):
    """A backend that was asked for words and did not give any that could be used.

    `withdrawn` are words of it that the candidate was shown before it was passed over.
    """

    backend: str
    reason: str
    elapsed_ms: Milliseconds
    model: str | None = None
    withdrawn: str | None = None


class Timing(Value):
    """How long a model that answers in a stream took for what: for loading, for reading the prompt
    up to its first word, and for writing `tokens` from there on."""

    loading_ms: Milliseconds = 0
    reading_ms: Milliseconds = 0
    writing_ms: Milliseconds = 0
    tokens: Annotated[int, Field(ge=0)] | None = None

    @property
    def first_word_ms(self) -> int:
        """From the asking to the first word."""
        return self.loading_ms + self.reading_ms

    @property
    def tokens_per_second(self) -> float | None:
        """The speed of writing; None where it is not known."""
        if not self.tokens or not self.writing_ms:
            return None
        return self.tokens * 1000 / self.writing_ms


class Origin(Value):
    """Where the interviewer's words came from.

    `attempts` are the backends tried before, in order, with why each was passed over.
    `elapsed_ms` covers the whole chain, failed attempts included. `completed_by` is the backend
    that asked the question where the first one's words asked none. `trimmed` is how many of the
    candidate's answers did not fit into what the model was sent.
    """

    backend: str
    model: str | None = None
    elapsed_ms: Milliseconds = 0
    attempts: tuple[Attempt, ...] = ()
    completed_by: str | None = None
    timing: Timing | None = None
    trimmed: Annotated[int, Field(ge=1)] | None = None

    @property
    def speakers(self) -> tuple[str, ...]:
        """The backends whose words were used."""
        return (self.backend,) if self.completed_by is None else (self.backend, self.completed_by)


class Ending(StrEnum):
    """Why an interview is complete."""

    ALL_ANSWERED = "all-answered"
    CLOSED_BY_INTERVIEWER = "closed-by-interviewer"
    STOPPED_BY_CANDIDATE = "stopped-by-candidate"


class Purpose(StrEnum):
    """What an interviewer's turn is for that goes on to no other question."""

    REPEAT = "repeat"
    EXPLAIN = "explain"
    FOLLOW_UP = "follow-up"
    ASK_STOP = "ask-stop"
    """It asks whether the candidate really wants to end the interview."""
    PAUSE = "pause"
    RESUME = "resume"
    COMFORT = "comfort"
    ASK_AGAIN = "ask-again"
    LANGUAGE = "language"


class InterviewStarted(Value):
    """An interview was set up; `messages` are the words that come before its first question."""

    config: Config
    messages: tuple[Message, ...]
    started_by: Subject | None = None
    brief: Brief | None = None


class QuestionAsked(Value):
    """The interviewer asked question `number`. `origin` is missing where only the words
    are known: in a session that a client posted."""

    number: int
    content: Words
    origin: Origin | None = None


class AnswerGiven(Value):
    """The candidate answered the question that was waiting. If `QuestionKept` follows, it was no
    answer, or not the whole of it."""

    content: Answer


class QuestionKept(Later):
    """The interviewer replied, and question `number` waits on: what the candidate had said does
    not count as its answer. `purpose` and `origin` are missing where only the words are known."""

    number: int
    content: Words
    purpose: Purpose | None = None
    origin: Origin | None = None


class InterviewCompleted(Later):
    """The interviewer closed the interview with `content`. Where the candidate stopped it, their
    "yes" to the interviewer's asking is no answer."""

    ending: Ending
    content: Words
    origin: Origin | None = None


class SummaryGiven(Later):
    """The interview was summed up, as it stood."""

    content: Words
    questions_asked: int
    responses_given: int
    origin: Origin


class Fork(Later):
    """The interview, and the version of it, that an adopted session leaves."""

    interview_id: InterviewId
    version: int


class SessionAdopted(Later):
    """A session that this log did not know was taken on as posted. Nothing vouches for
    what it says happened before."""

    session: Session
    forked_from: Fork | None = None
    started_by: Subject | None = None


class SessionRefused(Later):
    """A session that names this interview but says other than the log was turned away.

    `fingerprint` is the posted session's, in hexadecimal; `place` the first difference.
    """

    place: str
    fingerprint: str


class ReplyInterrupted(Later):
    """The gateway was stopped in mid-reply, or the reply could not be recorded. `content` is what
    the candidate had been shown of it, or of the summary if it is `of_summary`."""

    content: Words
    backend: str
    model: str | None = None
    of_summary: bool = False


class InterviewHeld(Later):
    """The interview was put on hold: until it is released, its words cannot be forgotten."""

    reason: Reason
    by: Subject | None = None


class InterviewReleased(Later):
    """The hold on the interview was lifted."""

    reason: Reason
    by: Subject | None = None


class ExportFormat(StrEnum):
    """What an interview was exported as."""

    BUNDLE = "bundle"
    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"


class InterviewExported(Later):
    """Somebody who had signed in got a copy of the interview."""

    format: ExportFormat
    by: Subject


class AssessmentGiven(Later):
    """The interview was assessed, as it stood, against the rubric of `kit`: by the model that
    `origin` names, or by a person. Several can stand side by side.

    `prompt_version` is the SHA-256 of what the model was told besides the interview and the rubric.
    Where no model gave anything, `origin` is the built-in words', and no criterion is assessed.
    """

    criteria: tuple[CriterionResult, ...]
    kit: str
    kit_version: str
    prompt_version: str | None = None
    origin: Origin | None = None
    by: Subject | None = None


class ContentForgotten(Later):
    """The interview's words were erased, all that were said before this event. What may be
    kept of them is told here: nothing that a candidate, a client or a backend wrote."""

    reason: Reason
    state: State
    role: Role
    total_questions: QuestionCount
    questions_asked: int
    answers_given: int
    adopted: bool
    by: Subject | None = None
    practice: bool | None = None
    """True where it was practice, which no list of interviews shows later either."""


Event = (
    InterviewStarted
    | QuestionAsked
    | AnswerGiven
    | QuestionKept
    | InterviewCompleted
    | SummaryGiven
    | SessionAdopted
    | SessionRefused
    | InterviewHeld
    | InterviewReleased
    | ContentForgotten
    | ReplyInterrupted
    | InterviewExported
    | AssessmentGiven
)

KINDS: dict[str, tuple[type[Event], int]] = {
    "interview-started": (InterviewStarted, 1),
    "question-asked": (QuestionAsked, 1),
    "answer-given": (AnswerGiven, 1),
    "question-kept": (QuestionKept, 1),
    "interview-completed": (InterviewCompleted, 1),
    "summary-given": (SummaryGiven, 1),
    "session-adopted": (SessionAdopted, 1),
    "session-refused": (SessionRefused, 1),
    "interview-held": (InterviewHeld, 1),
    "interview-released": (InterviewReleased, 1),
    "content-forgotten": (ContentForgotten, 1),
    "reply-interrupted": (ReplyInterrupted, 1),
    "interview-exported": (InterviewExported, 1),
    "assessment-given": (AssessmentGiven, 1),
}
"""Stored kind → the event and its present schema version."""

OUTLIVES_FORGETTING: frozenset[str] = frozenset(
    {"interview-held", "interview-released", "content-forgotten", "interview-exported"}
)
"""The kinds whose payload stays when an interview is forgotten: they hold the words of whoever
keeps the log, and tell on whose word it was done, and who has a copy of what is forgotten."""

KIND_OF: dict[type[Event], str] = {event: kind for kind, (event, _) in KINDS.items()}
