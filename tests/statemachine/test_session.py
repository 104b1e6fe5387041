"""The session on the wire: what is taken, what is refused, and its fingerprint."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from statemachine.canonical import canonical_json
from statemachine.events import AnswerGiven, QuestionAsked
from statemachine.interview import Interview
from statemachine.session import (
    MAX_MESSAGE_CHARS,
    Config,
    Message,
    Session,
    Speaker,
    message_json,
)
from tests.statemachine.strategies import few, interview_ids, interviews, words

WIRE: dict[str, Any] = {
    "config": {"role": "Software Engineer", "model": "granite4:2b", "totalQuestions": 5},
    "messages": [
        {"role": "system", "content": "You interview."},
        {"role": "user", "content": "Please start the interview."},
        {"role": "assistant", "content": "Question 1: What’s a naïve approach?"},
    ],
    "currentQuestion": 1,
    "isComplete": False,
}


def refused_at(wire: dict[str, Any]) -> set[str]:
    """The places that a posted session is refused for."""
    with pytest.raises(ValidationError) as refusal:
        Session.model_validate_json(json.dumps(wire))
    return {".".join(map(str, error["loc"])) for error in refusal.value.errors()}


def test_a_session_comes_back_on_the_wire_as_it_was_posted() -> None:
    session = Session.model_validate(WIRE)
    assert session.model_dump(mode="json", by_alias=True, exclude_none=True) == WIRE


@pytest.mark.parametrize("field", ["config", "messages"])
def test_a_session_needs_its_config_and_messages(field: str) -> None:
    assert refused_at({key: value for key, value in WIRE.items() if key != field}) == {field}


def test_what_may_be_left_out_has_its_default() -> None:
    session = Session.model_validate(
        {"config": {"role": "Data Analyst"}, "messages": WIRE["messages"]}
    )
    assert session.config.total_questions == 5
    assert session.config.model is None
    assert session.current_question == 1
    assert not session.is_complete
    assert session.interview_id is None


@pytest.mark.parametrize("role", ["", " ", "Nurse\n", "\x1b[31mNurse", "N\x00", "r" * 101, None, 1])
def test_a_role_is_one_line_of_1_to_100_characters(role: object) -> None:
    assert refused_at(WIRE | {"config": {"role": role}}) == {"config.role"}


@pytest.mark.parametrize(
    "role", ["Astronaut", "r" * 100, "Pflegefachkraft (m/w/d)", "नर्स", "ممرضة"]
)
def test_any_text_can_be_a_role(role: str) -> None:
    assert Config(role=role).role == role


@pytest.mark.parametrize("count", [0, 16, -1, "5", 5.0, 5.5, True, None])
def test_a_count_of_questions_is_a_whole_number_from_1_to_15(count: object) -> None:
    config = WIRE["config"] | {"totalQuestions": count}
    assert refused_at(WIRE | {"config": config}) == {"config.totalQuestions"}
    assert refused_at(WIRE | {"currentQuestion": count}) == {"currentQuestion"}


@pytest.mark.parametrize("count", [1, 15])
def test_one_question_and_fifteen_are_allowed(count: int) -> None:
    assert Config(role="Data Analyst", total_questions=count).total_questions == count


@pytest.mark.parametrize("flag", [0, 1, "false", None])
def test_completion_is_true_or_false_and_nothing_like_it(flag: object) -> None:
    assert refused_at(WIRE | {"isComplete": flag}) == {"isComplete"}


@pytest.mark.parametrize("model", ["", "m" * 201, 7])
def test_a_model_has_1_to_200_characters(model: object) -> None:
    assert refused_at(WIRE | {"config": {"role": "Data Analyst", "model": model}}) == {
        "config.model"
    }


@pytest.mark.parametrize("count", [0, 161])
def test_a_session_has_1_to_160_messages(count: int) -> None:
    assert refused_at(WIRE | {"messages": WIRE["messages"][:1] * count}) == {"messages"}


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ({"role": "tool", "content": "x"}, "role"),
        ({"content": "x"}, "role"),
        ({"role": "user"}, "content"),
        ({"role": "user", "content": None}, "content"),
        ({"role": "user", "content": ["x"]}, "content"),
    ],
)
def test_a_message_needs_a_known_role_and_text(message: dict[str, Any], place: str) -> None:
    messages = [*WIRE["messages"], message]
    assert refused_at(WIRE | {"messages": messages}) == {f"messages.3.{place}"}


def test_unknown_fields_are_ignored_wherever_they_stand() -> None:
    messages = [message | {"mood": "calm"} for message in WIRE["messages"]]
    posted = WIRE | {"config": WIRE["config"] | {"x": 1}, "messages": messages, "theme": "dark"}
    assert Session.model_validate(posted) == Session.model_validate(WIRE)


def test_a_session_is_frozen_all_the_way_down() -> None:
    session = Session.model_validate(WIRE)
    for value, field in [
        (session, "is_complete"),
        (session.config, "model"),
        (session.messages[0], "content"),
    ]:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(value, field, None)
    assert isinstance(session.messages, tuple)


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    half = "\ud800"
    with pytest.raises(ValidationError, match="half of a surrogate pair"):
        Message(role="user", content=half)
    with pytest.raises(ValidationError):
        AnswerGiven(content=half)
    with pytest.raises(ValidationError):
        Config(role="Data Analyst", model=half)


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_no_message_holds_a_nul(role: str) -> None:
    with pytest.raises(ValidationError, match="NUL"):
        Message(role=role, content="a\0b")


@pytest.mark.parametrize("content", ["", " \t\n", "a\0b", "a" * (MAX_MESSAGE_CHARS + 1)])
def test_an_answer_has_1_to_10000_characters_and_words(content: str) -> None:
    with pytest.raises(ValidationError):
        AnswerGiven(content=content)


@pytest.mark.parametrize("content", ["", " \t\n", "a\0b"])
def test_a_question_that_no_session_could_hold_is_not_asked(content: str) -> None:
    with pytest.raises(ValidationError):
        QuestionAsked(number=1, content=content)


def test_words_are_kept_as_they_were_said() -> None:
    for said in ("  spaced \n", "😀", "e\u0301", "a" * MAX_MESSAGE_CHARS):
        assert AnswerGiven(content=said).content == said


ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_an_interview_id_is_kept() -> None:
    assert Session.model_validate(WIRE | {"interviewId": ID}).interview_id == ID


@pytest.mark.parametrize(
    "id", [ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f"{ID} ", "", "1", 1]
)
def test_an_interview_id_is_a_uuid_in_lower_case_and_nothing_else(id: object) -> None:
    assert refused_at(WIRE | {"interviewId": id}) == {"interviewId"}


# Fingerprints


def test_the_fingerprint_of_a_session_never_changes() -> None:
    # Logs find sessions by it: another value here leaves every old session unknown.
    fingerprint = Session.model_validate(WIRE).fingerprint()
    assert fingerprint.hex() == ("baf7248ab39729e5b31e2b31e48c39063fb00449fd8c9d9693ff11206a1f4651")


@given(st.sampled_from(Speaker), st.text())
def test_a_message_is_hashed_in_canonical_json(role: Speaker, content: str) -> None:
    told = {"role": role, "content": content}
    assert message_json(role, content) == canonical_json(told)


def test_the_fingerprint_of_a_move_never_changes() -> None:
    fingerprint = Session.model_validate(WIRE).move_fingerprint("It’s the first one.")
    assert fingerprint.hex() == ("ead4bc1e31f2afb8479718add5427d8e7db85f34cc3ef64d12ea9a0c42ee8367")


@few
@given(interviews(), st.none() | interview_ids)
def test_the_fingerprint_does_not_depend_on_the_id(interview: Interview, id: str | None) -> None:
    session = interview.session
    other = session.model_copy(update={"interview_id": id})
    assert other.fingerprint() == session.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"config": WIRE["config"] | {"role": "Data Analyst"}},
        {"config": WIRE["config"] | {"model": None}},
        {"config": WIRE["config"] | {"totalQuestions": 6}},
        {"messages": WIRE["messages"][1:]},
        {"messages": [*WIRE["messages"][:-1], {"role": "assistant", "content": "?"}]},
        {"messages": [*WIRE["messages"][:-1], WIRE["messages"][-1] | {"role": "user"}]},
        {"currentQuestion": 2},
        {"isComplete": True},
    ],
)
def test_the_fingerprint_depends_on_each_of_the_four_fields(change: dict[str, Any]) -> None:
    changed = Session.model_validate(WIRE | change)
    assert changed.fingerprint() != Session.model_validate(WIRE).fingerprint()


def test_the_fingerprint_ignores_unknown_fields_and_sees_defaults() -> None:
    config = {"role": "Data Analyst", "totalQuestions": 5}
    full = Session.model_validate(WIRE | {"config": config | {"model": None}, "extra": 1})
    short = Session.model_validate({"config": {"role": "Data Analyst"}, "messages": full.messages})
    assert short.fingerprint() == full.fingerprint()


@few
@given(interviews(), words, words)
def test_the_fingerprint_of_a_move_depends_on_its_answer(
    interview: Interview, said: str, other: str
) -> None:
    session = interview.session
    same = session.move_fingerprint(said) == session.move_fingerprint(other)
    assert same == (said == other)
