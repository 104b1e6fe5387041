"""An interview as a fold over its events."""

import copy
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from statemachine.commands import forget_content, start_interview
from statemachine.errors import IllegalMove, IllegalSession
from statemachine.events import (
    AnswerGiven,
    ContentForgotten,
    Ending,
    Event,
    InterviewCompleted,
    InterviewHeld,
    InterviewReleased,
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
from statemachine.interview import Interview, evolve, forgotten_interview, rebuild, replay
from statemachine.rules import MAX_KEPT
from statemachine.session import Config
from statemachine.states import State
from tests.depth import examples
from tests.statemachine.examples import ANSWERED, ASKED, CLOSED, STARTED, session_of
from tests.statemachine.strategies import (
    Run,
    adoptions,
    configs,
    few,
    interruptions,
    interview_ids,
    prompts,
    refusals,
    runs,
    words,
)

ORIGIN = Origin(backend="templates")
Hold = InterviewHeld | InterviewReleased
HOLDS = (InterviewHeld(reason="Court."), InterviewReleased(reason="Done."))
near = st.sampled_from([0, 0, 0, 0, 1, -1])
mostly = st.sampled_from([True, True, True, False])


def may_follow(past: Sequence[Event], event: Event, total: int) -> bool:
    """The contract's rules, told without states: by counting what has happened."""
    if not past:
        return isinstance(event, InterviewStarted | SessionAdopted)
    asked = sum(isinstance(e, QuestionAsked) for e in past)
    kept = [e for e in past if isinstance(e, QuestionKept)]
    answered = _answered(past)
    is_open = not any(isinstance(e, InterviewCompleted) for e in past)
    holds = [isinstance(e, InterviewHeld) for e in past if isinstance(e, Hold)]
    on_hold = bool(holds) and holds[-1]
    if any(isinstance(e, ContentForgotten) for e in past):
        return False
    match event:
        case InterviewHeld():
            return not on_hold
        case InterviewReleased():
            return on_hold
        case ContentForgotten(questions_asked=questions):
            return not on_hold and questions == asked
        case QuestionAsked(number=number):
            return is_open and asked == answered and number == asked + 1 <= total
        case AnswerGiven():
            return is_open and answered == asked - 1
        case QuestionKept(number=number):
            times = sum(e.number == asked for e in kept)
            return is_open and 0 < asked == answered == number and times < MAX_KEPT
        case InterviewCompleted(ending=Ending.STOPPED_BY_CANDIDATE):
            was_asked = kept and kept[-1].number == asked and kept[-1].purpose is Purpose.ASK_STOP
            return bool(is_open and asked == answered and was_asked)
        case InterviewCompleted(ending=ending):
            fits = (ending is Ending.ALL_ANSWERED) == (answered == total)
            return is_open and 0 < asked == answered and fits
        case SummaryGiven(questions_asked=questions, responses_given=responses):
            return asked > 0 and (questions, responses) == (asked, answered)
        case ReplyInterrupted(of_summary=of_summary):
            return asked > 0 if of_summary else is_open and asked == answered
    return isinstance(event, SessionRefused)


def _answered(past: Sequence[Event]) -> int:
    """How many answers count."""
    taken_back = sum(
        isinstance(e, QuestionKept)
        or (isinstance(e, InterviewCompleted) and e.ending is Ending.STOPPED_BY_CANDIDATE)
        for e in past
    )
    return sum(isinstance(e, AnswerGiven) for e in past) - taken_back


class AnyEvents(RuleBasedStateMachine):
    """Whatever is tried on an interview, it takes what `may_follow` allows and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.past: list[Event] = []
        self.interview: Interview | None = None

    @initialize(
        config=configs,
        prompt=prompts,
        first=words,
        is_started=mostly,
    )
    def begin(self, config: Config, prompt: str, first: str, is_started: bool) -> None:
        self.config = config
        if is_started:
            self._try(start_interview(config, prompt))
            self._try(QuestionAsked(number=1, content=first))

    @rule(off=near, content=words)
    def ask(self, off: int, content: str) -> None:
        self._try(QuestionAsked(number=self._count(QuestionAsked) + 1 + off, content=content))

    @rule(content=words)
    def answer(self, content: str) -> None:
        self._try(AnswerGiven(content=content))

    @rule(off=near, purpose=st.sampled_from(Purpose), content=words)
    def keep(self, off: int, purpose: Purpose, content: str) -> None:
        number = self._count(QuestionAsked) + off
        self._try(QuestionKept(number=number, content=content, purpose=purpose))

    @rule(ending=st.sampled_from(Ending), content=words)
    def close(self, ending: Ending, content: str) -> None:
        self._try(InterviewCompleted(ending=ending, content=content))

    @rule(asked_off=near, answered_off=near, content=words)
    def sum_up(self, asked_off: int, answered_off: int, content: str) -> None:
        self._try(
            SummaryGiven(
                content=content,
                questions_asked=self._count(QuestionAsked) + asked_off,
                responses_given=_answered(self.past) + answered_off,
                origin=ORIGIN,
            )
        )

    @rule(event=refusals)
    def refuse(self, event: SessionRefused) -> None:
        self._try(event)

    @rule(
        event=st.sampled_from([InterviewHeld(reason="Court."), InterviewReleased(reason="Done.")])
    )
    def hold_or_release(self, event: Hold) -> None:
        self._try(event)

    @rule(event=interruptions, of_summary=st.booleans())
    def interrupt(self, event: ReplyInterrupted, of_summary: bool) -> None:
        self._try(event.model_copy(update={"of_summary": of_summary}))

    @rule(off=near, rarely=st.integers(0, 9))
    def forget(self, off: int, rarely: int) -> None:
        if self.interview is not None and rarely == 0:
            forgetting = forget_content(self.interview, "It was asked for.")
            told = {"questions_asked": forgetting.questions_asked + off}
            self._try(forgetting.model_copy(update=told))

    @rule(prompt=prompts)
    def start(self, prompt: str) -> None:
        self._try(start_interview(self.config, prompt))

    @rule()
    def adopt_anew(self) -> None:
        if self.past:
            self._try(SessionAdopted(session=session_of("sua")))

    @invariant()
    def its_counts_are_those_of_what_happened(self) -> None:
        if self.interview is not None:
            assert self.interview.version == len(self.past)
            assert self.interview.questions_asked == self._count(QuestionAsked)
            assert self.interview.answers_given == _answered(self.past)
            is_closed = bool(self._count(InterviewCompleted))
            assert self.interview.is_forgotten == bool(self._count(ContentForgotten))
            assert self.interview.is_complete == (is_closed and not self.interview.is_forgotten)

    def _count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.past)

    def _try(self, event: Event) -> None:
        before = copy.deepcopy(self.interview)
        if may_follow(self.past, event, self.config.total_questions):
            evolved = evolve(self.interview, event)
            assert self.interview == before
            self.interview = evolved
            self.past.append(event)
        else:
            with pytest.raises(IllegalMove):
                evolve(self.interview, event)
            assert self.interview == before


TestAnInterviewTakesWhatTheRulesAllowAndNothingElse = AnyEvents.TestCase
TestAnInterviewTakesWhatTheRulesAllowAndNothingElse.settings = settings(
    max_examples=examples(200), stateful_step_count=40, deadline=None
)


@pytest.mark.parametrize("number", [-1, 0, 1, 3, 4])
def test_a_question_is_refused_unless_it_has_the_next_number(number: int) -> None:
    with pytest.raises(IllegalMove, match="unless it is the question after the last one asked"):
        replay([*ANSWERED, QuestionAsked(number=number, content="Why?")])


@few
@given(runs())
def test_every_prefix_of_a_legal_run_is_legal(run: Run) -> None:
    for length in range(1, len(run) + 1):
        assert replay(run[:length]).version == length


@few
@given(runs())
def test_an_interview_has_the_fingerprint_of_its_session(run: Run) -> None:
    interview = replay(run, id=str(uuid4()))
    assert interview.fingerprint() == interview.session.fingerprint()


@few
@given(runs())
def test_no_event_gives_an_interview_another_field(run: Run) -> None:
    names = [field.name for field in fields(Interview)]
    assert all(list(vars(replay(run[:length]))) == names for length in range(1, len(run) + 1))


@few
@given(runs())
def test_the_current_question_never_falls_and_never_passes_the_total(run: Run) -> None:
    numbers = [replay(run[:length]).session.current_question for length in range(1, len(run) + 1)]
    assert numbers[0] == 1
    assert numbers == sorted(numbers)
    assert numbers[-1] <= replay(run).config.total_questions


@few
@given(runs())
def test_when_all_is_answered_there_are_as_many_answers_as_the_interview_has_questions(
    run: Run,
) -> None:
    interview = replay(run)
    endings = [event.ending for event in run if isinstance(event, InterviewCompleted)]
    if endings == [Ending.ALL_ANSWERED]:
        assert interview.answers_given == interview.config.total_questions
    elif endings == [Ending.CLOSED_BY_INTERVIEWER]:
        assert 0 < interview.answers_given < interview.config.total_questions
    assert interview.is_complete == bool(endings)


@few
@given(adoptions())
def test_an_adopted_session_goes_on_as_the_interview_that_it_tells_of(
    run_and_adopted: tuple[Run, Run],
) -> None:
    original, adopted = map(replay, run_and_adopted)
    assert adopted.session == original.session
    assert adopted.state is original.state
    assert adopted.adopted
    assert not original.adopted
    assert adopted.version == len(run_and_adopted[1])


def test_an_interview_without_events_is_none() -> None:
    with pytest.raises(IllegalMove, match="no events"):
        replay([])


def test_an_interview_begins_by_being_started_or_adopted() -> None:
    with pytest.raises(IllegalMove, match="begins by being started or adopted"):
        replay([AnswerGiven(content="Hello.")])


def test_a_session_that_no_interview_could_produce_is_not_adopted() -> None:
    with pytest.raises(IllegalSession, match=r"messages\[3\]"):
        replay([SessionAdopted(session=session_of("suaa"))])


def test_an_adopted_interview_has_the_id_that_the_log_gives_it() -> None:
    id = "5b0d4d5e-55d2-4bd4-9d4a-4f3a4b7c1d11"
    interview = replay([SessionAdopted(session=session_of("sua"))], id=id)
    assert interview.id == interview.session.interview_id == id


@pytest.mark.parametrize(
    ("run", "state", "pending", "awaits"),
    [
        (STARTED, State.STARTED, None, True),
        (ASKED, State.QUESTIONING, None, False),
        (ANSWERED, State.QUESTIONING, "A probability.", True),
        (CLOSED, State.COMPLETE, None, False),
    ],
    ids=["started", "asked", "answered", "closed"],
)
def test_the_interviewer_is_awaited_before_the_first_question_and_after_each_answer(
    run: Run, state: State, pending: str | None, awaits: bool
) -> None:
    interview = replay(run)
    assert interview.state is state
    assert interview.pending_answer == pending
    assert interview.awaits_interviewer is awaits


def test_an_answer_without_its_reply_is_not_yet_in_the_session() -> None:
    assert replay(ANSWERED).session == replay(ASKED).session


def test_a_session_as_it_was_is_not_complete_and_has_its_own_question() -> None:
    interview = replay(CLOSED)
    assert interview.session_at(3) == replay(ASKED).session
    assert interview.session.is_complete
    assert interview.session.current_question == 1


def summary_of(answered: int) -> SummaryGiven:
    return SummaryGiven(
        content="So far.", questions_asked=1, responses_given=answered, origin=ORIGIN
    )


def test_a_summary_holds_while_nothing_more_is_said() -> None:
    refused = SessionRefused(place="isComplete", fingerprint="00" * 32)
    assert replay([*ANSWERED, summary_of(1), refused]).summary == summary_of(1)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ([*ASKED, summary_of(0)], AnswerGiven(content="So.")),
        ([*ANSWERED, summary_of(1)], QuestionAsked(number=2, content="Why?")),
        ([*ANSWERED, summary_of(1)], CLOSED[-1]),
    ],
    ids=["an answer", "a question", "a closing"],
)
def test_a_summary_is_void_once_more_is_said(run: list[Event], said: Event) -> None:
    assert replay(run).summary is not None
    assert replay([*run, said]).summary is None


def test_an_interview_of_fifteen_questions_fits_into_a_session_whatever_came_before_it() -> None:
    adopted = SessionAdopted(session=session_of("s" * 68 + "ua", total=15))
    moves: list[Event] = [adopted, AnswerGiven(content="One.")]
    for number in range(2, 16):
        moves += [QuestionAsked(number=number, content="Why?"), AnswerGiven(content="So.")]
    moves.append(InterviewCompleted(ending=Ending.ALL_ANSWERED, content="Goodbye."))
    session = replay(moves).session
    assert len(session.messages) == 100
    assert rebuild(session).session == session


# Holding and forgetting


@few
@given(run=runs(), id=interview_ids)
def test_any_interview_can_be_forgotten_and_is_then_known_by_its_counts_alone(
    run: Run, id: str
) -> None:
    interview = replay(run, id=id)
    forgetting = forget_content(interview, "It was asked for.")
    forgotten = evolve(interview, forgetting)
    assert forgotten == forgotten_interview(forgetting, id=id, version=len(run) + 1)
    assert (forgotten.is_forgotten, forgotten.messages, forgotten.config.model) == (True, (), None)
    assert forgotten.answers_given == interview.answers_given


def test_an_interview_on_hold_is_not_forgotten_until_it_is_released() -> None:
    held = evolve(replay(CLOSED), InterviewHeld(reason="A court asks."))
    with pytest.raises(IllegalMove, match="unless the interview is not on hold"):
        evolve(held, forget_content(held, "It was asked for."))
    released = evolve(held, InterviewReleased(reason="It is done."))
    assert evolve(released, forget_content(released, "It was asked for.")).is_forgotten


@pytest.mark.parametrize("change", [{"answers_given": 7}, {"state": State.STARTED}])
def test_a_forgetting_tells_the_interview_as_it_stood(change: dict[str, Any]) -> None:
    closed = replay(CLOSED)
    forgetting = forget_content(closed, "It was asked for.").model_copy(update=change)
    with pytest.raises(IllegalMove, match="as they are"):
        evolve(closed, forgetting)


def test_the_sources_are_whose_words_are_in_it_in_the_order_they_first_spoke() -> None:
    def ask(number: int, backend: str) -> QuestionAsked:
        return QuestionAsked(number=number, content="Why?", origin=Origin(backend=backend))

    interview = replay(
        [*STARTED, ask(1, "templates"), AnswerGiven(content="One."), ask(2, "ollama")]
    )
    assert interview.sources == ("templates", "ollama")
