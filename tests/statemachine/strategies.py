"""Hypothesis strategies for interviews: words, configs, and whole runs of events.

A run is what the rules allow, first event to last. It may stop anywhere: before the first
question, while one waits for its answer, while an answer waits for its reply, or complete.
"""

from hypothesis import settings
from hypothesis import strategies as st

from statemachine.commands import start_interview
from statemachine.events import (
    AnswerGiven,
    Attempt,
    Ending,
    Event,
    ExportFormat,
    Fork,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    Origin,
    QuestionAsked,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.interview import Interview, replay
from statemachine.roles import FIELD_ROLES
from statemachine.session import MAX_QUESTIONS, Config

Run = tuple[Event, ...]

_characters = st.characters(codec="utf-8", exclude_characters="\x00")

words = st.text(_characters, min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
"""What may be asked or answered: any Unicode but NUL, not blank."""

prompts = st.text(_characters, max_size=30)

interview_ids = st.uuids().map(str)

few = settings(max_examples=60, deadline=None)
"""For claims about whole runs, each of which takes long to draw."""

configs = st.builds(
    Config,
    role=st.sampled_from(FIELD_ROLES),
    model=st.none() | st.text(_characters, min_size=1, max_size=20).filter(str.strip),
    total_questions=st.integers(1, MAX_QUESTIONS),
)

origins = st.none() | st.builds(
    Origin,
    backend=st.just("ollama"),
    model=st.none() | words,
    attempts=st.just(()) | st.just((Attempt(backend="granite", reason="Down", elapsed_ms=3),)),
)

refusals = st.builds(
    SessionRefused,
    place=st.sampled_from(["config.role", "messages[3].content", "isComplete"]),
    fingerprint=st.binary(min_size=32, max_size=32).map(bytes.hex),
)

# `builds` knows a model's required fields by their names on the wire.
forks = st.builds(Fork, interviewId=interview_ids, version=st.integers(1, 60))


interruptions = st.builds(
    ReplyInterrupted, content=words, backend=st.just("ollama"), model=st.none() | words
)

Aside = tuple[Event, ...] | ReplyInterrupted | str

_asides = (
    st.just(())
    | st.tuples(refusals)
    | st.just((InterviewHeld(reason="A court asks."), InterviewReleased(reason="It is done.")))
    | st.just((InterviewExported(format=ExportFormat.MARKDOWN, by="ada"),))
    | interruptions
    | words
)
"""What is recorded between two moves: nothing, a refusal, a hold and its release, an export, an
interruption of whatever may be interrupted there, or a summary of these words."""


def _recorded(aside: Aside, asked: int, answered: int, *, is_over: bool = False) -> list[Event]:
    match aside:
        case tuple():
            return list(aside)
        case ReplyInterrupted():
            of_summary = is_over or asked > answered
            return [aside.model_copy(update={"of_summary": of_summary})]
        case str() if asked:
            return [
                SummaryGiven(
                    content=aside,
                    questions_asked=asked,
                    responses_given=answered,
                    origin=Origin(backend="templates"),
                )
            ]
    return []


@st.composite
def runs(draw: st.DrawFn, *, at_least: int = 0) -> Run:
    """A legal run of 1 to 15 questions: an interview's first turns, `at_least` so many, with
    summaries and refusals in between, and with a closing where one may follow."""
    config = draw(configs)
    turns = draw(st.integers(at_least, 2 * config.total_questions))
    events: list[Event] = [start_interview(config, draw(prompts)), *_recorded(draw(_asides), 0, 0)]
    for turn in range(turns):
        asked, answered = turn // 2 + 1, (turn + 1) // 2
        if asked > answered:
            events.append(QuestionAsked(number=asked, content=draw(words), origin=draw(origins)))
        else:
            events.append(AnswerGiven(content=draw(words)))
        events += _recorded(draw(_asides), asked, answered)
    answered, a_question_waits = divmod(turns, 2)
    if answered and not a_question_waits and draw(st.booleans()):
        all_answered = answered == config.total_questions
        ending = Ending.ALL_ANSWERED if all_answered else Ending.CLOSED_BY_INTERVIEWER
        events.append(InterviewCompleted(ending=ending, content=draw(words), origin=draw(origins)))
        events += _recorded(draw(_asides), answered, answered, is_over=True)
    return tuple(events)


@st.composite
def adoptions(draw: st.DrawFn) -> tuple[Run, Run]:
    """A run, and the same one begun by adopting its session at one of the interviewer's turns."""
    run = draw(runs(at_least=1))
    cuts = [
        length
        for length, event in enumerate(run, start=1)
        if isinstance(event, QuestionAsked | InterviewCompleted)
    ]
    cut = draw(st.sampled_from(cuts))
    adopted = SessionAdopted(session=replay(run[:cut]).session, forked_from=draw(st.none() | forks))
    return run, (adopted, *run[cut:])


def interviews(*, at_least: int = 1) -> st.SearchStrategy[Interview]:
    """Interviews of `at_least` so many turns, each with its id."""
    return st.builds(replay, runs(at_least=at_least), id=interview_ids)
