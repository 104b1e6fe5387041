"""A candidate who holds a whole interview with a gateway, plain or streamed, and takes the time."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.stopwatch import Stopwatch

Json = dict[str, Any]

EVENT_STREAM = "text/event-stream"
INTERVIEWS = "/api/v1/interviews"

ANSWERS = (
    "I have worked with Python for six years, mostly on services that move money between accounts.",
    "I write a test that fails, make it pass, and then look at what the change costs when it runs.",
    "We had an outage because two services locked the same rows in another order. I made the order "
    "one and the same, and wrote down how we found it.",
    "I ask who uses it and what they cannot do today. Then I build the smallest thing that helps.",
    "I would measure first. Twice I was sure that the database was slow, and it was not.",
)
"""What the candidate answers, over and over in longer interviews."""


@dataclass(frozen=True)
class Reply:
    """A reply of the interviewer, or the summary. Times are seconds since it was asked
    for, less those in which the machine did other things."""

    text: str
    first_word: float
    whole: float
    phases: tuple[str, ...] = ()
    """What a stream said that was waited for, in order."""


@dataclass
class Interview:
    """An interview that was held: its session, its replies in their order, and its log."""

    session: Json
    replies: list[Reply]
    summary: Reply
    events: list[Json] = field(default_factory=list)

    @property
    def origins(self) -> list[Json]:
        """Where each reply came from, the summary last."""
        return origins_in(self.events)


class Candidate:
    """A client of the gateway that `client` talks to. After each question it thinks for `thinks`
    seconds."""

    def __init__(
        self, client: httpx.Client, *, streamed: bool = False, thinks: float = 0.0
    ) -> None:
        self.session: Json = {}
        self._client = client
        self._streamed = streamed
        self._thinks = thinks

    def interview(self, role: str, questions: int = 5, **start: Any) -> Interview:
        """Hold an interview from its start to its summary."""
        replies = [self.start(role, questions, **start)]
        while not self.session["isComplete"]:
            assert len(replies) <= questions, "the interview never ends"
            time.sleep(self._thinks)
            replies.append(self.answer(ANSWERS[(len(replies) - 1) % len(ANSWERS)]))
        time.sleep(self._thinks)
        return Interview(self.session, replies, self.sum_up(), self.events())

    def start(self, role: str, questions: int = 5, **start: Any) -> Reply:
        return self._move("start", {"role": role, "totalQuestions": questions, **start})

    def answer(self, message: str) -> Reply:
        return self._move("respond", {"session": self.session, "message": message})

    def sum_up(self) -> Reply:
        _, summary = self._ask("summary", {"session": self.session})
        return summary

    def events(self) -> list[Json]:
        """The interview's events as the log has them."""
        response = self._client.get(f"{INTERVIEWS}/{self.session['interviewId']}/events")
        events: list[Json] = response.raise_for_status().json()["events"]
        return events

    def _move(self, what: str, body: Json) -> Reply:
        sent, reply = self._ask(what, body)
        self.session = _session(sent)
        return reply

    def _ask(self, what: str, body: Json) -> tuple[Json, Reply]:
        """The answer, and the words in it."""
        watch = Stopwatch()
        if self._streamed:
            return self._read(what, body, watch)
        response = self._client.post(f"{INTERVIEWS}/{what}", json=body)
        assert response.status_code == 200, response.text
        took = watch.seconds()
        sent: Json = response.json()
        return sent, Reply(words_of(sent), took, took)

    def _read(self, what: str, body: Json, watch: Stopwatch) -> tuple[Json, Reply]:
        text, first_word = "", None
        phases: list[str] = []
        headers = {"Accept": EVENT_STREAM}
        with self._client.stream(
            "POST", f"{INTERVIEWS}/{what}", json=body, headers=headers
        ) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith(EVENT_STREAM)
            for kind, data in events_of(response):
                match kind:
                    case "status":
                        phases.append(data["phase"])
                    case "delta":
                        text += data["text"]
                    case "reset":
                        text = data["text"]
                    case "problem":
                        raise AssertionError(f"the reply was not given: {data}")
                    case "done":
                        took = watch.seconds()
                        assert words_of(data) == text, "the words shown are those in the log"
                        return data, Reply(text, first_word or took, took, tuple(phases))
                if text and first_word is None:
                    first_word = watch.seconds()
        raise AssertionError("the stream ended without a reply")


def origins_in(events: list[Json]) -> list[Json]:
    """Where each of the interviewer's replies came from."""
    payloads = [event["payload"] for event in events]
    return [payload["origin"] for payload in payloads if payload.get("origin")]


def words_of(sent: Json) -> str:
    """The interviewer's newest words in an answer of the gateway."""
    if "summary" in sent:
        summary = sent["summary"]
        words = summary["summary"] if isinstance(summary, dict) else summary
    else:
        words = _session(sent)["messages"][-1]["content"]
    assert isinstance(words, str)
    return words


def _session(sent: Json) -> Json:
    session: Json = sent.get("session", sent)
    return session


def events_of(response: httpx.Response) -> Iterator[tuple[str, Json]]:
    """The server-sent events of an answer, without comments. Each has its data in one line."""
    kind = ""
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
