"""Hypothesis strategies for interviews: words, configs, and whole runs of events.

A run is what the rules allow, first event to last. It may stop anywhere: before the first
question, while one waits for its answer, while an answer waits for its reply, or complete.
"""

from hypothesis import settings
from hypothesis import strategies as st

from statemachine.commands import start_interview
from statemachine.events import (
    AnswerGiven,
    AssessmentGiven,
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
    Purpose,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)
from statemachine.interview import Interview, evolve, rebuild, replay
from statemachine.listening.stopping import STOP_QUESTIONS, wants_to_stop
from statemachine.roles import FIELD_ROLES
from statemachine.rules import MAX_KEPT
from statemachine.session import MAX_QUESTIONS, Config
from tests.depth import examples

Run = tuple[Event, ...]

_characters = st.characters(codec="utf-8", exclude_characters="\x00")

words = st.text(_characters, min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
"""What may be asked or answered: any Unicode but NUL, not blank."""

prompts = st.text(_characters, max_size=30)

interview_ids = st.uuids().map(str)

few = settings(max_examples=examples(60), deadline=None)
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

_stop_questions = st.sampled_from(sorted(STOP_QUESTIONS.values()))

Aside = tuple[Event, ...] | ReplyInterrupted | AssessmentGiven | str

_asides = (
    st.just(())
    | st.tuples(refusals)
    | st.just((InterviewHeld(reason="A court asks."), InterviewReleased(reason="It is done.")))
    | st.just((InterviewExported(format=ExportFormat.MARKDOWN, by="ada"),))
    | interruptions
    | st.just(AssessmentGiven(criteria=(), kit="nurse", kit_version="ab" * 32, by="ada"))
    | words
)
"""What is recorded between two moves: nothing, a refusal, a hold and its release, an export, an
interruption of whatever may be interrupted there, an assessment, or a summary of these words."""


def _recorded(aside: Aside, asked: int, answered: int, *, is_over: bool = False) -> list[Event]:
    match aside:
        case tuple():
            return list(aside)
        case ReplyInterrupted():
            of_summary = is_over or asked > answered
            return [aside.model_copy(update={"of_summary": of_summary})]
        case AssessmentGiven() if asked:
            return [aside]
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
    events: list[Event] = [start_interview(config, draw(prompts))]
    now = replay(events)

    def tell(*more: Event) -> None:
        nonlocal now
        for event in more:
            now = evolve(now, event)
            events.append(event)

    def record_aside(*, is_over: bool = False) -> None:
        tell(*_recorded(draw(_asides), now.questions_asked, now.answers_given, is_over=is_over))

    record_aside()
    for _ in range(turns):
        event = draw(_turns(now))
        if event is None:
            break
        tell(event)
        record_aside()
    if now.pending_answer is not None and draw(st.booleans()):
        tell(InterviewCompleted(ending=_ending(now), content=draw(words), origin=draw(origins)))
        record_aside(is_over=True)
    return tuple(events)


def _turns(now: Interview) -> st.SearchStrategy[Event | None]:
    """What may be said next; None where only a closing may be."""
    if not now.awaits_interviewer:
        answers = words | st.just("Yes.") if now.stop_was_asked else words
        return st.builds(AnswerGiven, content=answers)
    number = now.questions_asked
    moves: list[st.SearchStrategy[Event | None]] = []
    if number < now.config.total_questions:
        asked = st.builds(QuestionAsked, number=st.just(number + 1), content=words, origin=origins)
        moves += asked, asked
    if number and now.times_kept < MAX_KEPT:
        for purpose, content in ((Purpose.EXPLAIN, words), (Purpose.ASK_STOP, _stop_questions)):
            moves.append(
                st.builds(
                    QuestionKept,
                    number=st.just(number),
                    purpose=st.just(purpose),
                    content=content,
                    origin=origins,
                )
            )
    return st.one_of(moves) if moves else st.none()


def _ending(now: Interview) -> Ending:
    asked, answer = (message.content for message in now.messages[-2:])
    if now.stop_was_asked and wants_to_stop(asked, answer):
        return Ending.STOPPED_BY_CANDIDATE
    all_answered = now.answers_given == now.config.total_questions
    return Ending.ALL_ANSWERED if all_answered else Ending.CLOSED_BY_INTERVIEWER


@st.composite
def adoptions(draw: st.DrawFn) -> tuple[Run, Run]:
    """A run, and the same one begun by adopting its session at one of the interviewer's turns."""
    run = draw(runs(at_least=1))
    cuts = [
        length
        for length, event in enumerate(run, start=1)
        if isinstance(event, QuestionAsked | QuestionKept | InterviewCompleted)
    ]

    def counts_alike(length: int) -> bool:
        # From the words alone, another of the turns may seem to have stayed at the question. Then
        # what follows in this run may not follow there.
        before = replay(run[:length])
        return rebuild(before.session).times_kept == before.times_kept

    cut = draw(st.sampled_from(cuts).filter(counts_alike))
    adopted = SessionAdopted(session=replay(run[:cut]).session, forked_from=draw(st.none() | forks))
    return run, (adopted, *run[cut:])


def interviews(*, at_least: int = 1) -> st.SearchStrategy[Interview]:
    """Interviews of `at_least` so many turns, each with its id."""
    return st.builds(replay, runs(at_least=at_least), id=interview_ids)
