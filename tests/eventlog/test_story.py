"""The story of an interview, told from its records."""

from dataclasses import replace
from itertools import pairwise

import pytest

from eventlog.errors import LogCorrupted, WordsForgotten
from eventlog.records import Record, draft
from eventlog.story import session_at_version, story_of
from statemachine.commands import give_answer
from statemachine.events import OUTLIVES_FORGETTING, Event, InterviewHeld, InterviewReleased
from statemachine.interview import replay as interview_after
from statemachine.states import State
from tests.eventlog.interviews import AT, OPENING, WHOLE, ask, start
from tests.stories import (
    EVERYTHING,
    FROM_THE_START,
    ID,
    OLLAMA,
    adopted,
    asked_by_ollama,
    forget,
    records_of,
    with_summary,
)

N, S, Q, C, F = State
HELD = InterviewHeld(reason="A court asked for it.")
RELEASED = InterviewReleased(reason="The court is done.")


def states_of(records: list[Record]) -> list[State | None]:
    steps = story_of(records).steps
    for one, next_one in pairwise(steps):
        assert one.after is next_one.before
    return [steps[0].before, *(step.after for step in steps)]


def test_each_step_tells_what_happened_when_and_between_which_states() -> None:
    story = story_of(records_of(*WHOLE))
    assert [step.event for step in story.steps] == list(WHOLE)
    assert [step.since_start_ms for step in story.steps] == [0, 1000, 2000, 3000, 4000, 5000]
    assert states_of(records_of(*WHOLE)) == [N, S, Q, Q, Q, Q, C]
    assert story.interview.is_complete
    assert story.forgotten is None


def test_the_interviewers_words_have_an_origin() -> None:
    steps = story_of(records_of(start(), asked_by_ollama(1, "Why?"), give_answer("So."))).steps
    assert [step.origin for step in steps] == [None, OLLAMA, None]


def test_time_may_run_backwards_when_a_clock_was_set_back() -> None:
    first, second = records_of(*OPENING)
    earlier = replace(second, time="2026-01-05T10:29:59.500Z")
    assert story_of([first, earlier]).steps[1].since_start_ms == -500


@pytest.mark.parametrize(
    "events",
    [
        WHOLE,
        OPENING,
        FROM_THE_START,
        EVERYTHING,
        WHOLE[:3],
        (start(),),
        (start(), HELD, RELEASED),
        (*OPENING, HELD, RELEASED, give_answer("Because.")),
        (adopted(3),),
        (adopted(5), give_answer("It works.")),
        (adopted(7),),
        with_summary(adopted(7)),
        with_summary(adopted(3)),
    ],
)
def test_forgetting_takes_the_words_and_leaves_the_story(events: tuple[Event, ...]) -> None:
    before = records_of(*events)
    after = forget(before)
    assert states_of(after) == [*states_of(before), F]
    story = story_of(after)
    assert story.forgotten is not None
    assert story.interview.is_forgotten
    for step, kept in zip(story.steps, before, strict=False):
        keeps_words = kept.kind in OUTLIVES_FORGETTING
        assert step.event == (kept.event if keeps_words else None)
        assert (step.record.position, step.record.time) == (kept.position, kept.time)


def test_a_state_that_cannot_be_told_is_not_told() -> None:
    records = forget(records_of(*OPENING))
    strange = replace(records[1], kind="interview-sung")
    steps = story_of([records[0], strange, records[2]]).steps
    assert steps[1].after is None
    assert story_of(records).steps[1].after is Q


def test_words_that_are_gone_without_being_forgotten_are_told_of() -> None:
    first, second = records_of(*OPENING)
    with pytest.raises(LogCorrupted, match="the words of event 40 are gone"):
        story_of([replace(first, payload=None, salt=None), second])


def test_the_session_at_a_version_is_what_the_client_held_then() -> None:
    records = records_of(*WHOLE)
    interview = interview_after(WHOLE, id=ID)
    held = [session_at_version(records, version) for version in range(1, 7)]
    lengths = [None, 3, 3, 5, 5, 7]
    assert held == [
        interview.session_at(length) if length is not None else None for length in lengths
    ]


def test_an_adopted_session_is_held_from_the_start() -> None:
    records = records_of(*EVERYTHING)
    held = session_at_version(records, 1)
    assert held is not None
    assert held == adopted(3).session
    assert session_at_version(records, 3) == held


@pytest.mark.parametrize("version", [-1, 0, 7])
def test_a_version_that_there_was_not_is_an_error(version: int) -> None:
    with pytest.raises(IndexError, match="versions 1 to 6"):
        session_at_version(records_of(*WHOLE), version)


def test_no_records_have_no_versions() -> None:
    with pytest.raises(IndexError):
        session_at_version([], 1)


@pytest.mark.parametrize("version", [1, 2, 7, 9])
def test_a_forgotten_interview_has_no_sessions(version: int) -> None:
    with pytest.raises(WordsForgotten):
        session_at_version(forget(records_of(*WHOLE)), version)


def test_an_interview_that_never_got_a_question_has_a_story() -> None:
    records = records_of(start())
    assert session_at_version(records, 1) is None
    again = draft(ID, 2, ask(1), AT).at(41)
    assert session_at_version([*records, again], 2) is not None
