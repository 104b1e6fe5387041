"""The client's streams in Node against a gateway that answers by a script: no word is lost or shown
twice, whatever happens to the connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.client.caller import Caller, calling
from tests.client.scripted import (
    HangUp,
    Plain,
    ScriptedGateway,
    Step,
    Stream,
    by_the_byte,
    event,
    problem,
    refused,
    stream,
)
from tests.client.tools import needs_node
from tests.client.unreliable import LossyProxy, standing
from tests.gateways import Served, serving

pytestmark = needs_node

ID = "5b5b9c5e-6f5f-4d0c-9a0e-0f5d4c3b2a19"
RECORDED = {"position": 7, "leaf": "c0ffee"}
QUESTION = "Danke. Question 2: Wie prüfst du 東京 – 🚀?"
WAITING = {"phase": "writing", "backend": "ollama", "model": "granite4:2b", "elapsedMs": 1200}


def session_of(reply: str) -> dict[str, Any]:
    return {
        "config": {"role": "Data Analyst", "model": "granite4:2b", "totalQuestions": 3},
        "messages": [{"role": "assistant", "content": reply}],
        "currentQuestion": 2,
        "isComplete": False,
        "interviewId": ID,
    }


SESSION = session_of(QUESTION)
SUMMARY = {"summary": "A good interview.", "role": "Data Analyst", "questionsAsked": 3}

STATUS = event("status", 1, **WAITING)
FIRST = event("delta", 2, text=QUESTION[:9])
SECOND = event("delta", 3, text=QUESTION[9:30])
THIRD = event("delta", 4, text=QUESTION[30:])
DONE = event("done", 5, session=SESSION, event=RECORDED)
WHOLE = (STATUS, FIRST, SECOND, THIRD, DONE)

ANSWER: tuple[Any, ...] = ("streamResponse", SESSION, "My answer.")
CALLS: dict[str, tuple[Any, ...]] = {
    "start": ("streamStart", {"role": "Data Analyst", "interviewId": ID}),
    "answer": ANSWER,
    "join": ("joinReply", ID),
}


@contextmanager
def hearing(*answers: Stream | Plain | HangUp) -> Iterator[tuple[ScriptedGateway, Caller]]:
    """A gateway with these answers, and a client of it."""
    gateway = ScriptedGateway([*answers])
    with standing(gateway) as url, calling(url) as client:
        yield gateway, client


def shown(events: list[dict[str, Any]]) -> str:
    """What a person sees of a reply in the end."""
    text = ""
    for told in events:
        if told["type"] == "delta":
            text += told["text"]
        elif told["type"] == "reset":
            text = told["text"]
    return text


def types_of(events: list[dict[str, Any]]) -> list[str]:
    return [told["type"] for told in events]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_reply_arrives_word_by_word(call: tuple[Any, ...]) -> None:
    with hearing(stream(*WHOLE)) as (gateway, client):
        events = client.hear(*call)
        assert events == [
            {"type": "status", **WAITING},
            {"type": "delta", "text": QUESTION[:9]},
            {"type": "delta", "text": QUESTION[9:30]},
            {"type": "delta", "text": QUESTION[30:]},
            {"type": "done", "session": SESSION, "event": RECORDED},
        ]
        assert shown(events) == QUESTION
        [asked] = gateway.asked
        assert asked.accept == "text/event-stream"
        assert asked.last_event_id is None


def test_each_call_asks_as_the_plain_one_does() -> None:
    done = event("done", 1, **SUMMARY, event=RECORDED)
    streams = [stream(*WHOLE), stream(*WHOLE), stream(done), stream(*WHOLE)]
    with hearing(*streams, Plain({"stopped": True}, 202)) as (gateway, client):
        client.call("streamStart", {"role": "Data Analyst"})
        client.call(*ANSWER)
        events = client.hear("streamSummary", SESSION)
        assert events[-1] == {"type": "done", **SUMMARY, "event": RECORDED}
        client.call("joinReply", "a b")
        assert client.call("stopReply", ID) is None
        assert gateway.paths == [
            *("POST start", "POST respond", "POST summary", "GET a%20b/reply"),
            f"DELETE {ID}/reply",
        ]
        start, respond, summary, *_ = gateway.asked
        assert start.body["role"] == "Data Analyst"
        assert len(start.body["interviewId"]) == 36
        assert respond.body == {"session": SESSION, "message": "My answer."}
        assert summary.body == {"session": SESSION}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_after_a_break_the_rest_is_asked_for(call: tuple[Any, ...]) -> None:
    broken = stream(STATUS, FIRST, SECOND, Step.BREAK)
    with hearing(broken, stream(THIRD, DONE)) as (gateway, client):
        events = client.hear(*call)
        assert types_of(events) == ["status", "delta", "delta", "delta", "done"]
        assert shown(events) == QUESTION
        assert gateway.paths[1:] == [f"GET {ID}/reply"]
        assert gateway.asked[1].last_event_id == "3"


def test_a_stream_that_ends_in_good_order_before_the_reply_does_is_a_break_too() -> None:
    with hearing(stream(STATUS, FIRST), stream(SECOND, THIRD, DONE)) as (gateway, client):
        assert shown(client.hear(*ANSWER)) == QUESTION
        assert gateway.asked[1].last_event_id == "2"


def test_an_event_that_broke_off_in_its_middle_is_not_shown() -> None:
    broken = stream(FIRST, SECOND[:-1], Step.BREAK)
    with hearing(broken, stream(SECOND, THIRD, DONE)) as (gateway, client):
        assert shown(client.hear(*ANSWER)) == QUESTION
        assert gateway.asked[1].last_event_id == "2"


def test_a_reset_after_a_break_replaces_what_was_shown() -> None:
    reset = event("reset", 1, text=QUESTION[:30], reason="Joined late")
    with hearing(stream(FIRST, Step.BREAK), stream(reset, THIRD, DONE)) as (_, client):
        events = client.hear(*ANSWER)
        assert types_of(events) == ["delta", "reset", "delta", "done"]
        assert shown(events) == QUESTION


@pytest.mark.parametrize(
    "broken", [HangUp(), stream(Step.BREAK), stream(b": hello\n\n", Step.BREAK)]
)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_break_before_the_first_event_sends_the_same_request_again(
    call: tuple[Any, ...], broken: Stream | HangUp
) -> None:
    with hearing(broken, stream(*WHOLE)) as (gateway, client):
        assert shown(client.hear(*call)) == QUESTION
        first, again = gateway.asked
        assert first == again


def test_a_start_that_is_sent_again_starts_the_same_interview() -> None:
    with hearing(stream(Step.BREAK), stream(*WHOLE)) as (gateway, client):
        client.call("streamStart", {"role": "Data Analyst"})
        first, again = gateway.asked
        assert first.body == again.body


def test_what_begins_again_with_a_new_request_replaces_what_was_shown() -> None:
    """A gateway without the reply (its log is another one) has no event after the last one."""
    lost = refused("unknown-interview", 404)
    with hearing(stream(FIRST, SECOND, Step.BREAK), lost, stream(*WHOLE)) as (gateway, client):
        events = client.hear(*ANSWER)
        assert gateway.paths == ["POST respond", f"GET {ID}/reply", "POST respond"]
        expected = ["delta", "delta", "status", "reset", "delta", "delta", "done"]
        assert types_of(events) == expected
        assert shown(events) == QUESTION


def test_a_session_without_an_id_is_sent_again() -> None:
    nameless = {**SESSION, "interviewId": None}
    with hearing(stream(FIRST, Step.BREAK), stream(*WHOLE)) as (gateway, client):
        assert shown(client.hear("streamResponse", nameless, "My answer.")) == QUESTION
        assert gateway.paths == ["POST respond"] * 2


def test_a_summary_that_broke_off_is_asked_for_again() -> None:
    words = event("delta", 1, text="A good ")
    whole = event("delta", 1, text="A good interview.")
    done = event("done", 2, **SUMMARY, event=RECORDED)
    with hearing(stream(words, Step.BREAK), stream(whole, done)) as (gateway, client):
        events = client.hear("streamSummary", SESSION)
        assert types_of(events) == ["delta", "reset", "done"]
        assert shown(events) == "A good interview."
        assert gateway.paths == ["POST summary"] * 2


def test_another_reply_that_is_the_newest_now_is_not_taken_for_this_one() -> None:
    """In another window, somebody asked for a summary."""
    summary = stream(event("reset", 8, text="A good interview."), event("done", 9, **SUMMARY))
    recorded = stream(event("reset", 1, text=QUESTION, reason="recorded"), DONE)
    with hearing(stream(FIRST, Step.BREAK), summary, recorded) as (gateway, client):
        events = client.hear(*ANSWER)
        assert (shown(events), events[-1]["session"]) == (QUESTION, SESSION)
        assert gateway.paths == ["POST respond", f"GET {ID}/reply", "POST respond"]


def test_a_summary_can_be_joined_too() -> None:
    summary = (event("reset", 8, text="A good interview."), event("done", 9, **SUMMARY))
    with hearing(stream(*summary)) as (_, client):
        assert types_of(client.hear("joinReply", ID)) == ["reset", "done"]


@pytest.mark.parametrize("before", [(), (FIRST,), (FIRST, SECOND, FIRST)])
def test_words_that_are_not_those_of_the_log_are_replaced(before: tuple[bytes, ...]) -> None:
    with hearing(stream(*before, DONE)) as (_, client):
        events = client.hear(*ANSWER)
        assert types_of(events)[-2:] == ["reset", "done"]
        assert shown(events) == QUESTION


@pytest.mark.parametrize(
    "between",
    [
        HangUp(),
        Plain(b"<h1>502 Bad Gateway</h1>", 502, "text/html"),
        refused("log-unavailable", 503, answerTaken=True),
        refused("draining", 503, answerTaken=False),
    ],
    ids=["nobody", "a proxy", "a locked log", "one that is about to stop"],
)
def test_what_may_pass_is_waited_out(between: Plain | HangUp) -> None:
    rest = stream(SECOND, THIRD, DONE)
    with hearing(between, between, stream(FIRST, Step.BREAK), between, rest) as (gateway, client):
        assert shown(client.hear(*ANSWER)) == QUESTION
        assert [asked.last_event_id for asked in gateway.asked] == [None, None, None, "2", "2"]


def test_an_event_that_comes_again_is_passed_over() -> None:
    """A gateway, or a proxy before it, that takes no notice of the Last-Event-ID."""
    with hearing(stream(FIRST, SECOND, Step.BREAK), stream(*WHOLE)) as (_, client):
        events = client.hear(*ANSWER)
        assert types_of(events) == ["delta", "delta", "status", "delta", "done"]
        assert shown(events) == QUESTION


def test_events_without_ids_are_all_shown() -> None:
    nameless = [re.sub(rb"\nid: \d", b"", piece) for piece in WHOLE]
    with hearing(stream(nameless[1], Step.BREAK), stream(*nameless)) as (gateway, client):
        assert shown(client.hear(*ANSWER)) == QUESTION
        assert gateway.paths == ["POST respond"] * 2


def test_connections_that_bring_no_further_words_are_given_up() -> None:
    broken = stream(STATUS, FIRST, Step.BREAK)
    with hearing(*[broken] * 9) as (gateway, client):
        error = client.failure(*ANSWER, retries=2)
        assert (error.kind, error.is_gateway_error) == ("unreachable", True)
        assert len(gateway.asked) == 3


def test_connections_that_bring_further_words_are_not() -> None:
    pieces = [stream(piece, Step.BREAK) for piece in (FIRST, SECOND, THIRD)]
    with hearing(*pieces, stream(DONE)) as (gateway, client):
        assert shown(client.hear(*ANSWER, retries=1)) == QUESTION
        assert [asked.last_event_id for asked in gateway.asked] == [None, "2", "3", "4"]


@pytest.mark.parametrize("answer_taken", [True, False, None])
def test_a_problem_in_a_stream_is_the_error_of_its_kind(answer_taken: bool | None) -> None:
    known = {} if answer_taken is None else {"answerTaken": answer_taken}
    told = problem("log-unavailable", 503, **known)
    with hearing(stream(FIRST, event("problem", 3, **told))) as (gateway, client):
        error = client.failure(*ANSWER)
        assert (error.kind, error.error["status"]) == ("log-unavailable", 503)
        assert error.error["answerTaken"] is answer_taken
        assert types_of(client.events) == ["delta"]
        assert len(gateway.asked) == 1  # it is the answer


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("session-conflict", 409),
        ("interview-complete", 409),
        ("unknown-interview", 404),
        ("interview-forgotten", 410),
    ],
)
def test_a_refusal_before_the_stream_is_the_error_of_its_kind(name: str, status: int) -> None:
    with hearing(refused(name, status, session=SESSION)) as (gateway, client):
        error = client.failure(*ANSWER)
        assert (error.kind, error.error["status"]) == (name, status)
        if status == 409:
            assert error.error["session"] == SESSION
        assert len(gateway.asked) == 1


def test_a_reply_that_cannot_be_joined_or_stopped_is_said_so() -> None:
    for call in ("joinReply", "stopReply"):
        with hearing(refused("unknown-interview", 404)) as (gateway, client):
            assert client.failure(call, ID).kind == "unknown-interview"
            assert len(gateway.asked) == 1
    with hearing(HangUp()) as (gateway, client):
        assert client.failure("stopReply", ID).kind == "unreachable"
        assert len(gateway.asked) == 1  # a second one could stop the next reply


def test_a_gateway_that_does_not_stream_gives_the_reply_at_once() -> None:
    with hearing(Plain(SESSION), Plain(SESSION), Plain(SUMMARY)) as (_, client):
        for call in (CALLS["start"], ANSWER):
            reset, done = client.hear(*call)
            assert (reset["type"], reset["text"]) == ("reset", QUESTION)
            assert done == {"type": "done", "session": SESSION}
        reset, done = client.hear("streamSummary", SESSION)
        assert (reset["type"], reset["text"]) == ("reset", SUMMARY["summary"])
        assert done == {"type": "done", **SUMMARY}


@pytest.mark.parametrize(
    "answer",
    [
        Plain({"status": "ok"}),
        Plain(b"<html>hello</html>", type="text/html"),
        stream(event("delta", 1)[:-3] + b"\n\n"),
    ],
    ids=["other JSON", "a page", "an event that is no JSON"],
)
def test_somebody_else_at_the_address(answer: Plain | Stream) -> None:
    with hearing(answer) as (gateway, client):
        assert client.failure(*ANSWER).kind == "not-a-gateway"
        assert len(gateway.asked) == 1


def test_silence_is_a_break() -> None:
    with hearing(stream(FIRST, Step.SILENCE), stream(SECOND, THIRD, DONE)) as (gateway, client):
        assert shown(client.hear(*ANSWER, timeoutMs=300)) == QUESTION
        assert gateway.gone.wait(10)
        assert gateway.asked[1].last_event_id == "2"
    with hearing(*[stream(Step.SILENCE)] * 3) as (gateway, client):
        error = client.failure(*ANSWER, timeoutMs=500, retries=1)
        assert (error.kind, len(gateway.asked)) == ("timed-out", 2)


def test_comments_are_not_silence_and_neither_is_a_slow_reader() -> None:
    comments: list[bytes | Step] = [Step.PAUSE, b": still here\n\n"] * 8
    with hearing(stream(FIRST, *comments, SECOND, THIRD, DONE)) as (_, client):
        assert shown(client.hear(*ANSWER, timeoutMs=1000, retries=0)) == QUESTION
    with hearing(stream(*WHOLE)) as (_, client):
        assert shown(client.hear(*ANSWER, timeoutMs=400, retries=0, dwellMs=600)) == QUESTION


def test_an_abort_ends_the_hearing() -> None:
    with hearing(stream(FIRST, SECOND, Step.SILENCE)) as (gateway, client):
        error = client.failure(*ANSWER, abortAfter=2)
        assert (error.error["name"], error.is_gateway_error) == ("AbortError", False)
        assert types_of(client.events) == ["delta", "delta"]
        assert gateway.gone.wait(10)
        assert len(gateway.asked) == 1
    with hearing(stream(FIRST + SECOND + THIRD + DONE)) as (_, client):
        assert client.failure(*ANSWER, abortAfter=1).error["name"] == "AbortError"
        assert types_of(client.events) == ["delta"]  # also of what had already come


def test_an_abort_ends_a_pause() -> None:
    with hearing() as (_, client):
        assert client.failure(*ANSWER, abortAfterMs=400, retries=9).error["name"] == "TimeoutError"


def test_leaving_the_loop_closes_the_connection() -> None:
    with hearing(stream(STATUS, FIRST, Step.SILENCE)) as (gateway, client):
        assert types_of(client.hear(*ANSWER, breakAfter=2)) == ["status", "delta"]
        assert gateway.gone.wait(10)
        assert len(gateway.asked) == 1


def test_any_line_ends_and_any_split_of_the_bytes_will_do() -> None:
    windows = [piece.replace(b"\n", b"\r\n") for piece in WHOLE]
    with hearing(by_the_byte(windows)) as (_, client):
        events = client.hear(*ANSWER)
        assert shown(events) == QUESTION
        assert len(events) == 5


def test_events_of_a_later_gateway_are_passed_over() -> None:
    later = b"event: audio\nid: 9\ndata: not json\n\nevent: mood\ndata: {}\n\ndata: {}\n\n"
    with hearing(stream(FIRST, later, SECOND, THIRD, later, DONE)) as (_, client):
        assert types_of(client.hear(*ANSWER)) == ["delta"] * 3 + ["done"]


def heard(client: Caller, *call: Any) -> dict[str, Any]:
    """The last event of a stream, whose words add up to its reply."""
    events = client.hear(*call)
    done: dict[str, Any] = events[-1]
    session = done.get("session")
    assert shown(events) == (session["messages"][-1]["content"] if session else done["summary"])
    return done


@pytest.fixture
def gateway() -> Iterator[Served]:
    with serving() as served:
        yield served


def test_a_whole_interview_is_heard_from_the_real_gateway(gateway: Served) -> None:
    with calling(gateway.url) as client:
        setup = {"role": "Data Analyst", "totalQuestions": 2}
        session = heard(client, "streamStart", setup)["session"]
        for number in (1, 2):
            assert session["currentQuestion"] == number
            session = heard(client, "streamResponse", session, f"My answer to {number}.")["session"]
        assert session["isComplete"]
        assert client.call("getInterview", session["interviewId"])["session"] == session
        assert heard(client, "streamSummary", session)["responsesGiven"] == 2
        assert client.failure("streamResponse", session, "More.").kind == "interview-complete"


@pytest.mark.parametrize("keep", [0, 20, 400, 800], ids=["all of it", "its head", "half", "most"])
def test_what_breaks_off_on_the_way_is_made_up_for_and_no_move_is_made_twice(
    gateway: Served, keep: int
) -> None:
    proxy = LossyProxy(gateway.url)
    proxy.keep = keep
    with standing(proxy) as url, calling(url) as client:
        proxy.lose = 2
        setup = {"role": "Data Analyst", "totalQuestions": 1}
        session = heard(client, "streamStart", setup)["session"]
        proxy.lose = 2
        session = heard(client, "streamResponse", session, "Only once.")["session"]
        assert session["isComplete"]
        proxy.lose = 2
        assert heard(client, "streamSummary", session)["responsesGiven"] == 1
        proxy.lose = 1
        assert heard(client, "joinReply", session["interviewId"])["event"]
    events = gateway.get(f"/api/v1/interviews/{session['interviewId']}/events").json()["events"]
    assert [told["kind"] for told in events] == [
        *("interview-started", "question-asked", "answer-given", "interview-completed"),
        "summary-given",
    ]
