"""Replies as server-sent events: what is shown is what the log has, whoever listens."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.gateways import Served, serving
from tests.processes import Process, gateway_process
from tests.stopwatch import Stopwatch
from tests.streams import EVENTS, Event, events_in, heard, listening, shown

START, RESPOND, SUMMARY = (f"/api/v1/interviews/{name}" for name in ("start", "respond", "summary"))
SLOWLY = 12.0  # words a second: fast enough for a test, slow enough to see words come
REPLY = "Thank you, that is clear. Question 2: How do you test what you build?"


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        yield server


@pytest.fixture
def gateway(ollama: OllamaServer) -> Iterator[Served]:
    with serving(ollama) as served:
        served.wait_until_noticed(ollama="online")
        yield served


def reply_path(id: str) -> str:
    return f"/api/v1/interviews/{id}/reply"


def answer_to(desktop: Desktop, message: str = "I wrote a parser.") -> dict[str, Any]:
    return {"session": desktop.session, "message": message}


def origin_of(gateway: Served, id: str) -> dict[str, Any]:
    """Where the last words in the interview are from."""
    events = gateway.get(f"/api/v1/interviews/{id}/events").json()["events"]
    origin: dict[str, Any] = events[-1]["payload"]["origin"]
    return origin


def begun(gateway: Served, ollama: OllamaServer, *script: str) -> Desktop:
    """An interview at its first question; the next replies are scripted, and come slowly."""
    desktop = Desktop(gateway).start(totalQuestions=3)
    ollama.script = list(script)
    ollama.tokens_per_second = SLOWLY
    return desktop


def test_words_are_shown_as_they_come_and_are_what_the_log_has(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, REPLY)
    events = heard(gateway, RESPOND, answer_to(desktop))
    names = [event.name for event in events]
    assert names.count("delta") > 5
    assert (names[0], names[-1]) == ("status", "done")
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))
    session = events[-1].data["session"]
    assert shown(events) == session["messages"][-1]["content"] == REPLY
    assert session["currentQuestion"] == 2
    recorded = gateway.get(f"/api/v1/interviews/{desktop.interview_id}/events").json()["events"]
    place = {"position": recorded[-1]["position"], "leaf": recorded[-1]["leaf"]}
    assert events[-1].data["event"] == place
    plain = gateway.post(RESPOND, answer_to(desktop)).json()
    assert plain == session


def test_the_log_says_how_long_the_model_took_for_what(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, REPLY)
    ollama.prompt_seconds = 0.3
    events = heard(gateway, RESPOND, answer_to(desktop))
    phases = [event.data["phase"] for event in events if event.name == "status"]
    assert list(dict.fromkeys(phases)) == ["queued", "reading", "writing"]
    timing = origin_of(gateway, desktop.interview_id)["timing"]
    assert timing["readingMs"] >= 300
    assert timing["writingMs"] >= 500
    assert timing["tokens"] == len(REPLY.split())


def test_what_is_waited_for_is_told_each_second(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, REPLY)
    ollama.prompt_seconds = 2.3
    events = heard(gateway, RESPOND, answer_to(desktop))
    reading = [e.data["elapsedMs"] for e in events if e.data.get("phase") == "reading"]
    assert len(reading) >= 3
    assert reading[1:3] == [pytest.approx(1000, abs=400), pytest.approx(2000, abs=400)]


def test_without_a_backend_the_built_in_words_come_at_once(fresh: Served) -> None:
    started = heard(fresh, START, {"role": "Data Analyst", "totalQuestions": 1})
    assert [event.name for event in started] == ["delta", "done"]
    session = started[-1].data["session"]
    closed = heard(fresh, RESPOND, {"session": session, "message": "I count."})
    assert closed[-1].data["session"]["isComplete"] is True
    summed_up = heard(fresh, SUMMARY, {"session": closed[-1].data["session"]})
    assert shown(summed_up) == summed_up[-1].data["summary"]
    assert summed_up[-1].data["questionsAsked"] == 1


def test_a_summary_is_shown_as_it_comes(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, "The candidate has built a parser. Nothing stayed open.")
    events = heard(gateway, SUMMARY, {"session": desktop.session})
    assert [event.name for event in events].count("delta") > 2
    assert shown(events) == events[-1].data["summary"]
    assert desktop.sum_up()["summary"] == shown(events)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (START, {"role": "Astronaut"}, 422),
        (RESPOND, {"session": {}, "message": "It held."}, 422),
    ],
)
def test_a_refusal_known_before_the_reply_is_a_plain_problem(
    gateway: Served, path: str, body: Any, status: int
) -> None:
    response = gateway.client.post(path, json=body, headers=EVENTS)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_conflict_is_a_plain_problem(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama)
    before = desktop.copy()
    ollama.tokens_per_second = None
    desktop.answer("One.")
    response = gateway.client.post(RESPOND, json=answer_to(before, "Another."), headers=EVENTS)
    assert response.status_code == 409


def test_who_does_not_ask_for_events_gets_json(gateway: Served) -> None:
    for accept in ("application/json", "*/*", "text/event-stream;q=0, application/json"):
        response = gateway.client.post(
            START, json={"role": "Data Analyst"}, headers={"accept": accept}
        )
        assert response.headers["content-type"] == "application/json"


# Listeners


def test_any_number_of_listeners_hear_one_reply(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, REPLY)
    found: list[list[Event]] = []

    def join() -> None:
        found.append(heard(gateway, reply_path(desktop.interview_id), method="GET"))

    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        events = events_in(response)
        first = [next(events) for _ in range(4)]
        listeners = [threading.Thread(target=join) for _ in range(10)]
        for listener in listeners:
            listener.start()
        found.append([*first, *events])
        for listener in listeners:
            listener.join()
    assert {shown(each) for each in found} == {REPLY}
    assert len({each[-1].id for each in found}) == 1
    assert ollama.count("/api/chat") == 2, "the opening, and this reply, once"


def test_who_goes_away_stops_nothing(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, REPLY)
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        next(event for event in events_in(response) if event.name == "delta")
    events = heard(gateway, reply_path(desktop.interview_id), method="GET")
    assert shown(events) == REPLY
    assert ollama.count("/api/chat") == 2


def test_a_forgetting_ends_the_reply(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, f"{'And then there was more of it. ' * 4} Question 2: Why?")
    ollama.tokens_per_second = 1.0
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        events = events_in(response)
        next(event for event in events if event.name == "delta")
        watch = Stopwatch()
        forgotten = gateway.client.delete(f"/api/v1/interviews/{desktop.interview_id}")
        assert forgotten.status_code == 200
        *_, last = events
        assert watch.seconds() < 4
    assert (last.name, last.data["status"]) == ("problem", 410)


def test_who_comes_back_goes_on_after_the_last_event(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama, REPLY)
    had: list[Event] = []
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        for event in events_in(response):
            had.append(event)
            if sum(each.name == "delta" for each in had) == 3:
                break
    path, last = reply_path(desktop.interview_id), str(had[-1].id)
    with listening(gateway, "GET", path, last_event_id=last) as response:
        rest = list(events_in(response))
    assert rest[0].id > had[-1].id
    assert "reset" not in {event.name for event in rest}
    assert shown([*had, *rest]) == REPLY


@pytest.mark.parametrize("last_id", ["1", "99999999999999999", "-1", "x", "9" * 400, "٣"])
def test_an_id_of_another_reply_or_of_the_future_begins_anew(
    gateway: Served, ollama: OllamaServer, last_id: str
) -> None:
    desktop = begun(gateway, ollama)
    headers = {**EVENTS, "last-event-id": last_id.encode()}
    response = gateway.client.get(reply_path(desktop.interview_id), headers=headers)  # type: ignore[arg-type]
    assert response.text.count("event: reset") == 1
    assert response.text.count("event: done") == 1


def test_a_reply_that_is_over_comes_as_a_whole(gateway: Served, ollama: OllamaServer) -> None:
    desktop = begun(gateway, ollama)
    events = heard(gateway, reply_path(desktop.interview_id), method="GET")
    assert [event.name for event in events] == ["reset", "done"]
    assert shown(events) == desktop.said[-1]
    assert events[-1].data["session"] == desktop.session


def test_an_unknown_interview_has_no_reply(gateway: Served) -> None:
    for method in ("GET", "DELETE"):
        response = gateway.client.request(method, reply_path(str(uuid4())))
        assert response.status_code == 404


def test_a_post_that_is_repeated_joins_the_reply_under_way(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, REPLY)
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        events = events_in(response)
        next(event for event in events if event.name == "delta")
        again = heard(gateway, RESPOND, answer_to(desktop))
        rest = list(events)
    assert again[0].name == "reset"
    assert shown(again) == REPLY
    assert again[-1] == rest[-1]
    assert ollama.count("/api/chat") == 2


def test_who_posts_plainly_gets_what_is_shown_by_their_own_deadline(ollama: OllamaServer) -> None:
    with serving(ollama, reply_budget_seconds=1.0) as gateway:
        gateway.wait_until_noticed(ollama="online")
        desktop = begun(gateway, ollama, f"I see. {REPLY}")
        ollama.tokens_per_second = 4.0
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            next(event for event in events if event.name == "delta")
            watch = Stopwatch()
            plain = gateway.post(RESPOND, answer_to(desktop)).json()
            assert watch.seconds() < 2
            rest = list(events)
    assert plain == rest[-1].data["session"]
    words = plain["messages"][-1]["content"]
    assert words.startswith("I see.")
    assert "Question 2: " in words


def test_an_answer_ends_the_summary_that_is_under_way(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, f"The candidate {'built a parser and ' * 20}rested.", REPLY)
    with listening(gateway, "POST", SUMMARY, {"session": desktop.session}) as response:
        events = events_in(response)
        next(event for event in events if event.name == "delta")
        replied = heard(gateway, RESPOND, answer_to(desktop))
        last = list(events)[-1]
    assert shown(replied) == REPLY
    assert (last.name, last.data["status"], last.data["verdict"]) == ("problem", 409, "behind")
    assert desktop.interview_id == last.data["session"]["interviewId"]


def test_a_summary_waits_for_a_reply_under_way_and_says_so(ollama: OllamaServer) -> None:
    with serving(ollama, reply_budget_seconds=0.5) as gateway:
        gateway.wait_until_noticed(ollama="online")
        desktop = begun(gateway, ollama, REPLY, "The candidate has built a parser. It works.")
        ollama.tokens_per_second = 5.0
        summed_up: list[tuple[float, Event]] = []

        def sum_up() -> None:
            with listening(gateway, "POST", SUMMARY, {"session": desktop.session}) as response:
                summed_up.extend((time.monotonic(), event) for event in events_in(response))

        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            had = [next(events) for _ in range(4)]
            summing = threading.Thread(target=sum_up)
            summing.start()
            had += events
            replied_at = time.monotonic()
        summing.join()
    assert shown(had) == REPLY, "nobody hurried it"
    waited = [event for at, event in summed_up if at < replied_at - 0.1]
    assert {(event.name, event.data["phase"]) for event in waited} == {("status", "writing")}
    assert len(waited) >= 3, "at once, and each second"
    ids = [event.id for _, event in summed_up]
    assert ids == sorted(set(ids))
    last = summed_up[-1][1]
    assert shown([event for _, event in summed_up]) == last.data["summary"]
    assert last.data["responsesGiven"] == 1


def test_a_summary_that_waits_for_a_reply_ends_with_the_interview(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, REPLY)
    ollama.tokens_per_second = 1.0
    with (
        listening(gateway, "POST", RESPOND, answer_to(desktop)),
        listening(gateway, "POST", SUMMARY, {"session": desktop.session}) as response,
    ):
        events = events_in(response)
        first = next(events)
        assert gateway.client.delete(f"/api/v1/interviews/{desktop.interview_id}").is_success
        *_, last = events
    assert first.name == "status"
    assert (last.name, last.data["status"]) == ("problem", 410)
    assert last.id > first.id


def test_a_summary_that_asks_for_the_reply_itself_says_so(
    ollama: OllamaServer, tmp_path: Path
) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = served(process)
        gateway.wait_until_noticed(ollama="online")
        desktop = begun(gateway, ollama, REPLY, REPLY, "The candidate has built a parser.")
        ollama.prompt_seconds = 0.8
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            next(events_in(response))
            process.popen.send_signal(signal.SIGKILL)
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = served(process)
        gateway.wait_until_noticed(ollama="online")
        with listening(gateway, "POST", SUMMARY, {"session": desktop.session}) as response:
            phases = [event.data.get("phase", event.name) for event in events_in(response)]
    first_word = phases.index("delta")
    assert phases[:first_word].count("reading") >= 2, "for the reply, and for the summary"


# Waiting no longer


def test_who_is_refused_does_not_hurry_the_reply_that_somebody_sees_come(
    ollama: OllamaServer,
) -> None:
    with serving(ollama, reply_budget_seconds=0.5) as gateway:
        gateway.wait_until_noticed(ollama="online")
        desktop = begun(gateway, ollama, REPLY)
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            events = events_in(response)
            first = next(event for event in events if event.name == "delta")
            refused = desktop.try_answer("Something else.")
            assert refused.status_code == 409
            assert refused.json()["session"]["messages"] == desktop.session["messages"]
            assert shown([first, *events]) == REPLY


def test_who_waits_no_longer_gets_the_built_in_question(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, REPLY)
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        events = events_in(response)
        had = [next(events)]
        while had[-1].name != "delta":
            had.append(next(events))
        assert gateway.client.delete(reply_path(desktop.interview_id)).status_code == 202
        had += events
    assert shown(had) == had[-1].data["session"]["messages"][-1]["content"]
    assert had[-2].name == "reset"
    origin = origin_of(gateway, desktop.interview_id)
    assert origin["backend"] == "templates"
    (attempt,) = [a for a in origin["attempts"] if a["backend"] == "ollama"]
    assert attempt["reason"] == "Nobody waited for it any longer"
    assert REPLY.startswith(attempt["withdrawn"])
    assert gateway.client.delete(reply_path(desktop.interview_id)).status_code == 404


def test_a_whole_question_is_kept_by_who_waits_no_longer(
    gateway: Served, ollama: OllamaServer
) -> None:
    desktop = begun(gateway, ollama, "Why did you choose it? I ask, because")
    with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
        had = list(events_in(response))
    assert shown(had) == "Why did you choose it?"


# Faults


@pytest.mark.parametrize(
    "mood",
    [
        Mood.STALLS,
        Mood.STOPS,
        Mood.HALF_UTF8,
        Mood.BAD_LINE,
        Mood.ERROR_MIDWAY,
        Mood.ENDLESS_LINE,
        Mood.DONE_TWICE,
        Mood.AFTER_DONE,
        Mood.EMPTY_STREAM,
        Mood.ONLY_THOUGHTS,
    ],
)
def test_whatever_becomes_of_the_stream_there_is_a_valid_reply_in_time(
    ollama: OllamaServer, mood: Mood
) -> None:
    with serving(ollama, stream_budget_seconds=1.5, first_word_seconds=1.0) as gateway:
        gateway.wait_until_noticed(ollama="online")
        desktop = Desktop(gateway).start(totalQuestions=3)
        ollama.moods["/api/chat"] = mood
        watch = Stopwatch()
        events = heard(gateway, RESPOND, answer_to(desktop))
        assert watch.seconds() < 3
        assert events[-1].name == "done"
        words = events[-1].data["session"]["messages"][-1]["content"]
        assert shown(events) == words
        assert "?" in words or "Question 2" in words
        origin = origin_of(gateway, desktop.interview_id)
    if origin["backend"] == "templates":
        assert origin["attempts"][0]["backend"] == "ollama"


def test_a_backend_that_breaks_off_is_taken_over_by_another(ollama: OllamaServer) -> None:
    with GraniteServer() as granite, serving(ollama, granite) as gateway:
        gateway.wait_until_noticed(ollama="online", granite_interview_service="online")
        model = ollama.models[0]["name"]
        desktop = Desktop(gateway).start(totalQuestions=3, model=model)
        ollama.moods["/api/chat"] = Mood.STOPS
        ollama.tokens_per_second = SLOWLY
        ollama.script = ["Thank you for this long and interesting answer about parsers"]
        events = heard(gateway, RESPOND, answer_to(desktop))
        resets = [event for event in events if event.name == "reset"]
        assert [reset.data["text"] for reset in resets] == [""]
        assert shown(events) == "Granite question 2 about Software Engineer?"
        origin = origin_of(gateway, desktop.interview_id)
    (attempt,) = origin["attempts"]
    assert (attempt["backend"], attempt["model"]) == ("ollama", model)
    assert attempt["withdrawn"].startswith("Thank you")


# The gateway dies


def served(process: Process) -> Served:
    """The gateway that runs as this process."""
    return Served(FastAPI(), process.url, process.client)


def test_what_was_shown_is_in_the_log_also_when_the_gateway_is_killed(
    ollama: OllamaServer, tmp_path: Path
) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = served(process)
        gateway.wait_until_noticed(ollama="online")
        desktop = begun(gateway, ollama, REPLY)
        seen: list[tuple[float, Event]] = []
        with listening(gateway, "POST", RESPOND, answer_to(desktop)) as response:
            for event in events_in(response):
                seen.append((time.monotonic(), event))
                if "clear. Question" in shown([each for _, each in seen]):
                    break
            process.popen.send_signal(signal.SIGKILL)
            killed = time.monotonic()
    ollama.moods["/api/chat"] = Mood.HANG
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = desktop.gateway = served(process)
        id = desktop.interview_id
        (interrupted,) = [
            event["payload"]
            for event in gateway.get(f"/api/v1/interviews/{id}/events").json()["events"]
            if event["kind"] == "reply-interrupted"
        ]
        old = shown([event for at, event in seen if at < killed - 0.25])
        assert interrupted["content"].startswith(old)
        assert REPLY.startswith(interrupted["content"])
        again = heard(gateway, RESPOND, answer_to(desktop))
        assert (again[0].name, again[0].data["text"]) == ("reset", interrupted["content"])
        words = again[-1].data["session"]["messages"][-1]["content"]
        assert shown(again) == words
        assert words.startswith("Thank you, that is clear.")
        assert origin_of(gateway, id)["completedBy"] == "templates"
