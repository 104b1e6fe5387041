"""Stored payloads: a log written by any release is read by every later one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventlog.codec import Payload, decode, encode
from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.records import draft
from statemachine.assessment import (
    CriterionResult,
    HeardFor,
    Quotation,
    RefusalReason,
    Refused,
)
from statemachine.canonical import canonical_json
from statemachine.commands import give_answer
from statemachine.events import (
    KINDS,
    AnswerGiven,
    AssessmentGiven,
    Attempt,
    ContentForgotten,
    Ending,
    Event,
    ExportFormat,
    Fork,
    InterviewCompleted,
    InterviewExported,
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
from statemachine.roles import DATA_ANALYST, SOFTWARE_ENGINEER
from statemachine.session import Config, Message, Session, Speaker
from statemachine.states import State
from tests.eventlog.interviews import AT, new_id

STORED = json.loads(Path(__file__).with_name("stored_events.json").read_text())
"""One payload of each kind and schema version ever released. Never edited, only added to."""

ORIGIN = Origin(
    backend="ollama",
    model="granite4:2b",
    elapsed_ms=1250,
    attempts=(
        Attempt(backend="granite-interview-service", reason="connection refused", elapsed_ms=3),
    ),
)
CONFIG = Config(role=SOFTWARE_ENGINEER, model="granite4:2b", total_questions=2)
WORDS_BEFORE = (
    Message(role=Speaker.SYSTEM, content="Be kind."),
    Message(role=Speaker.USER, content="Please start the interview."),
)
ID = "0b7e3a52-7f6e-4c1e-9a43-5d1c2b3a4f50"
SESSION = Session(
    config=Config(role=DATA_ANALYST),
    messages=(*WORDS_BEFORE, Message(role=Speaker.ASSISTANT, content="Question 1: Why?")),
    interview_id=ID,
)

MEANT: dict[str, Event] = {
    "interview-started 1": InterviewStarted(config=CONFIG, messages=WORDS_BEFORE),
    "question-asked 1": QuestionAsked(number=1, content="Question 1: Why? 🦊", origin=ORIGIN),
    "question-kept 1": QuestionKept(
        number=1,
        content="Of course. The question was: Why?",
        purpose=Purpose.REPEAT,
        origin=Origin(backend="templates"),
    ),
    "answer-given 1": AnswerGiven(content="Zoë said:\n\u201cBecause.\u201d"),
    "interview-completed 1": InterviewCompleted(
        ending=Ending.CLOSED_BY_INTERVIEWER, content="Thank you.", origin=ORIGIN
    ),
    "summary-given 1": SummaryGiven(
        content="Went well.", questions_asked=2, responses_given=1, origin=ORIGIN
    ),
    "session-adopted 1": SessionAdopted(
        session=SESSION, forked_from=Fork(interview_id=ID, version=2)
    ),
    "session-refused 1": SessionRefused(place="messages[2].content", fingerprint="ab" * 32),
    "interview-held 1": InterviewHeld(reason="Asked for by the court."),
    "interview-released 1": InterviewReleased(reason="The court is done."),
    "content-forgotten 1": ContentForgotten(
        reason="The candidate asked for it.",
        state=State.COMPLETE,
        role=SOFTWARE_ENGINEER,
        total_questions=2,
        questions_asked=2,
        answers_given=2,
        adopted=False,
    ),
    "reply-interrupted 1": ReplyInterrupted(
        content="Thank you. Question 2: How", backend="ollama", model="granite4:2b"
    ),
    "interview-exported 1": InterviewExported(format=ExportFormat.BUNDLE, by="auth0|5f7c8ec7"),
    "assessment-given 1": AssessmentGiven(
        criteria=(
            CriterionResult(
                id="debugging",
                name="Debugging",
                level=2,
                anchor="Finds the cause.",
                quotations=(Quotation(message=3, start=6, end=12, text="said:\n"),),
                answers=(HeardFor(message=3, listen_for=("a cause", "a check")),),
                refused=(Refused(reason=RefusalReason.NOT_SAID, count=2),),
                note="She measured first.",
            ),
            CriterionResult(id="design", name="Design", not_asked=True),
        ),
        kit="software-engineer",
        kit_version="ab" * 32,
        prompt_version="cd" * 32,
        origin=ORIGIN,
        by="auth0|5f7c8ec7",
    ),
}
"""What the stored events say, in this release's words."""


def test_every_kind_and_version_ever_stored_has_an_example() -> None:
    released = {
        f"{kind} {version}"
        for kind, (_, present) in KINDS.items()
        for version in range(1, present + 1)
    }
    assert set(STORED) == set(MEANT) == released


@pytest.mark.parametrize("name", STORED)
def test_what_was_stored_is_read_for_ever(name: str) -> None:
    kind, version = name.split()
    assert decode(kind, int(version), json.dumps(STORED[name])) == MEANT[name]


@pytest.mark.parametrize("name", MEANT)
def test_an_event_is_stored_as_the_docs_say_and_the_examples_show(name: str) -> None:
    kind, version, payload = encode(MEANT[name])
    assert f"{kind} {version}" == name
    assert payload == STORED[name]


def test_payloads_are_canonical_utf8_json() -> None:
    payload: Payload = {"b": 1, "a": "ë\u2028\n", "c": [True, None]}
    assert canonical_json(payload) == '{"a":"ë\u2028\\n","b":1,"c":[true,null]}'.encode()


def test_an_older_version_is_brought_up_to_date_step_by_step() -> None:
    steps: dict[tuple[str, int], Callable[[Payload], Payload]] = {
        ("answer-given", -1): lambda old: {"words": old["text"]},
        ("answer-given", 0): lambda old: {"content": old["words"]},
    }
    assert decode("answer-given", -1, '{"text":"Yes."}', steps) == give_answer("Yes.")
    assert decode("answer-given", 0, '{"words":"Yes."}', steps) == give_answer("Yes.")
    assert decode("answer-given", 1, '{"content":"Yes."}', steps) == give_answer("Yes.")


@pytest.mark.parametrize(
    ("kind", "version", "payload", "why"),
    [
        ("interview-praised", 1, {}, "need a newer interview-gateway"),
        ("answer-given", 2, {"content": "Yes."}, "needs a newer interview-gateway"),
    ],
)
def test_what_a_newer_release_wrote_is_said_to_be_unreadable(
    kind: str, version: int, payload: Any, why: str
) -> None:
    with pytest.raises(UnreadableEvent, match=why):
        decode(kind, version, json.dumps(payload))


@pytest.mark.parametrize(
    ("version", "payload", "why"),
    [
        (0, {"content": "Yes."}, "there is no version 0"),
        (1, {"words": "Yes."}, "does not hold one"),
        (1, [], "does not hold one"),
    ],
)
def test_what_no_release_wrote_is_told_apart_from_that(
    version: int, payload: Any, why: str
) -> None:
    with pytest.raises(LogCorrupted, match=why):
        decode("answer-given", version, json.dumps(payload))


def test_a_damaged_payload_cannot_have_been_logged() -> None:
    record = draft(new_id(), 1, give_answer("Yes."), AT).at(0)
    damaged = type(record)(**{**vars(record), "payload": '{"content":'})
    with pytest.raises(LogCorrupted, match="JSON"):
        _ = damaged.event
