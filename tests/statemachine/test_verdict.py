"""A posted session measured against the interview that the log holds."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from statemachine.errors import IllegalSession
from statemachine.interview import Interview, rebuild, replay
from statemachine.roles import PRODUCT_MANAGER
from statemachine.session import Session, Speaker
from statemachine.verdict import Judgement, Verdict, judge
from tests.statemachine.examples import ANSWERED, ASKED, CLOSED, STARTED, session_of
from tests.statemachine.strategies import few, interviews, words

CURRENT = Judgement(Verdict.CURRENT)
REPEATED = Judgement(Verdict.REPEATED)


@few
@given(interviews(), words)
def test_the_head_is_current_whatever_is_answered_to_it(interview: Interview, said: str) -> None:
    recorded = interview.pending_answer
    assert judge(interview.session, interview) == CURRENT
    assert judge(interview.session, interview, recorded or said) == CURRENT


@st.composite
def earlier_sessions(draw: st.DrawFn) -> tuple[Session, str, Interview]:
    """A session that a client once held, what was answered to it, and the interview since."""
    interview = draw(interviews(at_least=2).filter(lambda i: len(i.session.messages) > 3))
    length = draw(st.sampled_from(range(3, len(interview.session.messages), 2)))
    return interview.session_at(length), interview.messages[length].content, interview


@few
@given(earlier_sessions())
def test_an_earlier_session_with_the_recorded_answer_is_repeated(
    earlier: tuple[Session, str, Interview],
) -> None:
    session, recorded, interview = earlier
    assert judge(session, interview, recorded) == REPEATED


@few
@given(earlier_sessions(), st.none() | words)
def test_an_earlier_session_with_another_answer_or_none_is_behind(
    earlier: tuple[Session, str, Interview], other: str | None
) -> None:
    session, recorded, interview = earlier
    if other != recorded:
        place = f"messages[{len(session.messages)}].content"
        assert judge(session, interview, other) == Judgement(Verdict.BEHIND, place)


def test_a_pending_answer_posted_again_is_current() -> None:
    interview = replay(ANSWERED)
    assert judge(interview.session, interview, "A probability.") == CURRENT


def test_another_answer_than_the_pending_one_is_behind() -> None:
    interview = replay(ANSWERED)
    behind = Judgement(Verdict.BEHIND, "messages[3].content")
    assert judge(interview.session, interview, "Something else.") == behind


@few
@given(interviews(), st.data())
def test_an_edited_message_differs_where_it_was_edited_or_is_refused(
    interview: Interview, data: st.DataObject
) -> None:
    held = interview.session
    index = data.draw(st.integers(0, len(held.messages) - 1))
    edits: list[tuple[str, st.SearchStrategy[object]]] = [
        ("role", st.sampled_from(Speaker)),
        ("content", words),
    ]
    field, values = data.draw(st.sampled_from(edits))
    edited = held.messages[index].model_copy(update={field: data.draw(values)})
    assume(edited != held.messages[index])
    messages = (*held.messages[:index], edited, *held.messages[index + 1 :])
    posted = held.model_copy(update={"messages": messages})
    try:
        rebuild(posted)
    except IllegalSession:
        return
    assert judge(posted, interview) == Judgement(Verdict.DIFFERS, f"messages[{index}].{field}")


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("role", PRODUCT_MANAGER, "config.role"),
        ("model", None, "config.model"),
        ("total_questions", 15, "config.totalQuestions"),
    ],
)
def test_a_session_of_another_config_differs(field: str, value: object, place: str) -> None:
    held = session_of("sua")
    posted = held.model_copy(update={"config": held.config.model_copy(update={field: value})})
    assert judge(posted, rebuild(held)) == Judgement(Verdict.DIFFERS, place)


DIFFERENT = {
    "a prompt in place of the wish to start": (
        session_of("sua"),
        session_of("ssa"),
        "messages[1].role",
    ),
    "another answer": (
        session_of("suaua", current=2),
        session_of("suaua", current=2, words={3: "Other words."}),
        "messages[3].content",
    ),
    "a closing posted as a question": (
        session_of("suaua", complete=True),
        session_of("suaua", current=2),
        "isComplete",
    ),
    "a question posted as a closing": (
        session_of("suaua", current=2),
        session_of("suaua", complete=True),
        "isComplete",
    ),
    "an earlier state posted as complete": (
        session_of("suauaua", current=3),
        session_of("suaua", complete=True),
        "isComplete",
    ),
    "more words than were said": (
        session_of("sua"),
        session_of("suaua", current=2),
        "messages[3]",
    ),
}


@pytest.mark.parametrize(("held", "posted", "place"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_session_that_says_other_than_the_log_differs(
    held: Session, posted: Session, place: str
) -> None:
    rebuild(posted)
    assert judge(posted, rebuild(held)) == Judgement(Verdict.DIFFERS, place)


def test_a_question_that_was_never_recorded_differs() -> None:
    posted = replay(ASKED).session
    assert judge(posted, replay(STARTED)) == Judgement(Verdict.DIFFERS, "messages[2]")


def test_the_answer_before_the_closing_posted_again_is_repeated() -> None:
    assert judge(replay(ASKED).session, replay(CLOSED), "A probability.") == REPEATED


def test_a_verdict_has_its_name_in_the_design() -> None:
    assert list(Verdict) == ["current", "repeated", "behind", "differs", "unknown"]
