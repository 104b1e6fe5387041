"""Replies that were shown and could not be recorded: the words come into the log once they can."""

import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.memory import MemoryEventLog
from eventlog.protocol import Appended
from statemachine.events import AnswerGiven
from statemachine.events import Event as LogEvent
from statemachine.interview import Interview
from tests.desktop import Desktop
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.processes import gateway_process
from tests.streams import EVENTS, Event, events_in, heard, listening, shown

RESPOND, SUMMARY = "/api/v1/interviews/respond", "/api/v1/interviews/summary"
REPLY = "Thank you, that is clear. Question 2: How do you test what you build?"
SUMMED_UP = "The candidate has built a parser. Nothing stayed open."


class FullLog(MemoryEventLog):
    """A log that cannot be written while it `is_full`."""

    is_full = False

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[LogEvent],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        self._check_room()
        return await super().append(interview_id, expected_version, events, at, after)

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        self._check_room()
        await super().keep_drafts(drafts)

    def _check_room(self) -> None:
        if self.is_full:
            raise LogUnavailable("the disk is full")


class LostAfterAnAnswer(MemoryEventLog):
    """A log that cannot be read once it has taken an answer, while it `breaks`."""

    breaks = False
    _is_lost = False

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[LogEvent],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        appended = await super().append(interview_id, expected_version, events, at, after)
        self._is_lost = self.breaks and isinstance(events[0], AnswerGiven)
        return appended

    async def interview(self, interview_id: str) -> Interview | None:
        if self._is_lost and self.breaks:
            raise LogUnavailable("the database does not answer")
        return await super().interview(interview_id)


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        yield server


def begun(gateway: Served, ollama: OllamaServer, *script: str) -> Desktop:
    """An interview at its first question; the next replies are scripted, and come slowly."""
    gateway.wait_until_noticed(ollama="online")
    desktop = Desktop(gateway).start(totalQuestions=3)
    ollama.script = list(script)
    ollama.tokens_per_second = 12.0
    return desktop


def heard_until_it_failed(
    gateway: Served, path: str, body: Any, fill: Callable[[], object]
) -> list[Event]:
    """The events of a stream; the log is full from its first words on."""
    had: list[Event] = []
    with listening(gateway, "POST", path, body) as response:
        for event in events_in(response):
            had.append(event)
            if [each.name for each in had].count("delta") == 1:
                fill()
    assert (had[-1].name, had[-1].data["status"]) == ("problem", 503)
    return had


def payloads(gateway: Served, desktop: Desktop, kind: str) -> list[dict[str, Any]]:
    events = gateway.get(f"/api/v1/interviews/{desktop.interview_id}/events").json()["events"]
    return [event["payload"] for event in events if event["kind"] == kind]


def eventually(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def interrupted(gateway: Served, desktop: Desktop) -> dict[str, Any]:
    """The words that were shown in vain, once they are in the log."""

    def found() -> list[dict[str, Any]]:
        return payloads(gateway, desktop, "reply-interrupted")

    eventually(lambda: found() != [], "the words never came into the log")
    (words,) = found()
    return words


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["whole", "streamed"])
def test_an_answer_is_said_to_be_taken_if_the_log_is_lost_right_after_it(
    ollama: OllamaServer, headers: dict[str, str]
) -> None:
    log = LostAfterAnAnswer()
    with serving(ollama, log=log) as gateway:
        desktop = begun(gateway, ollama, "Question 2: Something else?")
        posted = {"session": desktop.session, "message": "I wrote a parser."}
        log.breaks = True
        refused = gateway.client.post(RESPOND, json=posted, headers=headers)
        assert (refused.status_code, refused.json()["answerTaken"]) == (503, True)
        log.breaks = False
        assert heard(gateway, RESPOND, posted)[-1].name == "done"
        assert len(payloads(gateway, desktop, "answer-given")) == 1


def test_a_reply_that_could_not_be_recorded_goes_on_from_what_was_shown(
    ollama: OllamaServer,
) -> None:
    log = FullLog()
    with serving(ollama, log=log) as gateway:
        desktop = begun(gateway, ollama, REPLY, "Question 2: Something else?")
        posted = {"session": desktop.session, "message": "I wrote a parser."}
        had = heard_until_it_failed(gateway, RESPOND, posted, lambda: setattr(log, "is_full", True))
        assert shown(had) == REPLY
        assert had[-1].data["answerTaken"] is True
        again = heard(gateway, RESPOND, posted)
        assert [event.name for event in again] == ["problem"]
        assert gateway.post(RESPOND, posted).status_code == 503
        log.is_full = False
        words = interrupted(gateway, desktop)
        assert (words["content"], words["backend"]) == (REPLY, "ollama")
        again = heard(gateway, RESPOND, posted)
        assert (again[0].name, again[0].data["text"]) == ("reset", REPLY)
        assert shown(again) == again[-1].data["session"]["messages"][-1]["content"] == REPLY
        assert ollama.count("/api/chat") == 2, "the opening, and this reply, once"
        assert len(payloads(gateway, desktop, "reply-interrupted")) == 1


def test_a_retry_may_be_the_first_to_find_room(ollama: OllamaServer) -> None:
    log = FullLog()
    with serving(ollama, log=log) as gateway:
        desktop = begun(gateway, ollama, REPLY, "Question 2: Something else?")
        posted = {"session": desktop.session, "message": "I wrote a parser."}
        heard_until_it_failed(gateway, RESPOND, posted, lambda: setattr(log, "is_full", True))
        log.is_full = False
        assert shown(heard(gateway, RESPOND, posted)) == REPLY
        assert [p["content"] for p in payloads(gateway, desktop, "reply-interrupted")] == [REPLY]


def test_what_was_shown_of_a_summary_is_kept_too(ollama: OllamaServer) -> None:
    log = FullLog()
    with serving(ollama, log=log) as gateway:
        desktop = begun(gateway, ollama, SUMMED_UP)
        posted = {"session": desktop.session}
        heard_until_it_failed(gateway, SUMMARY, posted, lambda: setattr(log, "is_full", True))
        log.is_full = False
        words = interrupted(gateway, desktop)
        assert (words["content"], words["ofSummary"]) == (SUMMED_UP, True)
        assert "summary" in heard(gateway, SUMMARY, posted)[-1].data


def test_words_that_nobody_saw_are_not_kept(ollama: OllamaServer) -> None:
    log = FullLog()
    with serving(ollama, log=log) as gateway, ThreadPoolExecutor() as pool:
        desktop = begun(gateway, ollama, REPLY, REPLY)
        plain = pool.submit(desktop.try_answer, "I wrote a parser.")
        eventually(lambda: ollama.count("/api/chat") == 2, "nobody was asked")
        log.is_full = True
        assert plain.result().status_code == 503
        log.is_full = False
        assert desktop.try_answer("I wrote a parser.").status_code == 200
        assert payloads(gateway, desktop, "reply-interrupted") == []


def test_a_full_disk_takes_no_words_that_were_shown(ollama: OllamaServer, tmp_path: Path) -> None:
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = Served(FastAPI(), process.url, process.client)
        desktop = begun(gateway, ollama, REPLY)
        posted = {"session": desktop.session, "message": "I wrote a parser."}
        pid = process.popen.pid
        limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        had = heard_until_it_failed(
            gateway,
            RESPOND,
            posted,
            lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1])),
        )
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        assert interrupted(gateway, desktop)["content"] == shown(had) == REPLY
        process.popen.send_signal(signal.SIGKILL)
    with gateway_process(tmp_path, OLLAMA_URL=ollama.url) as process:
        gateway = Served(FastAPI(), process.url, process.client)
        assert interrupted(gateway, desktop)["content"] == REPLY
        assert shown(heard(gateway, RESPOND, posted)) == REPLY
