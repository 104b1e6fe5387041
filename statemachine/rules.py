"""The rules of an interview, as one table of data.

The machine (`machine.py`), the diagram (`diagram.py`), `target` and the tests read `RULES`;
nothing else says what may follow what. A guard is a question about the interview so far and the
event that wants to happen; its docstring completes the sentence "refused unless …".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from statemachine import assessment
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.session import Config, Message
from statemachine.states import State

MAX_KEPT = 2
"""How often an interviewer may stay at a question: to clarify it, to follow up or to confirm."""


class InterviewProgress(Protocol):
    """An interview's progress as the rules see it. Only an assessment is held to the words."""

    @property
    def config(self) -> Config: ...
    @property
    def state(self) -> State: ...
    @property
    def questions_asked(self) -> int: ...
    @property
    def answers_given(self) -> int: ...
    @property
    def times_kept(self) -> int: ...
    @property
    def stop_was_asked(self) -> bool: ...
    @property
    def on_hold(self) -> bool: ...
    @property
    def messages(self) -> Sequence[Message]: ...


Guard = Callable[[InterviewProgress, Event], bool]


def is_next_question(interview: InterviewProgress, event: Event) -> bool:
    """it is the question after the last one asked, and not past the total"""
    return (
        isinstance(event, QuestionAsked)
        and event.number == interview.questions_asked + 1
        and event.number <= interview.config.total_questions
    )


def question_waits(interview: InterviewProgress, _: Event) -> bool:
    """a question is waiting for its answer"""
    return interview.answers_given == interview.questions_asked - 1


def answer_is_in(interview: InterviewProgress, _: Event) -> bool:
    """the question last asked has been answered"""
    return interview.answers_given == interview.questions_asked


def may_be_kept(interview: InterviewProgress, event: Event) -> bool:
    """it stays at the question last asked, which was kept less than twice"""
    return (
        isinstance(event, QuestionKept)
        and event.number == interview.questions_asked
        and interview.times_kept < MAX_KEPT
    )


def ending_fits(interview: InterviewProgress, event: Event) -> bool:
    """it says "all answered" exactly when every question has its answer"""
    all_answered = interview.answers_given == interview.config.total_questions
    return (
        isinstance(event, InterviewCompleted)
        and event.ending is not Ending.STOPPED_BY_CANDIDATE
        and (event.ending is Ending.ALL_ANSWERED) == all_answered
    )


def stop_was_confirmed(interview: InterviewProgress, event: Event) -> bool:
    """it says "stopped by the candidate" exactly when they were asked whether they want that"""
    return (
        isinstance(event, InterviewCompleted)
        and event.ending is Ending.STOPPED_BY_CANDIDATE
        and interview.stop_was_asked
    )


def counts_fit(interview: InterviewProgress, event: Event) -> bool:
    """it counts the questions and answers that there are"""
    return (
        isinstance(event, SummaryGiven)
        and event.questions_asked == interview.questions_asked
        and event.responses_given == interview.answers_given
    )


def rests_on_what_was_said(interview: InterviewProgress, event: Event) -> bool:
    """every level has a quotation, and every quotation is what the candidate said, exactly"""
    return isinstance(event, AssessmentGiven) and assessment.rests_on_what_was_said(
        event.criteria, interview.messages
    )


def reply_was_due(interview: InterviewProgress, event: Event) -> bool:
    """it is of a reply, and one was due"""
    return (
        isinstance(event, ReplyInterrupted)
        and not event.of_summary
        and interview.answers_given == interview.questions_asked
    )


def is_of_summary(_: InterviewProgress, event: Event) -> bool:
    """it is of a summary"""
    return isinstance(event, ReplyInterrupted) and event.of_summary


def session_is_open(_: InterviewProgress, event: Event) -> bool:
    """the adopted session is not complete"""
    return isinstance(event, SessionAdopted) and not event.session.is_complete


def session_is_complete(_: InterviewProgress, event: Event) -> bool:
    """the adopted session is complete"""
    return isinstance(event, SessionAdopted) and event.session.is_complete


def is_not_on_hold(interview: InterviewProgress, _: Event) -> bool:
    """the interview is not on hold"""
    return not interview.on_hold


def is_on_hold(interview: InterviewProgress, _: Event) -> bool:
    """the interview is on hold"""
    return interview.on_hold


def tells_what_there_is(interview: InterviewProgress, event: Event) -> bool:
    """it tells the interview's state and counts as they are"""
    return (
        isinstance(event, ContentForgotten)
        and event.state is interview.state
        and event.questions_asked == interview.questions_asked
        and event.answers_given == interview.answers_given
    )


@dataclass(frozen=True)
class Rule:
    """`event` may happen in `source` if every guard agrees, and leads to `target`."""

    event: type[Event]
    source: State
    target: State
    guards: tuple[Guard, ...] = ()


N, S, Q, C, F = State

RULES: tuple[Rule, ...] = (
    Rule(InterviewStarted, N, S),
    Rule(SessionAdopted, N, Q, (session_is_open,)),
    Rule(SessionAdopted, N, C, (session_is_complete,)),
    Rule(QuestionAsked, S, Q, (is_next_question,)),
    Rule(AnswerGiven, Q, Q, (question_waits,)),
    Rule(QuestionAsked, Q, Q, (answer_is_in, is_next_question)),
    Rule(QuestionKept, Q, Q, (answer_is_in, may_be_kept)),
    Rule(InterviewCompleted, Q, C, (answer_is_in, ending_fits)),
    Rule(InterviewCompleted, Q, C, (answer_is_in, stop_was_confirmed)),
    Rule(SummaryGiven, Q, Q, (counts_fit,)),
    Rule(SummaryGiven, C, C, (counts_fit,)),
    Rule(AssessmentGiven, Q, Q, (rests_on_what_was_said,)),
    Rule(AssessmentGiven, C, C, (rests_on_what_was_said,)),
    Rule(ReplyInterrupted, S, S, (reply_was_due,)),
    Rule(ReplyInterrupted, Q, Q, (reply_was_due,)),
    Rule(ReplyInterrupted, Q, Q, (is_of_summary,)),
    Rule(ReplyInterrupted, C, C, (is_of_summary,)),
    Rule(SessionRefused, S, S),
    Rule(SessionRefused, Q, Q),
    Rule(SessionRefused, C, C),
    Rule(InterviewHeld, S, S, (is_not_on_hold,)),
    Rule(InterviewHeld, Q, Q, (is_not_on_hold,)),
    Rule(InterviewHeld, C, C, (is_not_on_hold,)),
    Rule(InterviewReleased, S, S, (is_on_hold,)),
    Rule(InterviewReleased, Q, Q, (is_on_hold,)),
    Rule(InterviewReleased, C, C, (is_on_hold,)),
    Rule(InterviewExported, S, S),
    Rule(InterviewExported, Q, Q),
    Rule(InterviewExported, C, C),
    Rule(ContentForgotten, S, F, (is_not_on_hold, tells_what_there_is)),
    Rule(ContentForgotten, Q, F, (is_not_on_hold, tells_what_there_is)),
    Rule(ContentForgotten, C, F, (is_not_on_hold, tells_what_there_is)),
)

_BY_EVENT_AND_SOURCE: dict[tuple[type[Event], State], list[Rule]] = {}
for _rule in RULES:
    _BY_EVENT_AND_SOURCE.setdefault((_rule.event, _rule.source), []).append(_rule)


def target(interview: InterviewProgress, event: Event) -> State | None:
    """The state that `event` leads to, None where the rules forbid it: the machine's answer in a
    twentieth of its time, for whoever goes over a million events."""
    for rule in _BY_EVENT_AND_SOURCE.get((type(event), interview.state), ()):
        for guard in rule.guards:
            if not guard(interview, event):
                break
        else:
            return rule.target
    return None
