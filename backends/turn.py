"""A backend's question and answer: the turn that it is asked for, and the pieces in which it
answers.

The pieces are statuses (what it is doing), words, and one `End` if all went well. A backend that
answers whole gives its words in one piece.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel

from statemachine.brief import Brief
from statemachine.events import Purpose
from statemachine.interview import Interview, Kept
from statemachine.listening.deciding import Due, Move, due
from statemachine.listening.kinds import Said
from statemachine.session import Session, Speaker

_QUESTION_DUE = Due(Move.ASK)
HINTED = frozenset((Said.ANSWER, Said.BRIEF, Said.UNKNOWN, Said.SKIP))
"""The words of a candidate that get a hint in practice, where the interview goes on after them."""


@dataclass(frozen=True)
class Turn:
    """The interviewer's turn: `session` is the interview as its client holds it, `answer`
    what the candidate has just said, `due` what the interviewer is to do. The opening has no
    answer. `kept` are the messages that stayed at their question; `brief` what the interviewer was
    told beforehand. `subjects` are the kit's questions for what was asked so far and for what is
    asked next, empty where it has no more of them. In practice, `listen_for` is what the kit
    listens for in the answer to each question that was asked."""

    session: Session
    answer: str | None = None
    due: Due = _QUESTION_DUE
    kept: tuple[Kept, ...] = ()
    brief: Brief | None = None
    subjects: tuple[str, ...] = ()
    listen_for: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, interview: Interview, session: Session) -> "Turn":
        """The turn that `interview` waits for; `session` is its session, as backends get it."""
        answer = interview.pending_answer
        return cls(session, answer, due(interview), interview.kept, interview.brief)

    @property
    def interview_id(self) -> str:
        assert self.session.interview_id is not None, "an interview in the log has its id"
        return self.session.interview_id

    @property
    def total(self) -> int:
        return self.session.config.total_questions

    @property
    def number(self) -> int:
        """The number of the question that is due, or stays."""
        if self.is_opening or self.stays:
            return self.session.current_question
        return self.session.current_question + 1

    @property
    def stays(self) -> bool:
        """True when the interviewer is to stay at the question."""
        return self.due.move is Move.KEEP

    @property
    def kept_for(self) -> tuple[Purpose | None, ...]:
        """What the interviewer has stayed at the question for that was asked last."""
        return tuple(k.purpose for k in self.kept if k.number == self.session.current_question)

    @property
    def is_practice(self) -> bool:
        return self.brief is not None and self.brief.practice

    @property
    def gets_hint(self) -> bool:
        """Whether the words are to begin with a hint on what the answer lacks."""
        goes_on = not self.is_opening and self.due.move in (Move.ASK, Move.CLOSE)
        return self.is_practice and goes_on and self.due.said in HINTED

    @property
    def is_opening(self) -> bool:
        return self.answer is None

    @property
    def is_last(self) -> bool:
        """True when every question is answered, or the candidate wants to end the interview, so
        that a closing is due."""
        return self.due.move is Move.STOP or self.number > self.total


def answers_in(session: Session) -> list[str]:
    """The candidate's answers, from the first question on."""
    speakers = [message.role for message in session.messages]
    first = speakers.index(Speaker.ASSISTANT) if Speaker.ASSISTANT in speakers else len(speakers)
    return [m.content for m in session.messages[first:] if m.role is Speaker.USER]


@dataclass(frozen=True)
class TurnText:
    """The interviewer's turn, made of what a backend wrote.

    `text` has at most MAX_MESSAGE_CHARS characters. `closes`: it ends the interview;
    `lacks_question`: a question is due and it asks none, so that the built-in one must follow.
    `due` is the move it makes, where it is another than the turn's.
    """

    text: str
    closes: bool
    lacks_question: bool
    due: Due | None = None


class Phase(StrEnum):
    """What a backend is doing, as far as can be told from outside."""

    QUEUED = "queued"
    """Others are before this request."""
    LOADING = "loading"
    """The model is on its way into memory."""
    READING = "reading"
    """The model evaluates the prompt, or the backend answers whole."""
    WRITING = "writing"


@dataclass(frozen=True)
class Status:
    """A backend has begun with `phase`. `model` is the one that speaks, where it is known;
    `trimmed` says how many of the candidate's answers were left out of what it was sent, because
    they do not fit into its context."""

    phase: Phase
    model: str | None = None
    trimmed: int = 0


@dataclass(frozen=True)
class Words:
    """The next words, any number of characters, as the backend wrote them."""

    text: str


@dataclass(frozen=True)
class End:
    """The backend has said all that it wants to say.

    `concludes`: it said outright that this ends the interview; `is_remark`: it said outright that
    this is no question; `is_cut_off`: it was stopped by its limit on length; `tokens` and
    `prompt_tokens`: how many it wrote, and how many the prompt had, where it says so.
    """

    concludes: bool = False
    is_remark: bool = False
    is_cut_off: bool = False
    tokens: int | None = None
    prompt_tokens: int | None = None


Piece = Status | Words | End


class RawMessage(BaseModel):
    """A message as a backend sends it: anything at all, not yet fit to be an interview's."""

    role: Speaker
    content: str


class Backend(Protocol):
    """Somebody who can speak for the interviewer.

    Both methods raise BackendError while they are iterated when they cannot go on, and may take as
    long as they like: the caller sets the limits, and closes the iterator when it wants no more.
    Closing it ends the request to the backend.
    """

    @property
    def name(self) -> str: ...

    def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        """The interviewer's next words."""
        ...

    def sum_up(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        """A summary of the interview as it stands at `turn`, which has no answer that waits."""
        ...
