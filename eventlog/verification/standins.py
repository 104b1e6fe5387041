"""Events for those whose words were forgotten: the rules can be asked about these."""

from collections.abc import Iterator, Sequence

from eventlog.codec import decode
from eventlog.verification.compactfold import CompactFold
from eventlog.verification.rows import Row
from statemachine.events import (
    KINDS,
    OUTLIVES_FORGETTING,
    AnswerGiven,
    ContentForgotten,
    Ending,
    Event,
    InterviewCompleted,
    InterviewStarted,
    Origin,
    QuestionAsked,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.session import Config, Message, Session, Speaker
from statemachine.states import State

GONE = "(forgotten)"


def stand_ins(before: Sequence[Row], told: ContentForgotten, fold: CompactFold) -> Iterator[Event]:
    """Events like those of `before`, as far as their kinds and what is `told` say what they were.
    `fold` is how the interview stands when the next one is drawn."""
    for row in before:
        match row.kind:
            case "interview-started":
                yield InterviewStarted(config=fold.config, messages=())
            case "session-adopted":
                yield SessionAdopted(session=_adopted(before, told, fold.config))
            case "question-asked":
                yield QuestionAsked(number=fold.questions_asked + 1, content=GONE)
            case "answer-given":
                yield AnswerGiven(content=GONE)
            case "interview-completed":
                all_answered = fold.answers_given == told.total_questions
                ending = Ending.ALL_ANSWERED if all_answered else Ending.CLOSED_BY_INTERVIEWER
                yield InterviewCompleted(ending=ending, content=GONE)
            case "summary-given":
                yield SummaryGiven(
                    content=GONE,
                    questions_asked=fold.questions_asked,
                    responses_given=fold.answers_given,
                    origin=Origin(backend=GONE),
                )
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


def _adopted(before: Sequence[Row], told: ContentForgotten, config: Config) -> Session:
    """A session of as many turns as the one that the interview began with."""
    kinds = [row.kind for row in before]
    asked = told.questions_asked - kinds.count("question-asked")
    answered = told.answers_given - kinds.count("answer-given")
    is_complete = told.state is State.COMPLETE and "interview-completed" not in kinds
    speakers = [Speaker.ASSISTANT, Speaker.USER] * (asked + 1)
    turns = speakers[: asked + answered + is_complete]
    return Session(
        config=config,
        messages=tuple(Message(role=speaker, content=GONE) for speaker in turns),
        current_question=max(1, asked),
        is_complete=is_complete,
    )
