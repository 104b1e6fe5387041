"""Commands to an interview: imperative, each giving the event that it makes.

A command decides; it changes nothing. The event is appended to the log first, and the
interview evolves by what the log took.
"""

from statemachine.events import (
    AnswerGiven,
    ContentForgotten,
    Ending,
    InterviewCompleted,
    InterviewStarted,
    Origin,
    QuestionAsked,
    SummaryGiven,
)
from statemachine.interview import Interview
from statemachine.session import Config, Message, Speaker

OPENING_WORDS = "Please start the interview."
"""The first message of the candidate's side; the desktop app has always shown it so."""


def start_interview(config: Config, prompt: str, started_by: str | None = None) -> InterviewStarted:
    return InterviewStarted(
        config=config,
        messages=(
            Message(role=Speaker.SYSTEM, content=prompt),
            Message(role=Speaker.USER, content=OPENING_WORDS),
        ),
        started_by=started_by,
    )


def give_answer(content: str) -> AnswerGiven:
    return AnswerGiven(content=content)


def take_reply(
    interview: Interview, content: str, *, closes: bool, origin: Origin
) -> QuestionAsked | InterviewCompleted:
    """What the interviewer's words are, by the rules of completion: a closing once the
    last answer is in or when the interviewer closes, else the next question."""
    if interview.answers_given == interview.config.total_questions:
        return InterviewCompleted(ending=Ending.ALL_ANSWERED, content=content, origin=origin)
    if closes:
        return InterviewCompleted(
            ending=Ending.CLOSED_BY_INTERVIEWER, content=content, origin=origin
        )
    return QuestionAsked(number=interview.questions_asked + 1, content=content, origin=origin)


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
    )
