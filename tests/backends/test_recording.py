"""The recorded interviewer: the same words while the candidate says the same."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

import pytest

from backends.chain import Chain, Reply
from backends.deadline import Deadline
from backends.errors import BackendError
from backends.recording import Line, Pace, Recording, RecordingBackend
from backends.services import OLLAMA, RECORDING, TEMPLATES
from backends.turn import BackendReply, Turn
from statemachine.session import MAX_MESSAGE_CHARS, Role, Session
from tests.backends.interviews import turn
from tests.backends.stage import TEMPLATES_BACKEND

T = TypeVar("T")

TOOK_MS = 300
RECORDED = Recording(
    role=Role.DATA_ANALYST,
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


def now(awaitable: Awaitable[T]) -> T:
    async def run() -> T:
        return await awaitable

    return asyncio.run(run())


def due(number: int, total: int = 3, role: Role = Role.DATA_ANALYST, **given: str) -> Turn:
    found = turn(number, total=total, role=role)
    return Turn(found.session, given["answer"]) if given else found


def spoken(asked: Turn, pace: Pace = Pace.INSTANT, recorded: Recording = RECORDED) -> BackendReply:
    return now(RecordingBackend(recorded, pace).speak(asked))


def test_each_answer_gets_the_recorded_reply() -> None:
    said = [spoken(due(number)) for number in (1, 2, 3, 4)]
    assert [words.text for words in said] == ["Why?", "How?", "And then?", "Goodbye."]
    assert [words.concludes for words in said] == [False, False, False, True]
    assert [words.model for words in said] == ["llama3.2:1b", None, None, None]


def test_white_space_and_capital_letters_are_not_heard() -> None:
    assert spoken(due(3, answer="  ANSWER\n\t2. ")).text == "And then?"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (due(3, answer="Answer two."), "The candidate has left the recording at answer 2"),
        (due(1, total=4), "The recording is of another interview (3 questions, Data Analyst)"),
        (
            due(1, role=Role.PRODUCT_MANAGER),
            "The recording is of another interview (3 questions, Data Analyst)",
        ),
    ],
)
def test_off_the_recorded_path_it_steps_aside_and_says_why(asked: Turn, why: str) -> None:
    with pytest.raises(BackendError) as refusal:
        spoken(asked, Pace.RECORDED)
    assert str(refusal.value) == why


def test_an_earlier_answer_that_was_another_is_not_forgotten() -> None:
    backend = RecordingBackend(RECORDED, Pace.INSTANT)
    session = turn(4, total=3).session
    messages = [
        m.model_copy(update={"content": "Other."}) if m.content == "Answer 1." else m
        for m in session.messages
    ]
    left = session.model_copy(update={"messages": tuple(messages)})
    for asked in (backend.speak(Turn(left, "Answer 3.")), backend.sum_up(left)):
        with pytest.raises(BackendError, match=r"at answer 1$"):
            now(asked)


def test_where_the_recording_ends_it_steps_aside() -> None:
    short = Recording(
        role=Role.DATA_ANALYST,
        total_questions=3,
        answers=("Answer 1.",),
        lines=RECORDED.lines[:1],
        summaries={},
    )
    with pytest.raises(BackendError, match=r"^The recording ends after question 1$"):
        spoken(due(2), recorded=short)


def test_a_summary_is_given_where_one_was_recorded() -> None:
    backend = RecordingBackend(RECORDED, Pace.INSTANT)
    assert now(backend.sum_up(turn(4, total=3).session)).text == "It goes well."
    with pytest.raises(BackendError, match="holds no summary of this"):
        now(backend.sum_up(turn(3, total=3).session))


@pytest.mark.parametrize(("pace", "pause"), [(Pace.RECORDED, TOOK_MS / 1000), (Pace.INSTANT, 0)])
def test_the_pace_is_the_recorded_one_or_none(pace: Pace, pause: float) -> None:
    assert spoken(due(1), pace).pause == pause


@pytest.mark.parametrize(("total", "told"), [(1, "1 question, "), (15, "15 questions, ")])
def test_a_recording_says_what_it_is_of(total: int, told: str) -> None:
    recording = Recording(Role.DATA_ANALYST, total, (), (), {})
    assert str(recording) == f"{told}Data Analyst"


# In the chain

LEFT = (RECORDING, "The candidate has left the recording at answer 1")


class Other:
    """A backend that is up and offers the model."""

    name = OLLAMA

    async def speak(self, turn: Turn) -> BackendReply:
        return BackendReply("Ollama asks: why?")

    async def sum_up(self, session: Session) -> BackendReply:
        return BackendReply("Ollama sums up.")


def chain_of(pace: Pace, *, down: bool = False) -> Chain:
    return Chain(
        [Other()],
        TEMPLATES_BACKEND,
        offline_reason=lambda name: "HTTP 500" if down and name != RECORDING else None,
        source_of=lambda model: OLLAMA,
        recording=RecordingBackend(RECORDED, pace),
    )


def chained(
    asked: Turn, *, pace: Pace = Pace.INSTANT, within: float = 3, down: bool = False
) -> Reply:
    chain = chain_of(pace, down=down)

    async def run() -> Reply:
        return await chain.speak(asked, Deadline.after(within))

    return asyncio.run(run())


def test_the_recording_is_asked_before_the_source_of_the_model() -> None:
    reply = chained(due(1))
    assert (reply.text, reply.origin.backend, reply.origin.attempts) == ("Why?", RECORDING, ())


def test_recorded_words_close_though_they_do_not_say_so() -> None:
    assert chained(due(4)).closes
    assert not chained(due(3)).closes


@pytest.mark.parametrize(("down", "speaker"), [(False, OLLAMA), (True, TEMPLATES)])
def test_off_the_path_the_next_backend_is_asked_and_why_is_kept(down: bool, speaker: str) -> None:
    reply = chained(due(2, answer="Something else."), pace=Pace.RECORDED, down=down)
    assert reply.origin.backend == speaker
    first = reply.origin.attempts[0]
    assert (first.backend, first.reason) == LEFT
    assert first.elapsed_ms < TOOK_MS


@pytest.mark.parametrize(
    ("number", "words"), [(4, "It goes well."), (3, "Ollama sums up.")], ids=["there", "missing"]
)
def test_a_summary_is_the_recorded_one_or_the_next_backends(number: int, words: str) -> None:
    async def run() -> Reply:
        session = turn(number, total=3).session
        return await chain_of(Pace.INSTANT).sum_up(session, Deadline.after(3))

    assert asyncio.run(run()).text == words


def test_the_recorded_pace_takes_the_recorded_time() -> None:
    reply = chained(due(1), pace=Pace.RECORDED)
    assert TOOK_MS <= reply.origin.elapsed_ms < TOOK_MS + 500
    assert chained(due(1)).origin.elapsed_ms < TOOK_MS


def test_the_recorded_pace_never_costs_the_words() -> None:
    """With no time left for the pause, they are said at the deadline."""
    reply = chained(due(1), pace=Pace.RECORDED, within=0.1)
    assert (reply.text, reply.origin.attempts) == ("Why?", ())
    assert 90 <= reply.origin.elapsed_ms < TOOK_MS


def test_words_at_the_limit_of_length_pass_the_chain_again() -> None:
    """What was let through once is let through again: a remark that only the question behind
    it makes too long is none that is let through."""

    class Remarks(Other):
        async def speak(self, turn: Turn) -> BackendReply:
            return BackendReply("x" * MAX_MESSAGE_CHARS, is_remark=True)

    chain = Chain(
        [Remarks()],
        TEMPLATES_BACKEND,
        offline_reason=lambda name: None,
        source_of=lambda model: None,
    )

    async def run() -> Reply:
        return await chain.speak(due(2), Deadline.after(3))

    reply = asyncio.run(run())
    assert reply.origin.backend == TEMPLATES
    assert reply.origin.attempts[0].reason == "Said more than 10,000 characters"


def test_a_recorded_opening_that_only_greets_is_said_as_it_was() -> None:
    """A recording of an older release: its interview was held on these words."""
    chain = Chain(
        [],
        TEMPLATES_BACKEND,
        offline_reason=lambda name: None,
        source_of=lambda model: None,
        recording=RecordingBackend(replace(RECORDED, lines=(Line("Welcome!"),)), Pace.INSTANT),
    )

    async def run() -> Reply:
        return await chain.speak(due(1), Deadline.after(3))

    assert asyncio.run(run()).text == "Welcome!"
