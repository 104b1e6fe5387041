"""Any interview conducted again on its own recording comes out as it was, to the byte."""

import asyncio
import unicodedata
from collections.abc import Iterator, Sequence

from hypothesis import given

from api.usecases.recordings import recording_of
from api.usecases.rerun import Exchange, on_recording
from backends.recording import Recording
from eventlog.records import Record
from statemachine.events import (
    AnswerGiven,
    Event,
    InterviewCompleted,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    SessionAdopted,
    SummaryGiven,
)
from statemachine.wording import asks, closes, renumber
from tests.statemachine.strategies import Run, adoptions, few, interview_ids, runs
from tests.stories import records_of

SPOKEN = (QuestionAsked, QuestionKept, InterviewCompleted, SummaryGiven)


def as_a_gateway_records(run: Run, id: str) -> Iterator[Event]:
    """The run in words that the chain would have let through, and without the summaries that
    come while a reply is due: the gateway then replies first."""
    total, is_due = 0, False
    for event in run:
        match event:
            case InterviewStarted():
                total = event.config.total_questions
                yield event
            case SessionAdopted():
                total = event.session.config.total_questions
                session = event.session.model_copy(update={"interview_id": id})
                yield event.model_copy(update={"session": session})
            case QuestionAsked() | QuestionKept():
                content = renumber(without_controls(event.content), event.number, total)
                content = f"{content}?" if closes(content) else content
                yield event.model_copy(update={"content": content})
            case InterviewCompleted():
                content = without_controls(event.content)
                content = "Goodbye." if asks(content) else content
                yield event.model_copy(update={"content": content})
            case SummaryGiven():
                if not is_due:
                    content = without_controls(event.content)
                    yield event.model_copy(update={"content": content})
            case _:
                yield event
        is_due = isinstance(event, AnswerGiven) or (is_due and not isinstance(event, SPOKEN[:3]))


def without_controls(text: str) -> str:
    kept = (c for c in text if unicodedata.category(c) != "Cc" or c in "\n\t")
    return "".join(kept).strip() or "Well."


def again(records: Sequence[Record]) -> list[Exchange]:
    async def run() -> list[Exchange]:
        return [exchange async for exchange in on_recording(records)]

    return asyncio.run(run())


def check(run: Run, id: str) -> None:
    events = list(as_a_gateway_records(run, id))
    exchanges = again(records_of(*events, id=id))
    recorded = [event for event in events if isinstance(event, SPOKEN)]
    assert [exchange.recorded.event for exchange in exchanges] == recorded
    for exchange in exchanges:
        assert exchange.is_identical, exchange


@few
@given(runs(), interview_ids)
def test_any_interview_re_run_on_its_recording_is_identical(run: Run, id: str) -> None:
    check(run, id)


@few
@given(adoptions(), interview_ids)
def test_any_adopted_interview_re_run_on_its_recording_is_identical(
    both: tuple[Run, Run], id: str
) -> None:
    check(both[1], id)


@few
@given(adoptions(), interview_ids)
def test_the_recording_of_an_adopted_interview_has_the_words_from_before_too(
    both: tuple[Run, Run], id: str
) -> None:
    whole, adopted = (recording_of(records_of(*run, id=id)) for run in both)
    assert lines_of(adopted) == lines_of(whole)
    assert adopted.answers == whole.answers


def lines_of(recording: Recording) -> list[tuple[str, bool]]:
    return [(line.text, line.closes) for line in recording.lines]
