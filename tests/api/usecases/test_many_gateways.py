"""Two gateways on one log: a reply is asked of a backend once, whoever is asked for it, and goes on
when the gateway that makes it is gone."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.desktop import FOUR_FIELDS, Desktop
from tests.events import head_of, kinds_of
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.sharing import SHARINGS, InMemory, Sharing
from tests.stopwatch import Stopwatch
from tests.streams import Event, events_in, heard, listening, shown

START, RESPOND, SUMMARY = (f"/api/v1/interviews/{name}" for name in ("start", "respond", "summary"))
SLOWLY = 12.0  # words a second
REPLY = "Thank you, that is clear to me now. Question 2: How do you test what you build at work?"
LONG = " ".join(f"Well, point {n} is clear to me now." for n in range(60)) + f" {REPLY}"
"""For longer than any test."""


@dataclass
class Two:
    """Two gateways, the log that they share, and the backend of both."""

    one: Served
    other: Served
    sharing: Sharing
    ollama: OllamaServer

    def at_both(self, path: str, *bodies: Any) -> list[httpx.Response]:
        """The answers to the bodies (or the one body), posted to both gateways at once."""
        begin = threading.Barrier(2)

        def post(gateway: Served, body: Any) -> httpx.Response:
            begin.wait()
            return gateway.post(path, body)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(post, (self.one, self.other), (bodies[0], bodies[-1])))

    def begun(self, reply: str = REPLY, **more: Any) -> tuple[Desktop, dict[str, Any]]:
        """An interview at its first question, and an answer to it. The reply comes slowly."""
        desktop = Desktop(self.one).start(**{"totalQuestions": 3, **more})
        self.ollama.requests.clear()
        self.ollama.script, self.ollama.tokens_per_second = [reply], SLOWLY
        return desktop, {"session": desktop.session, "message": "I wrote a parser."}

    def asked(self) -> int:
        """How often the backend was asked for words."""
        return self.ollama.count("/api/chat")


@contextmanager
def sharing_one(log: Sharing) -> Iterator[Two]:
    with OllamaServer() as ollama:
        ollama.loaded = {ollama.models[0]["name"]: 4096}
        with serving(ollama, log=log.view()) as one, serving(ollama, log=log.view()) as other:
            for gateway in (one, other):
                gateway.wait_until_noticed(ollama="online")
            yield Two(one, other, log, ollama)


@pytest.fixture(params=SHARINGS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Two]:
    with sharing_one(SHARINGS[request.param](tmp_path)) as found:
        yield found


@pytest.fixture
def memory(tmp_path: Path) -> InMemory:
    return InMemory(tmp_path)


def reply_path(id: str) -> str:
    return f"/api/v1/interviews/{id}/reply"


class Listener:
    """Somebody who listens to a stream in the background."""

    def __init__(self, gateway: Served, method: str, path: str, body: Any = None) -> None:
        self.events: list[Event] = []
        self._thread = threading.Thread(target=self._listen, args=(gateway, method, path, body))
        self._thread.start()

    def _listen(self, gateway: Served, method: str, path: str, body: Any) -> None:
        with listening(gateway, method, path, body) as response:
            for event in events_in(response):
                self.events.append(event)

    def wait_for_words(self, words: str = "clear") -> None:
        give_up = time.monotonic() + 20
        while words not in shown(self.events):
            assert time.monotonic() < give_up, self.events
            time.sleep(0.01)

    def to_the_end(self) -> list[Event]:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.events


def test_the_same_move_at_both_asks_the_backend_once_and_has_one_reply(two: Two) -> None:
    desktop = Desktop(two.one).start(totalQuestions=15)
    two.ollama.requests.clear()
    for n in range(10):
        first, second = two.at_both(
            RESPOND, {"session": desktop.session, "message": f"My answer {n}."}
        )
        assert first.status_code == second.status_code == 200
        assert first.json() == second.json()
        desktop.session = first.json()
        assert two.asked() == n + 1
    kinds = kinds_of(two.one, desktop.interview_id)
    assert kinds.count("answer-given") == 10
    assert kinds.count("question-asked") == 11
    assert not two.sharing.claimed(), "a claim outlived its reply"


def test_a_start_and_a_summary_at_both_are_made_once(two: Two) -> None:
    id = str(uuid4())
    body = {"role": "Data Analyst", "totalQuestions": 3, "interviewId": id}
    first, second = two.at_both(START, body)
    assert first.json() == second.json()
    assert two.asked() == 1
    first, second = two.at_both(SUMMARY, {"session": first.json()})
    assert first.json() == second.json()
    assert two.asked() == 2
    assert kinds_of(two.one, id).count("summary-given") == 1


def test_an_unknown_session_without_an_id_is_adopted_once(two: Two) -> None:
    with serving() as elsewhere:
        session = Desktop(elsewhere).start(totalQuestions=3).session
    for n in range(5):
        unknown = {name: session[name] for name in FOUR_FIELDS}
        unknown["messages"] = [*session["messages"][:-1], {"role": "assistant", "content": f"{n}?"}]
        first, second = two.at_both(RESPOND, {"session": unknown, "message": "Because."})
        assert first.json() == second.json()
        assert first.json()["interviewId"]
    assert len(two.one.get("/api/v1/interviews").json()["interviews"]) == 5
    assert not two.sharing.claimed()


def test_a_reply_can_be_joined_at_either_gateway(two: Two) -> None:
    desktop, body = two.begun()
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words()
    second = heard(two.other, reply_path(desktop.interview_id), method="GET")
    assert [event.name for event in second].count("delta") >= 2, "it did not come as it was made"
    assert shown(second) == shown(first.to_the_end()) == REPLY
    assert second[-1].data == first.events[-1].data
    assert two.asked() == 1


def test_what_is_asked_for_whole_is_seen_as_it_comes_at_the_other_gateway(two: Two) -> None:
    _, body = two.begun()
    with ThreadPoolExecutor(1) as pool:
        whole = pool.submit(two.one.post, RESPOND, body)
        while not two.asked():
            time.sleep(0.01)
        events = heard(two.other, RESPOND, body)
        assert shown(events) == whole.result().json()["messages"][-1]["content"]
    assert "delta" in [event.name for event in events]
    assert two.asked() == 1


def test_ids_of_another_gateways_events_are_not_mixed_up(two: Two) -> None:
    desktop, body = two.begun()
    first = Listener(two.one, "POST", RESPOND, body)
    second = Listener(two.other, "POST", RESPOND, body)
    first.wait_for_words()
    second.wait_for_words()
    assert not {event.id for event in first.events} & {event.id for event in second.events}
    with listening(
        two.other, "GET", reply_path(desktop.interview_id), last_event_id=str(first.events[-1].id)
    ) as response:
        events = list(events_in(response))
    assert events[0].name == "reset"
    assert shown(events) == shown(first.to_the_end()) == shown(second.to_the_end()) == REPLY


def test_a_reply_is_stopped_from_the_other_gateway(two: Two) -> None:
    desktop, body = two.begun(LONG)
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words("Well")
    assert two.other.client.delete(reply_path(desktop.interview_id)).status_code == 202
    events = first.to_the_end()
    assert shown(events) == events[-1].data["session"]["messages"][-1]["content"]
    assert "Question 2" in shown(events), "the built-in question"
    assert two.other.client.delete(reply_path(desktop.interview_id)).status_code == 404


def test_a_plain_caller_at_the_other_gateway_gets_its_reply_in_time(two: Two) -> None:
    _, body = two.begun(LONG)
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words("Well")
    watch = Stopwatch()
    plain = two.other.post(RESPOND, body)
    assert plain.status_code == 200
    assert watch.seconds() < 8, "it was not hurried"
    assert first.to_the_end()[-1].data["session"] == plain.json()
    assert two.asked() == 1


def test_the_other_gateway_goes_on_when_one_is_gone_in_mid_reply(memory: InMemory) -> None:
    with sharing_one(memory) as two:
        desktop, body = two.begun()
        first = Listener(two.one, "POST", RESPOND, body)
        first.wait_for_words()  # it is the one that makes the reply
        second = Listener(two.other, "POST", RESPOND, body)
        second.wait_for_words()
        with memory.cut_off(two.one.app.state.gateway.log):
            events = second.to_the_end()
        assert events[-1].name == "done"
        assert shown(events) == events[-1].data["session"]["messages"][-1]["content"]
        kinds = kinds_of(two.other, desktop.interview_id)
        assert kinds[-2:] == ["reply-interrupted", "question-asked"]
        head = head_of(two.other)
        assert first.to_the_end()[-1].name in ("done", "problem")
        assert two.one.post(RESPOND, body).json() == events[-1].data["session"]
        assert head_of(two.other) == head


def test_a_gateway_that_slept_shows_what_the_other_one_has_made(memory: InMemory) -> None:
    with sharing_one(memory) as two:
        desktop, body = two.begun()
        first = Listener(two.one, "POST", RESPOND, body)
        first.wait_for_words("Thank")
        with memory.log.lock:  # nobody renews meanwhile: it is taken before its holder wakes
            memory.expire()
            second = Listener(two.other, "POST", RESPOND, body)
            time.sleep(0.3)
        events = second.to_the_end()
        assert first.to_the_end()[-1].data == events[-1].data
        words = events[-1].data["session"]["messages"][-1]["content"]
        assert shown(first.events) == shown(events) == words
        assert kinds_of(two.other, desktop.interview_id).count("question-asked") == 2
        assert not two.sharing.claimed()


def test_forgetting_ends_a_reply_at_the_other_gateway(two: Two) -> None:
    desktop, body = two.begun(LONG)
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words()
    path, why = f"/api/v1/interviews/{desktop.interview_id}", {"reason": "It is asked for."}
    assert two.other.client.request("DELETE", path, json=why).status_code == 200
    assert first.to_the_end()[-1].name == "problem"
    assert kinds_of(two.one, desktop.interview_id)[-1] == "content-forgotten"
    assert not two.sharing.drafted()


def test_a_gateway_that_starts_leaves_the_replies_of_others_alone(two: Two) -> None:
    desktop, body = two.begun()
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words()
    with serving(two.ollama, log=two.sharing.view()):
        assert first.to_the_end()[-1].name == "done"
    assert "reply-interrupted" not in kinds_of(two.one, desktop.interview_id)


def test_what_a_gateway_left_is_recovered_without_anybody_asking(memory: InMemory) -> None:
    with sharing_one(memory) as two:
        desktop, body = two.begun(LONG)
        first = Listener(two.one, "POST", RESPOND, body)
        first.wait_for_words()
        while not memory.drafted():
            time.sleep(0.01)
        with (
            memory.cut_off(two.one.app.state.gateway.log),
            serving(two.ollama, log=memory.view()),  # which looks when it starts
        ):
            assert kinds_of(two.other, desktop.interview_id)[-1] == "reply-interrupted"
        two.one.client.delete(reply_path(desktop.interview_id))
        first.to_the_end()


def test_a_gateway_that_stops_does_not_end_the_replies_of_others(two: Two) -> None:
    _, body = two.begun()
    first = Listener(two.one, "POST", RESPOND, body)
    first.wait_for_words()
    with (
        serving(two.ollama, log=two.sharing.view()) as third,
        listening(third, "POST", RESPOND, body) as response,
    ):
        assert next(events_in(response)).name in ("status", "delta")
    assert shown(first.to_the_end()) == REPLY
