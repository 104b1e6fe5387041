"""Events for those whose words were forgotten: the rules can be asked about these."""

from collections.abc import Iterator, Sequence

from eventlog.codec import decode
from eventlog.verification.compactfold import CompactFold
from eventlog.verification.rows import Row
from statemachine.events import (
    KINDS,
    OUTLIVES_FORGETTING,
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    InterviewCompleted,
    InterviewStarted,
    Origin,
    Purpose,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.listening.stopping import STOP_QUESTIONS
from statemachine.session import Config, Message, Session, Speaker
from statemachine.states import State

GONE = "(forgotten)"
STOP_QUESTION = STOP_QUESTIONS["en"]


def stand_ins(  # noqa: PLR0912 - a case for each kind
    before: Sequence[Row], told: ContentForgotten, fold: CompactFold
) -> Iterator[Event]:
    """Events like those of `before`, as far as their kinds and what is `told` say what they were.
    `fold` is how the interview stands when the next one is drawn."""
    kinds = [row.kind for row in before]
    for at, row in enumerate(before):
        match row.kind:
            case "interview-started":
                yield InterviewStarted(config=fold.config, messages=())
            case "session-adopted":
                yield SessionAdopted(session=_adopted(before, told, fold.config))
            case "question-asked":
                yield QuestionAsked(number=fold.questions_asked + 1, content=GONE)
            case "answer-given":
                yield AnswerGiven(content=GONE)
            case "question-kept":
                # Where the interview was stopped, the last one asked for that.
                asks_stop = "question-kept" not in kinds[at + 1 :]
                purpose = Purpose.ASK_STOP if asks_stop else None
                yield QuestionKept(number=fold.questions_asked, content=GONE, purpose=purpose)
            case "interview-completed":
                yield InterviewCompleted(ending=_ending(told, fold), content=GONE)
            case "summary-given":
                yield SummaryGiven(
                    content=GONE,
                    questions_asked=fold.questions_asked,
                    responses_given=fold.answers_given,
                    origin=Origin(backend=GONE),
                )
            case "assessment-given":
                yield AssessmentGiven(criteria=(), kit=GONE, kit_version=GONE)
            case "reply-interrupted":
                waits = fold.answers_given < fold.questions_asked
                of_summary = waits or fold.state is State.COMPLETE
                yield ReplyInterrupted(content=GONE, backend=GONE, of_summary=of_summary)
            case "session-refused":
                yield SessionRefused(place=GONE, fingerprint=GONE)
            case kind if kind in OUTLIVES_FORGETTING or kind not in KINDS:
                yield decode(kind, row.schema_version, row.payload or b"")
            case kind:
                raise AssertionError(f"no event stands in for a forgotten {kind}")
    yield told


def _ending(told: ContentForgotten, fold: CompactFold) -> Ending:
    """Why the interview was complete. A "yes" to the end of it is not counted as an answer."""
    if told.answers_given == fold.answers_given - 1:
        return Ending.STOPPED_BY_CANDIDATE
    all_answered = fold.answers_given == told.total_questions
    return Ending.ALL_ANSWERED if all_answered else Ending.CLOSED_BY_INTERVIEWER


def _adopted(before: Sequence[Row], told: ContentForgotten, config: Config) -> Session:
    """A session of as many turns as the one that the interview began with."""
    kinds = [row.kind for row in before]
    asked = told.questions_asked - kinds.count("question-asked")
    is_complete = told.state is State.COMPLETE and "interview-completed" not in kinds
    answered = told.answers_given - kinds.count("answer-given") + kinds.count("question-kept")
    # One answer less than there can be is the "yes" to the end of the interview.
    is_stopped = answered < (asked if is_complete else asked - 1)
    turns = [_gone(Speaker.ASSISTANT), _gone(Speaker.USER)] * asked
    if is_stopped and "question-kept" not in kinds:
        turns += Message(role=Speaker.ASSISTANT, content=STOP_QUESTION), _YES
    turns = [*turns, _gone(Speaker.ASSISTANT)] if is_complete else turns[:-1]
    return Session(
        config=config,
        messages=tuple(turns),
        current_question=max(1, asked),
        is_complete=is_complete,
    )


def _gone(speaker: Speaker) -> Message:
    return Message(role=speaker, content=GONE)


_YES = Message(role=Speaker.USER, content="Yes.")
