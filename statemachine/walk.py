"""What a posted session tells of its interview: the events, read off its messages in order, and its
brief."""

from collections.abc import Iterator

from statemachine.brief import DEFAULT_LANGUAGE, PRACTICE_MARK, Brief
from statemachine.errors import IllegalSession
from statemachine.events import (
    AnswerGiven,
    Ending,
    Event,
    InterviewCompleted,
    InterviewStarted,
    Purpose,
    QuestionAsked,
    QuestionKept,
)
from statemachine.keeping import kept_turns
from statemachine.listening.spoken import spoken
from statemachine.listening.stopping import asks_to_stop, wants_to_stop
from statemachine.rules import MAX_KEPT
from statemachine.session import (
    MAX_MESSAGE_CHARS,
    MAX_MESSAGES,
    MAX_QUESTIONS,
    Message,
    Session,
    Speaker,
)

MAX_WORDS_BEFORE = MAX_MESSAGES - (2 * (1 + MAX_KEPT) * MAX_QUESTIONS + 1)
"""How many messages may come before the first question: an interview that goes on must
still fit into a session when it is complete."""


def moves_of(session: Session) -> Iterator[tuple[str, Event]]:
    """Each move with its place in the session. Raises IllegalSession where the messages
    are not the turns of an interview: the words before the first question, then a
    question, an answer, a question …, and at the end the interviewer's. Where the interviewer
    speaks more often than there are questions, `keeping` tells which turns stayed at one."""
    before = _words_before_first_question(session.messages)
    if len(before) > MAX_WORDS_BEFORE:
        raise IllegalSession(
            f"messages[{MAX_WORDS_BEFORE}]",
            f"more than {MAX_WORDS_BEFORE} messages come before the first question",
        )
    yield "config", InterviewStarted(config=session.config, messages=before)

    turns = session.messages[len(before) :]
    if not turns:
        raise IllegalSession("messages", "the interviewer has not asked anything yet")
    kept = kept_turns(turns, session.current_question, is_complete=session.is_complete)
    questions, was_kept = 0, False
    for turn, message in enumerate(turns):
        place = f"messages[{len(before) + turn}]"
        _check_turn(place, turn, message)
        if message.role is Speaker.USER:
            yield place, AnswerGiven(content=message.content)
        elif session.is_complete and turn == len(turns) - 1:
            stopped = was_kept and wants_to_stop(*(t.content for t in turns[turn - 2 : turn]))
            yield place, _closing(session, questions, message.content, was_stopped=stopped is True)
        elif was_kept := turn in kept:
            yield place, _kept(questions, message.content)
        else:
            questions += 1
            yield place, QuestionAsked(number=questions, content=message.content)
    if len(turns) % 2 == 0:
        raise IllegalSession(
            f"messages[{len(session.messages) - 1}]",
            "the session ends with an answer; post the session as you received it, and the "
            "answer beside it as `message`",
        )


def _words_before_first_question(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The prompt and the candidate's wish to start; a session may come without either."""
    length = 0
    while length < len(messages) and messages[length].role is Speaker.SYSTEM:
        length += 1
    if length < len(messages) and messages[length].role is Speaker.USER:
        length += 1
    return messages[:length]


def _check_turn(place: str, turn: int, message: Message) -> None:
    expected = Speaker.USER if turn % 2 else Speaker.ASSISTANT
    if message.role is not expected:
        raise IllegalSession(place, f"is of role {message.role}; {expected} is due here")
    if not message.content.strip():
        raise IllegalSession(place, "has no words")
    if message.role is Speaker.USER and len(message.content) > MAX_MESSAGE_CHARS:
        raise IllegalSession(
            place, f"is longer than the {MAX_MESSAGE_CHARS:,} characters an answer may have"
        )


def _kept(number: int, content: str) -> QuestionKept:
    purpose = Purpose.ASK_STOP if asks_to_stop(content) else None
    return QuestionKept(number=number, content=content, purpose=purpose)


def _closing(
    session: Session, answers: int, content: str, *, was_stopped: bool
) -> InterviewCompleted:
    if was_stopped:
        return InterviewCompleted(ending=Ending.STOPPED_BY_CANDIDATE, content=content)
    all_answered = answers == session.config.total_questions
    ending = Ending.ALL_ANSWERED if all_answered else Ending.CLOSED_BY_INTERVIEWER
    return InterviewCompleted(ending=ending, content=content)


def brief_of(session: Session) -> Brief | None:
    """What an adopted session shows of its brief: the language it is held in, so that it does not
    change in mid-interview, and whether it is practice, which stays out of every hiring list. None
    where both are as usual."""
    opening = next((m.content for m in session.messages if m.role is Speaker.ASSISTANT), "")
    prompts = (m.content for m in session.messages if m.role is Speaker.SYSTEM)
    practice = any(prompt.endswith(PRACTICE_MARK) for prompt in prompts)
    brief = Brief(language=spoken(opening) or DEFAULT_LANGUAGE, practice=practice)
    return None if brief == Brief() else brief
