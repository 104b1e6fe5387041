"""One small interview, and sessions written by hand, for claims about one place in them."""

from collections.abc import Mapping

from statemachine.commands import start_interview
from statemachine.events import AnswerGiven, Ending, Event, InterviewCompleted, QuestionAsked
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config, Message, Session, Speaker

CONFIG = Config(role=DATA_ANALYST, model="granite4:2b", total_questions=3)

STARTED: tuple[Event, ...] = (start_interview(CONFIG, "You interview a data analyst."),)
ASKED = (*STARTED, QuestionAsked(number=1, content="What is a p-value?"))
ANSWERED = (*ASKED, AnswerGiven(content="A probability."))
CLOSED = (
    *ANSWERED,
    InterviewCompleted(ending=Ending.CLOSED_BY_INTERVIEWER, content="Thank you for taking part."),
)

_SPEAKERS = {speaker[0]: speaker for speaker in Speaker}


def session_of(
    speakers: str,
    *,
    current: int = 1,
    complete: bool = False,
    total: int = 3,
    words: Mapping[int, str] | None = None,
) -> Session:
    """A session of one message for each letter of `speakers`: `s`ystem, `u`ser, `a`ssistant.
    `words` are what the messages at those indices say."""
    said = {index: f"Words {index}." for index in range(len(speakers))} | dict(words or {})
    return Session(
        config=CONFIG.model_copy(update={"total_questions": total}),
        messages=tuple(
            Message(role=_SPEAKERS[letter], content=said[index])
            for index, letter in enumerate(speakers)
        ),
        current_question=current,
        is_complete=complete,
    )
