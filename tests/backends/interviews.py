"""Turns of an interview, as the conductor hands them to the backends."""

from collections.abc import Sequence

from backends.turn import Turn
from statemachine.commands import OPENING_WORDS
from statemachine.roles import DATA_ANALYST, Role
from statemachine.session import Config, Message, Session, Speaker

INTERVIEW_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PROMPT = "You interview a data analyst."


def turn(
    number: int,
    *,
    total: int = 5,
    role: Role = DATA_ANALYST,
    model: str | None = None,
    said: Sequence[str] | None = None,
) -> Turn:
    """The turn at which question `number` is due; a closing, after the last one.

    `said` are the interviewer's words before, by default "Topic 1?", "Topic 2?", …; to each
    the candidate has said "Answer 1.", "Answer 2.", …
    """
    if said is None:
        said = [f"Topic {n}?" for n in range(1, number)]
    assert len(said) == number - 1
    messages = [_message(Speaker.SYSTEM, PROMPT), _message(Speaker.USER, OPENING_WORDS)]
    for n, words in enumerate(said, 1):
        messages += [_message(Speaker.ASSISTANT, words), _message(Speaker.USER, f"Answer {n}.")]
    answer = messages.pop().content if said else None
    session = Session(
        config=Config(role=role, model=model, total_questions=total),
        messages=tuple(messages),
        current_question=max(1, number - 1),
        interview_id=INTERVIEW_ID,
    )
    return Turn(session, answer)


def _message(speaker: Speaker, content: str) -> Message:
    return Message(role=speaker, content=content)
