"""The recorded interviewer: the same words while the candidate says the same."""

from dataclasses import replace

import pytest

from backends.errors import BackendError
from backends.pace import Pace
from backends.recording import Line, Recorded, RecordedInterviewer, Recording
from backends.turn import Turn, TurnText
from statemachine.roles import DATA_ANALYST, PRODUCT_MANAGER, Role
from statemachine.session import MAX_MESSAGE_CHARS
from tests.backends.interviews import turn
from tests.fakes import CLOSING

TOOK_MS = 300
RECORDED = Recording(
    role=DATA_ANALYST,
    total_questions=3,
    answers=("Answer 1.", "Answer 2.", "Answer 3."),
    lines=(
        Line("Why?", model="llama3.2:1b", elapsed_ms=TOOK_MS),
        Line("How?"),
        Line("And then?"),
        Line("Goodbye.", closes=True),
    ),
    summaries={2: Line("It goes well.")},
)


def due(number: int, total: int = 3, role: Role = DATA_ANALYST, **given: str) -> Turn:
    found = turn(number, total=total, role=role)
    return Turn(found.session, given["answer"]) if given else found


def spoken(asked: Turn, pace: Pace = Pace.INSTANT, recorded: Recording = RECORDED) -> Recorded:
    return RecordedInterviewer(recorded, pace).reply(asked)


def test_each_answer_gets_the_recorded_reply() -> None:
    said = [spoken(due(number)) for number in (1, 2, 3, 4)]
    assert [words.text.text for words in said] == ["Why?", "How?", "And then?", "Goodbye."]
    assert [words.text.closes for words in said] == [False, False, False, True]
    assert [words.model for words in said] == ["llama3.2:1b", None, None, None]


def test_white_space_and_capital_letters_are_not_heard() -> None:
    assert spoken(due(3, answer="  ANSWER\n\t2. ")).text.text == "And then?"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (due(3, answer="Answer two."), "The candidate has left the recording at answer 2"),
        (due(1, total=4), "The recording is of another interview (3 questions, Data Analyst)"),
        (
            due(1, role=PRODUCT_MANAGER),
            "The recording is of another interview (3 questions, Data Analyst)",
        ),
    ],
)
def test_off_the_recorded_path_it_steps_aside_and_says_why(asked: Turn, why: str) -> None:
    with pytest.raises(BackendError) as refusal:
        spoken(asked, Pace.RECORDED)
    assert str(refusal.value) == why


def test_an_earlier_answer_that_was_another_is_not_forgotten() -> None:
    backend = RecordedInterviewer(RECORDED, Pace.INSTANT)
    session = turn(4, total=3).session
    messages = [
        m.model_copy(update={"content": "Other."}) if m.content == "Answer 1." else m
        for m in session.messages
    ]
    left = session.model_copy(update={"messages": tuple(messages)})
    with pytest.raises(BackendError, match=r"at answer 1$"):
        backend.reply(Turn(left, "Answer 3."))
    with pytest.raises(BackendError, match=r"at answer 1$"):
        backend.summary(left)


def test_where_the_recording_ends_it_steps_aside() -> None:
    short = Recording(
        role=DATA_ANALYST,
        total_questions=3,
        answers=("Answer 1.",),
        lines=RECORDED.lines[:1],
        summaries={},
    )
    with pytest.raises(BackendError, match=r"^The recording ends after question 1$"):
        spoken(due(2), recorded=short)


def test_a_summary_is_given_where_one_was_recorded() -> None:
    backend = RecordedInterviewer(RECORDED, Pace.INSTANT)
    assert backend.summary(turn(4, total=3).session).text.text == "It goes well."
    with pytest.raises(BackendError, match="holds no summary of this"):
        backend.summary(turn(3, total=3).session)


@pytest.mark.parametrize(("pace", "pause"), [(Pace.RECORDED, TOOK_MS / 1000), (Pace.INSTANT, 0)])
def test_the_pace_is_the_recorded_one_or_none(pace: Pace, pause: float) -> None:
    backend = RecordedInterviewer(RECORDED, pace)
    assert backend.reply(due(1)).pause == pause


@pytest.mark.parametrize(
    "words",
    [
        "<think>a</think> Interviewer: Why? And how? Candidate: I",
        "Thanks. Question 2: Why?\nQuestion 2: How?",
        "Nothing asked.",
    ],
)
def test_recorded_words_stay_as_they_are(words: str) -> None:
    recorded = replace(RECORDED, lines=(Line("Why?"), Line(f" \n{words}\r\n")))
    assert spoken(due(2), recorded=recorded).text == TurnText(words, False, False)


def test_recorded_labels_get_the_gateways_count() -> None:
    recorded = replace(RECORDED, lines=(Line("Question 4 of 9: Why? Question 5: How?"),))
    said = spoken(due(1), recorded=recorded).text.text
    assert said == "Question 1 of 3: Why? Question 1: How?"


@pytest.mark.parametrize(
    ("words", "number", "reason"),
    [
        ("", 2, "Said nothing"),
        ("a" * (MAX_MESSAGE_CHARS + 1), 2, "Said more than 10,000 characters"),
        ("Why?", 4, "Went on asking after the last answer"),
        (CLOSING, 1, "Closed the interview before its first question"),
    ],
)
def test_recorded_words_that_cannot_be_used_are_refused(
    words: str, number: int, reason: str
) -> None:
    recorded = replace(RECORDED, lines=(*RECORDED.lines[: number - 1], Line(words)))
    with pytest.raises(BackendError, match=f"^{reason}$"):
        spoken(due(number), recorded=recorded)


@pytest.mark.parametrize(("total", "told"), [(1, "1 question, "), (15, "15 questions, ")])
def test_a_recording_says_what_it_is_of(total: int, told: str) -> None:
    recording = Recording(DATA_ANALYST, total, (), (), {})
    assert str(recording) == f"{told}Data Analyst"
