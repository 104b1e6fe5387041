"""Candidates whose gateway is killed again and again: each conducts interviews as the desktop app
does, and keeps all that was acknowledged."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from uuid import UUID

import httpx

from statemachine.roles import FIELD_ROLES
from tests.http_clients import http_client

Json = dict[str, Any]

FOUR_FIELDS = ("config", "messages", "currentQuestion", "isComplete")
PATIENCE = 30
"""Seconds after which a reply that should take 5 never comes."""

START, RESPOND = "/api/v1/interviews/start", "/api/v1/interviews/respond"


@dataclass(frozen=True)
class Acknowledged:
    """A reply that a candidate was given, and the event that the gateway said recorded it."""

    session: Json
    event: str
    answer: str | None
    """What it is the reply to; None for a start."""


class Refused(Exception):
    """A candidate was told what none should be."""


@dataclass
class Desk:
    """Where the candidates find a gateway: `urls` is empty while there is none. Where there may be
    `outages` of the log, a gateway may refuse with a 503, and is asked again."""

    urls: list[str] = field(default_factory=list)
    outages: bool = False
    closing: Event = field(default_factory=Event)
    """Set when no more interviews are to begin."""
    closed: Event = field(default_factory=Event)
    """Set when there will be no gateway any more."""

    def url(self) -> str | None:
        """One of them."""
        urls = self.urls
        return random.choice(urls) if urls else None


class Candidate(Thread):
    """One client. Without `knows_id` it is the desktop in the field: it names no interview when
    it starts one, and keeps only the session's four fields."""

    def __init__(self, name: str, desk: Desk, model: str, *, knows_id: bool, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self._desk = desk
        self._model = model
        self._knows_id = knows_id
        self._chance = random.Random(seed)
        self._client = http_client(timeout=PATIENCE)
        self._last: Json | None = None
        self._is_cut = False
        self._taken = 0
        self.acknowledged: list[Acknowledged] = []
        self.trouble: Exception | None = None
        self.interviews = 0
        self.interrupted = 0
        self.went_on = 0
        self.lost_starts = 0
        self.asked_again = 0

    def run(self) -> None:
        with self._client:
            try:
                while not self._desk.closing.is_set():
                    self._hold_interview()
            except Exception as error:
                self.trouble = error

    def take_acknowledged(self) -> list[Acknowledged]:
        """What was acknowledged since this was asked last."""
        given = self.acknowledged[self._taken :]
        self._taken += len(given)
        return given

    def _hold_interview(self) -> None:
        self.interviews += 1
        self._last, self._is_cut = None, False
        body: Json = {
            "role": self._chance.choice(list(FIELD_ROLES)),
            "model": self._model,
            "totalQuestions": self._chance.randint(1, 6),
        }
        if self._knows_id:
            body["interviewId"] = str(UUID(int=self._chance.getrandbits(128), version=4))
        session = self._move(START, body, None)
        while not session["isComplete"]:
            answer = f"{self.name}, {self.interviews}, answer {len(session['messages'])}."
            answer += " Because" * self._chance.choice([0, 0, 0, 10, 1000])
            posted = {name: session[name] for name in FOUR_FIELDS}
            if self._knows_id:
                posted = session
            session = self._move(RESPOND, {"session": posted, "message": answer}, answer)
        self.went_on += self._is_cut

    def _move(self, path: str, body: Json, answer: str | None) -> Json:
        """Post it until it is answered, the very same each time."""
        while (response := self._try(path, body)) is None:
            self.interrupted += not self._is_cut
            self._is_cut = True
            self.lost_starts += path == START and not self._knows_id
            self._ask_again()
        given = self._given(response, answer)
        self.acknowledged.append(given)
        self._last = body if path == RESPOND else None
        return given.session

    def _ask_again(self) -> None:
        """The answer that was acknowledged last still gets the same words, of the same event. (A
        start does not: it is refused once its question is answered, and that may have happened.)"""
        if self._last is None:
            return
        response = self._try(RESPOND, self._last)
        if response is None:
            return
        known = self.acknowledged[-1]
        if response.status_code == httpx.codes.CONFLICT:
            # The answer after it, and the reply to that, were recorded before the gateway died.
            told = response.json()
            if told["verdict"] == "behind" and len(told["session"]["messages"]) > len(
                known.session["messages"]
            ):
                return
        if self._given(response, known.answer) != known:
            raise Refused(f"{known.event} became {response.headers} when it was asked for again")
        self.asked_again += 1

    def _try(self, path: str, body: Json) -> httpx.Response | None:
        """None if the gateway was gone before it answered, or its log was."""
        while (url := self._desk.url()) is None:
            if self._desk.closed.wait(0.005):
                raise Refused("there is no gateway any more")
        try:
            response = self._client.post(url + path, json=body)
        except httpx.TimeoutException:
            raise
        except httpx.TransportError:
            time.sleep(0.005)
            return None
        if self._desk.outages and response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            time.sleep(0.05)
            return None
        return response

    def _given(self, response: httpx.Response, answer: str | None) -> Acknowledged:
        if response.status_code != httpx.codes.OK:
            raise Refused(f"{self.name} was told {response.status_code}: {response.text}")
        return Acknowledged(response.json(), response.headers["Interview-Event"], answer)


def troubles(candidates: Sequence[Candidate]) -> list[str]:
    """What went wrong for any of them."""
    return [f"{one.name}: {one.trouble!r}" for one in candidates if one.trouble]
