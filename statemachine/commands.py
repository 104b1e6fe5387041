"""Commands to an interview: imperative, each giving the event that it makes.

A command decides; it changes nothing. The event is appended to the log first, and the
interview evolves by what the log took.
"""

from statemachine.brief import PRACTICE_MARK, Brief
from statemachine.events import (
    AnswerGiven,
    ContentForgotten,
    Ending,
    InterviewCompleted,
    InterviewStarted,
    Origin,
    QuestionAsked,
    QuestionKept,
    SummaryGiven,
)
from statemachine.interview import Interview
from statemachine.listening.deciding import Due, Move, due
from statemachine.session import Config, Message, Speaker

OPENING_WORDS = "Please start the interview."
"""The first message of the candidate's side; the desktop app has always shown it so."""


_ENDINGS = {Move.CLOSE: Ending.ALL_ANSWERED, Move.STOP: Ending.STOPPED_BY_CANDIDATE}


def start_interview(
    config: Config,
    prompt: str,
    started_by: str | None = None,
    brief: Brief | None = None,
    wish: str = OPENING_WORDS,
) -> InterviewStarted:
    """`wish` is the candidate's to start, in the interview's language."""
    if brief is not None and brief.practice:
        prompt = f"{prompt}\n\n{PRACTICE_MARK}"
    return InterviewStarted(
        config=config,
        messages=(
            Message(role=Speaker.SYSTEM, content=prompt),
            Message(role=Speaker.USER, content=wish),
        ),
        started_by=started_by,
        brief=brief,
    )


def give_answer(content: str) -> AnswerGiven:
    return AnswerGiven(content=content)


def take_reply(
    interview: Interview, content: str, *, closes: bool, origin: Origin, move: Due | None = None
) -> QuestionAsked | QuestionKept | InterviewCompleted:
    """What the interviewer's words are, by the move that is due and by the rules of completion:
    a closing once the last answer is in or when the interviewer closes, else the next question.
    `move` is the one that is due, where it is known."""
    now = due(interview) if move is None else move
    number = interview.questions_asked
    if now.move is Move.KEEP:
        return QuestionKept(number=number, content=content, purpose=now.purpose, origin=origin)
    if now.move is Move.ASK and not closes:
        return QuestionAsked(number=number + 1, content=content, origin=origin)
    ending = _ENDINGS.get(now.move, Ending.CLOSED_BY_INTERVIEWER)
    return InterviewCompleted(ending=ending, content=content, origin=origin)


def give_summary(interview: Interview, content: str, *, origin: Origin) -> SummaryGiven:
    return SummaryGiven(
        content=content,
        questions_asked=interview.questions_asked,
        responses_given=interview.answers_given,
        origin=origin,
    )


def forget_content(interview: Interview, reason: str, by: str | None = None) -> ContentForgotten:
    return ContentForgotten(
        reason=reason,
        state=interview.state,
        role=interview.config.role,
        total_questions=interview.config.total_questions,
        questions_asked=interview.questions_asked,
        answers_given=interview.answers_given,
        adopted=interview.adopted,
        by=by,
        practice=interview.practice or None,
    )
