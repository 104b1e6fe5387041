"""A posted session folds to the interview that would have produced it, or is refused."""

import pytest
from hypothesis import given

from statemachine.errors import IllegalSession
from statemachine.interview import Interview, rebuild
from statemachine.session import MAX_MESSAGE_CHARS, Session, Speaker
from tests.statemachine.examples import session_of
from tests.statemachine.strategies import few, interviews

TOO_LONG = "a" * (MAX_MESSAGE_CHARS + 1)

REFUSED = {
    "no question at all": (session_of("su"), "messages", "has not asked anything"),
    "nothing but a prompt": (session_of("s"), "messages", "has not asked anything"),
    "complete without a question": (
        session_of("su", complete=True),
        "messages",
        "has not asked anything",
    ),
    "an answer before the first question": (session_of("suua"), "messages[2]", "assistant is due"),
    "two questions in a row": (session_of("suaa", current=2), "messages[3]", "user is due"),
    "two answers in a row": (session_of("suauua"), "messages[4]", "assistant is due"),
    "a system message in the middle": (session_of("suausa"), "messages[4]", "is of role system"),
    "a system message instead of an answer": (session_of("suas"), "messages[3]", "user is due"),
    "an answer at the end": (session_of("suau"), "messages[3]", "beside it as `message`"),
    "a complete session that ends in an answer": (
        session_of("suau", complete=True),
        "messages[3]",
        "ends with an answer",
    ),
    "a number too high": (session_of("sua", current=2), "currentQuestion", "hold 1"),
    "a number too low": (session_of("sua" + "ua" * 3, total=5), "currentQuestion", "hold 4"),
    "a number lower than the labels": (
        session_of("suaua", words={4: "Thanks. Question 2: Why?"}),
        "currentQuestion",
        "hold 2",
    ),
    "a complete session that counts its closing": (
        session_of("suaua", current=2, complete=True),
        "currentQuestion",
        "hold 1",
    ),
    "more questions than the total": (
        session_of("suauaua", current=3, total=2),
        "messages[6]",
        "not past the total",
    ),
    "an open session that has its closing": (
        session_of("suauauaua", current=1, total=1),
        "messages[4]",
        "not past the total",
    ),
    "words after the last closing": (
        session_of("suauauauaua", complete=True, total=1),
        "messages[4]",
        "not past the total",
    ),
    "completion without an answer": (
        session_of("sua", complete=True),
        "messages[2]",
        "interview-completed cannot happen",
    ),
    "a blank question": (session_of("sua", words={2: "\n"}), "messages[2]", "has no words"),
    "a blank answer": (session_of("suaua", words={3: " \t"}), "messages[3]", "has no words"),
    "an over-long answer": (session_of("suaua", words={3: TOO_LONG}), "messages[3]", "10,000"),
    "too much before the first question": (
        session_of("s" * 69 + "ua"),
        "messages[69]",
        "more than 69 messages",
    ),
}


@pytest.mark.parametrize(("session", "place", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_illegal_session_is_refused_with_its_place(
    session: Session, place: str, reason: str
) -> None:
    with pytest.raises(IllegalSession, match=reason) as refusal:
        rebuild(session)
    assert refusal.value.place == place
    assert str(refusal.value) == f"{place}: {refusal.value.reason}"


@pytest.mark.parametrize("speakers", ["a", "ua", "sa", "sua", "ssua"])
def test_a_session_may_come_without_a_prompt_or_a_wish_to_start(speakers: str) -> None:
    assert rebuild(session_of(speakers)).questions_asked == 1


def test_an_answer_may_have_ten_thousand_characters_and_a_question_more() -> None:
    longest = {2: TOO_LONG, 3: "a" * MAX_MESSAGE_CHARS}
    assert rebuild(session_of("suaua", current=2, words=longest)).answers_given == 1


def test_a_complete_session_stays_at_the_last_question_asked() -> None:
    interview = rebuild(session_of("suauaua", current=2, complete=True))
    assert interview.is_complete
    assert (interview.questions_asked, interview.answers_given) == (2, 2)


@few
@given(interviews())
def test_a_session_and_the_events_behind_it_give_the_same_interview(interview: Interview) -> None:
    rebuilt = rebuild(interview.session)
    assert rebuilt.session == interview.session
    assert rebuilt.questions_asked == interview.questions_asked
    assert rebuilt.state is interview.state
    pending = interview.pending_answer is not None
    assert rebuilt.answers_given == interview.answers_given - pending


@few
@given(interviews())
def test_every_session_that_a_client_ever_held_is_legal(interview: Interview) -> None:
    for length, message in enumerate(interview.messages, start=1):
        if message.role is Speaker.ASSISTANT:
            session = interview.session_at(length)
            assert rebuild(session).session == session
