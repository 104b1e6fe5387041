"""Candidates who post to any of several gateways, or to two at once, and try another one after an
error. They note each answer that they got, and when."""

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Thread
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from statemachine.roles import FIELD_ROLES
from tests.gateways import Served
from tests.http_clients import http_client
from tests.streams import events_in, listening

Json = dict[str, Any]

PATIENCE = 30.0
"""Seconds in which a gateway has answered, whatever it cannot reach."""
START, RESPOND = "/api/v1/interviews/start", "/api/v1/interviews/respond"
PAUSE = 0.05
"""Seconds until a move is posted again."""
BOTH, STREAMED, GIVES_UP = 0.3, 0.4, 0.3
"""How often a move is posted to two gateways at once, how often its reply is to be seen as it
comes, and how often one that was not taken is given up."""


class Outcome(StrEnum):
    """What a gateway said of a move."""

    DONE = "done"
    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One post of a move."""

    gateway: int
    began: float
    seconds: float
    outcome: Outcome
    told: Json = field(repr=False)
    """The session, or the problem."""
    is_streamed: bool = False
    detail: str = ""

    @property
    def session(self) -> Json | None:
        return self.told if self.outcome is Outcome.DONE else None


@dataclass
class Move:
    """A start (then `answer` is empty), or an answer."""

    interview_id: str
    answer: str
    began: float = field(default_factory=time.monotonic)
    attempts: list[Attempt] = field(default_factory=list)
    session: Json | None = None
    """What was acknowledged."""

    @property
    def seconds(self) -> float:
        return max((a.began + a.seconds for a in self.attempts), default=0.0) - self.began

    def said(self, *outcomes: Outcome) -> int:
        """How many posts came to one of these."""
        return sum(attempt.outcome in outcomes for attempt in self.attempts)

    def was_refused(self) -> bool:
        """Whether all that gateways said of it is that it was not taken."""
        return self.said(Outcome.NOT_TAKEN) == len(self.attempts)


class Unexpected(Exception):
    """A candidate was told what none should be."""


class Roamer(Thread):
    """One candidate, who conducts interviews until `closing` is set, and then finishes the move
    under way."""

    def __init__(self, number: int, urls: Iterable[str], closing: Event, seed: int) -> None:
        super().__init__(name=f"candidate {number}", daemon=True)
        self._number = number
        clients = [http_client(base_url=url, timeout=PATIENCE) for url in urls]
        self._gateways = [Served(FastAPI(), str(c.base_url), c) for c in clients]
        self._closing = closing
        self._chance = random.Random(f"{seed} {number}")
        self._answers = 0
        self._posts = ThreadPoolExecutor(2)
        self.moves: list[Move] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self._closing.is_set():
                self._hold_interview()
        except Exception as error:
            self.error = error
        finally:
            self._posts.shutdown()
            for gateway in self._gateways:
                gateway.client.close()

    def _hold_interview(self) -> None:
        id = str(UUID(int=self._chance.getrandbits(128), version=4))
        setup = {
            "role": self._chance.choice(list(FIELD_ROLES)),
            "totalQuestions": 4,
            "interviewId": id,
        }
        session = self._made(Move(id, ""), START, setup)
        while session is not None and not session["isComplete"] and not self._closing.is_set():
            self._answers += 1
            answer = f"I wrote the parser <{self._number}-{self._answers}> to its end."
            body = {"session": session, "message": answer}
            session = self._made(Move(id, answer), RESPOND, body)

    def _made(self, move: Move, path: str, body: Json) -> Json | None:
        """The session after the move; None if it was not taken, and is given up."""
        self.moves.append(move)
        while True:
            wanted = 2 if self._chance.random() < BOTH else 1
            gateways = self._chance.sample(range(len(self._gateways)), wanted)
            streamed = [self._chance.random() < STREAMED for _ in gateways]
            posts = [
                self._posts.submit(self._post, gateway, path, body, is_streamed=is_streamed)
                for gateway, is_streamed in zip(gateways, streamed, strict=True)
            ]
            move.attempts += [post.result() for post in posts]
            sessions = [a.session for a in move.attempts if a.session is not None]
            if any(session != sessions[0] for session in sessions):
                raise Unexpected(f"one move got two replies: {sessions}")
            if sessions:
                move.session = sessions[0]
                return sessions[0]
            if move.was_refused() and self._chance.random() < GIVES_UP:
                return None
            time.sleep(PAUSE)

    def _post(self, gateway: int, path: str, body: Json, *, is_streamed: bool) -> Attempt:
        began = time.monotonic()
        ask = _watch if is_streamed else _ask
        is_done, told = ask(self._gateways[gateway], path, body)
        seconds = time.monotonic() - began
        if is_done:
            return Attempt(gateway, began, seconds, Outcome.DONE, told, is_streamed)
        if told["status"] != httpx.codes.SERVICE_UNAVAILABLE:
            raise Unexpected(f"{path} was answered {told}")
        taken = told.get("answerTaken")
        outcomes = {True: Outcome.TAKEN, False: Outcome.NOT_TAKEN, None: Outcome.UNKNOWN}
        detail = told["detail"]
        return Attempt(gateway, began, seconds, outcomes[taken], told, is_streamed, detail)


def _ask(gateway: Served, path: str, body: Json) -> tuple[bool, Json]:
    """Whether the move was made, and the session or the problem."""
    response = gateway.post(path, body)
    return response.status_code == httpx.codes.OK, response.json()


def _watch(gateway: Served, path: str, body: Json) -> tuple[bool, Json]:
    """The same, from the events of the reply."""
    with listening(gateway, "POST", path, body) as response:
        if response.status_code != httpx.codes.OK:
            response.read()
            return False, response.json()
        *_, last = events_in(response)
    return (True, last.data["session"]) if last.name == "done" else (False, last.data)
