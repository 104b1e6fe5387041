"""A backend's question and answer: the turn that it is asked for, and the words that it gives."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from statemachine.session import Session, Speaker


@dataclass(frozen=True)
class Turn:
    """The interviewer's turn: `session` is the interview as its client holds it, `answer`
    what the candidate has just said. The opening has no answer."""

    session: Session
    answer: str | None = None

    @property
    def interview_id(self) -> str:
        assert self.session.interview_id is not None, "an interview in the log has its id"
        return self.session.interview_id

    @property
    def total(self) -> int:
        return self.session.config.total_questions

    @property
    def number(self) -> int:
        """The number of the question that is due."""
        return 1 if self.is_opening else self.session.current_question + 1

    @property
    def is_opening(self) -> bool:
        return self.answer is None

    @property
    def is_last(self) -> bool:
        """True when every question is answered, so that a closing is due."""
        return self.number > self.total


def answers_in(session: Session) -> list[str]:
    """The candidate's answers, from the first question on."""
    speakers = [message.role for message in session.messages]
    first = speakers.index(Speaker.ASSISTANT) if Speaker.ASSISTANT in speakers else len(speakers)
    return [m.content for m in session.messages[first:] if m.role is Speaker.USER]


@dataclass(frozen=True)
class BackendReply:
    """The reply of a backend. `concludes`: it said outright that this ends the interview;
    `is_remark`: it said outright that this is no question; `pause`: the seconds that are to
    pass, if there is time, before it is heard; `was_said`: a candidate has heard these very words
    before, so that no question is added to them."""

    text: str
    concludes: bool = False
    is_remark: bool = False
    model: str | None = None
    pause: float = 0.0
    was_said: bool = False


class RawMessage(BaseModel):
    """A message as a backend sends it: anything at all, not yet fit to be an interview's."""

    role: Speaker
    content: str


class Backend(Protocol):
    """Somebody who can speak for the interviewer. Both methods raise BackendError when
    they cannot, and may take as long as they like: the caller sets the limit."""

    @property
    def name(self) -> str: ...

    async def speak(self, turn: Turn) -> BackendReply:
        """The interviewer's next words."""
        ...

    async def sum_up(self, session: Session) -> BackendReply:
        """A summary of the interview so far."""
        ...
