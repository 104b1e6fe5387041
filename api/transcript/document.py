"""The transcript of one interview, as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from pydantic import Field

from eventlog.errors import LogCorrupted
from eventlog.records import Record
from eventlog.story import Step, Story, story_of
from statemachine.assessment import CriterionResult
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Ending,
    Event,
    ExportFormat,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    Origin,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.session import Message, Role, Value
from statemachine.states import State
from statemachine.walk import moves_of

EntryKind = Literal[
    "interview-started",
    "question-asked",
    "question-kept",
    "answer-given",
    "interview-completed",
    "summary-given",
    "session-adopted",
    "session-refused",
    "interview-held",
    "interview-released",
    "content-forgotten",
    "reply-interrupted",
    "interview-exported",
    "assessment-given",
]
"""The kinds of the log's events, word for word."""

TranscriptState = Literal[State.STARTED, State.QUESTIONING, State.COMPLETE, State.FORGOTTEN]


class PassedOver(Value):
    """A backend that was asked before and gave nothing that could be used."""

    backend: str
    reason: str
    elapsed_ms: int
    model: str | None = None
    withdrawn: str | None = Field(
        None, description="Words of it that the candidate was shown before."
    )


class Took(Value):
    """How long a model took for what, and how many tokens it wrote."""

    loading_ms: int
    reading_ms: int = Field(description="For the prompt, up to the first word.")
    writing_ms: int
    tokens: int | None = None


class Source(Value):
    """Where the interviewer's words came from."""

    backend: str
    model: str | None = None
    elapsed_ms: int = Field(description="For the whole chain, with those that were not used.")
    passed_over: list[PassedOver]
    completed_by: str | None = Field(
        None, description="Who asked the question, where the backend's words asked none."
    )
    took: Took | None = None
    trimmed: int | None = Field(
        None, description="How many of the candidate's answers were not sent to the model."
    )

    @classmethod
    def of(cls, origin: Origin | None) -> "Source | None":
        if origin is None:
            return None
        return cls(
            backend=origin.backend,
            model=origin.model,
            elapsed_ms=origin.elapsed_ms,
            passed_over=[PassedOver(**dict(attempt)) for attempt in origin.attempts],
            completed_by=origin.completed_by,
            took=Took(**dict(origin.timing)) if origin.timing else None,
            trimmed=origin.trimmed,
        )


class ForkedFrom(Value):
    """The interview, and the version of it, that an adopted session leaves."""

    interview_id: str
    version: int


class Entry(Value):
    """One thing that happened. Which of the fields below `forgotten` there are depends on
    its kind."""

    kind: EntryKind
    position: int = Field(description="Of its event in the whole log.")
    version: int = Field(description="Of its event in the interview.")
    time: str | None = Field(
        None, description="Missing for what was said before an adoption: nobody knows when."
    )
    vouched_for: bool = Field(
        description="False for what was said before an adoption: the log has it from a client."
    )
    forgotten: bool = Field(description="True where its words were erased.")
    number: int | None = Field(None, description="Of the question, or of the one answered.")
    words: str | None = Field(None, description="Exactly what was said.")
    source: Source | None = None
    messages: list[Message] | None = Field(
        None, description="What was said before the first question: prompt and opening."
    )
    ending: Ending | None = None
    questions_asked: int | None = None
    responses_given: int | None = None
    forked_from: ForkedFrom | None = None
    place: str | None = Field(None, description="Where a refused session differs.")
    reason: str | None = None
    by: str | None = Field(None, description="Who did it: the `sub` of their token.")
    format: ExportFormat | None = Field(None, description="What the interview was exported as.")
    criteria: list[CriterionResult] | None = Field(None, description="Of an assessment.")
    kit: str | None = Field(None, description="The kit whose rubric an assessment goes by.")
    kit_version: str | None = None
    prompt_version: str | None = Field(
        None, description="SHA-256 of what the model that assessed was told."
    )


class Forgetting(Value):
    """When and why the words were erased, and in which state the interview was then."""

    time: str
    reason: str
    state: TranscriptState


class Transcript(Value):
    """One interview, as the log tells it."""

    interview_id: str
    role: Role
    candidate_name: str | None = Field(None, description="Missing where nobody gave it.")
    practice: bool | None = Field(None, description="True where no hiring team sees it.")
    model: str | None = Field(None, description="Missing where none was chosen, or forgotten.")
    state: TranscriptState
    started_at: str
    ended_at: str | None = Field(None, description="When it was completed, if the log saw it.")
    total_questions: int
    questions_asked: int
    responses_given: int
    adopted: bool
    on_hold: bool
    forgotten: Forgetting | None = None
    entries: list[Entry]


def transcript_of(records: Sequence[Record]) -> Transcript:
    """The transcript that an interview's records, first to last and at least one, make.

    Raises what `story_of` raises, and LogCorrupted where a record does not give its hashes: nobody
    could tell that from a transcript.
    """
    story = story_of(records)
    for record in records:
        if not record.is_as_logged:
            raise LogCorrupted(f"event {record.position} is not what was logged")
    interview = story.interview
    entries = list(_entries(story))
    return Transcript(
        interview_id=records[0].interview_id,
        role=interview.config.role,
        candidate_name=interview.brief.candidate_name if interview.brief else None,
        practice=(interview.brief is not None and interview.brief.practice) or None,
        model=interview.config.model,
        state=interview.state,
        started_at=records[0].time,
        ended_at=next((e.time for e in entries if e.kind == "interview-completed"), None),
        total_questions=interview.config.total_questions,
        questions_asked=interview.questions_asked,
        responses_given=interview.answers_given,
        adopted=interview.adopted,
        on_hold=interview.on_hold,
        forgotten=_forgetting(story),
        entries=entries,
    )


def _forgetting(story: Story) -> Forgetting | None:
    told = story.forgotten
    if told is None:
        return None
    time = story.steps[-1].record.time
    return Forgetting(time=time, reason=told.reason, state=told.state)


def _entries(story: Story) -> Iterator[Entry]:
    count = _Count(_asked_before_the_log(story))
    for step in story.steps:
        if isinstance(step.event, SessionAdopted):
            yield from _said_before_adoption(step, step.event, count)
        if step.event is None:
            yield _entry(step, forgotten=True, number=count.number(step.record.kind))
        else:
            yield _told(step, step.event, count)


def _asked_before_the_log(story: Story) -> int:
    """How many questions of an adopted session there were, once it is forgotten itself."""
    if story.forgotten is None:
        return 0
    asked = sum(step.record.kind == "question-asked" for step in story.steps)
    return story.forgotten.questions_asked - asked


@dataclass
class _Count:
    """Which question is being asked or answered."""

    asked: int

    def number(self, kind: str) -> int | None:
        if kind == "question-asked":
            self.asked += 1
        return self.asked if kind in ("question-asked", "answer-given", "question-kept") else None


def _said_before_adoption(step: Step, adopted: SessionAdopted, count: _Count) -> Iterator[Entry]:
    for _, event in moves_of(adopted.session):
        yield _told(step, event, count, time=None, vouched_for=False)


def _told(  # noqa: PLR0912 - a case for each kind
    step: Step, event: Event, count: _Count, **more: object
) -> Entry:
    """The entry for an event: the step's own, or one that its adopted session tells of."""
    match event:
        case InterviewStarted():
            more = {"messages": event.messages, "by": event.started_by, **more}
            return _entry(step, kind="interview-started", **more)
        case QuestionAsked():
            return _spoken(
                step, "question-asked", event, number=count.number("question-asked"), **more
            )
        case QuestionKept():
            number = count.number("question-kept")
            return _spoken(step, "question-kept", event, number=number, **more)
        case AnswerGiven():
            number = count.number("answer-given")
            return _entry(step, kind="answer-given", words=event.content, number=number, **more)
        case InterviewCompleted():
            return _spoken(step, "interview-completed", event, ending=event.ending, **more)
        case SummaryGiven():
            return _spoken(
                step,
                "summary-given",
                event,
                questions_asked=event.questions_asked,
                responses_given=event.responses_given,
            )
        case SessionAdopted():
            fork = event.forked_from
            by = event.started_by
            return _entry(step, forked_from=fork and ForkedFrom(**dict(fork)), by=by)
        case ReplyInterrupted():
            return _entry(step, words=event.content)
        case SessionRefused():
            return _entry(step, place=event.place)
        case InterviewHeld() | InterviewReleased() | ContentForgotten():
            return _entry(step, reason=event.reason, by=event.by)
        case AssessmentGiven():
            return _entry(
                step,
                criteria=event.criteria,
                kit=event.kit,
                kit_version=event.kit_version,
                prompt_version=event.prompt_version,
                source=Source.of(event.origin),
                by=event.by,
            )
        case InterviewExported():
            return _entry(step, format=event.format, by=event.by)
        case _:
            assert_never(event)


def _spoken(
    step: Step,
    kind: EntryKind,
    event: QuestionAsked | QuestionKept | InterviewCompleted | SummaryGiven,
    **more: object,
) -> Entry:
    """The entry for words of the interviewer."""
    source = Source.of(event.origin)
    return _entry(step, kind=kind, words=event.content, source=source, **more)


def _entry(step: Step, **more: object) -> Entry:
    record = step.record
    return Entry.model_validate(
        {
            "kind": record.kind,
            "position": record.position,
            "version": record.version,
            "time": record.time,
            "vouched_for": True,
            "forgotten": False,
            **more,
        }
    )
