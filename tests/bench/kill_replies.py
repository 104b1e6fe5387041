"""Kills the gateway in mid-reply, again and again: python -m tests.bench.kill_replies --kills 200.

Candidates see their replies as they come, from a model that takes two seconds for each. After each
kill, the gateway is started again on the same log, and what each candidate had seen is held against
what the log has. Then they post the same again and go on. In the end, each interview must come to
its end, and the log is verified.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from tests.fakes import Mood, OllamaServer
from tests.forked import PATIENCE
from tests.gateways import Served
from tests.http_clients import http_client
from tests.processes import Mortal, environment, mortal_gateway, run
from tests.streams import Event, events_in, listening, shown

PACE = 20.0
LONGEST = 2.5
"""Seconds after the first word until a kill: some replies are over by then."""
LIMIT = 0.25
"""So old, in seconds, words may be that are lost."""


class _Ollama(OllamaServer):
    """Never says the same twice."""

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        token = f"{random.getrandbits(32):x}"
        return (
            f"Thank you, what you say about {token} is clear to me. You thought about those who "
            f"use it, and that matters to a team. Question {question}: How would you build the "
            "same today, and what would you keep as it was, if you had the choice?"
        )


@dataclass
class Result:
    """What was done, and what came of it."""

    kills: int = 0
    in_mid_reply: int = 0
    interviews: int = 0
    seen: int = 0
    lost: int = 0
    """Words that had been seen when the gateway died, and those of them that are not in the log."""
    oldest_lost: float = 0.0
    """For how many seconds the oldest of these had been seen."""
    findings: list[str] = field(default_factory=list)

    def table(self) -> str:
        lines = [
            f"kills                                {self.kills}",
            f"replies that were broken off         {self.in_mid_reply}",
            f"words seen of them; lost             {self.seen}; {self.lost}",
            f"the oldest word lost had been seen   {self.oldest_lost * 1000:.0f} ms before",
            f"interviews, all held to their end    {self.interviews}",
            f"findings                             {len(self.findings)}",
        ]
        return "\n".join([*lines, *(f"FOUND: {finding}" for finding in self.findings[:20])])


class Candidate:
    """One client, which posts the same again when its gateway has died."""

    def __init__(self, url: str, role: str) -> None:
        self._url = url
        self._start = {"role": role, "totalQuestions": 15}
        self._session: dict[str, Any] = {}
        self._answers = 0
        self._answer = ""
        self.seen: list[tuple[float, Event]] = []
        """What came of the reply under way, and when."""
        self.sees_words = threading.Event()
        self.ids: list[str] = []

    @property
    def id(self) -> str | None:
        return self._session.get("interviewId")

    def talk(self, *, is_last: bool = False) -> None:
        """Go on until the gateway dies, or to the end of the interview."""
        with http_client(base_url=self._url, timeout=PATIENCE) as client:
            gateway = Served(FastAPI(), self._url, client)
            try:
                while not (is_last and self._session.get("isComplete")):
                    self._take_turn(gateway)
            except httpx.TransportError:
                if is_last:
                    raise

    def _take_turn(self, gateway: Served) -> None:
        if not self._session or self._session["isComplete"]:
            response = gateway.post("/api/v1/interviews/start", self._start)
            assert response.status_code == 200, response.text
            self._session = response.json()
            self.ids.append(self._session["interviewId"])
            self._answer = ""
        if not self._answer:
            self._answers += 1
            self._answer = f"I wrote a parser, which is number {self._answers}."
        self.seen = []
        body = {"session": self._session, "message": self._answer}
        with listening(gateway, "POST", "/api/v1/interviews/respond", body) as response:
            assert response.status_code == 200, response.read()
            for event in events_in(response):
                self.seen.append((time.monotonic(), event))
                if event.name == "delta":
                    self.sees_words.set()
        assert event.name == "done", event
        self._session, self._answer, self.seen = event.data["session"], "", []


def _kept_of_reply(gateway: Served, id: str) -> list[str]:
    """What the log has of the reply to the newest answer: what was shown of it before the gateway
    died, each time it did, and all of it, if it is there."""
    kept: list[str] = []
    for event in gateway.get(f"/api/v1/interviews/{id}/events").json()["events"]:
        if event["kind"] == "answer-given":
            kept = []
        elif "content" in event["payload"]:
            kept.append(event["payload"]["content"])
    return kept


class Harness:
    """A gateway that dies, and candidates who talk to it."""

    def __init__(self, folder: Path, gateway: Mortal, clients: int, seed: int) -> None:
        self._env = environment(folder)
        self._folder = folder
        self._gateway = gateway
        self._chance = random.Random(seed)
        roles = ("Software Engineer", "Data Analyst", "Product Manager")
        self._candidates = [Candidate(gateway.url, roles[n % len(roles)]) for n in range(clients)]
        self.result = Result()

    def kill(self) -> None:
        """Let the candidates talk, kill the gateway, start it again, and look at its log."""
        for candidate in self._candidates:
            candidate.sees_words.clear()
        with self._talking():
            for candidate in self._candidates:
                candidate.sees_words.wait(PATIENCE)
            time.sleep(self._chance.uniform(0, LONGEST))  # the moment is what is tried
            killed = time.monotonic()
            self._gateway.die()
        self.result.kills += 1
        self._gateway.live()
        with self._served() as gateway:
            for candidate in self._candidates:
                self._compare(gateway, candidate, killed)

    def end(self) -> None:
        """Let all interviews end, and verify the log."""
        with self._talking(is_last=True):
            pass
        with self._served() as gateway:
            for candidate in self._candidates:
                for id in candidate.ids:
                    self._expect_complete(gateway, id)
        self._gateway.end()
        done = run("audit", "verify", env=self._env, cwd=self._folder, patience=PATIENCE)
        if done.returncode:
            self.result.findings.append(f"audit verify: {done.stdout}{done.stderr}")

    @contextmanager
    def _served(self) -> Iterator[Served]:
        with http_client(base_url=self._gateway.url, timeout=PATIENCE) as client:
            gateway = Served(FastAPI(), self._gateway.url, client)
            gateway.wait_until_noticed(ollama="online")
            yield gateway

    @contextmanager
    def _talking(self, *, is_last: bool = False) -> Iterator[None]:
        threads = [
            threading.Thread(target=candidate.talk, kwargs={"is_last": is_last})
            for candidate in self._candidates
        ]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    def _compare(self, gateway: Served, candidate: Candidate, killed: float) -> None:
        events = [event for _, event in candidate.seen]
        if candidate.id is None or not shown(events):
            return
        kept = _kept_of_reply(gateway, candidate.id)
        self.result.in_mid_reply += 1
        self.result.seen += len(shown(events).split())
        for place, (at, event) in enumerate(candidate.seen):
            before = shown(events[: place + 1])
            if event.name != "delta" or any(text.startswith(before) for text in kept):
                continue
            age = killed - at
            self.result.lost += len(event.data["text"].split())
            self.result.oldest_lost = max(self.result.oldest_lost, age)
            if age > LIMIT:
                what = f"{event.data['text']!r}, seen {age * 1000:.0f} ms before, is lost"
                self.result.findings.append(f"{candidate.id}: {what}")

    def _expect_complete(self, gateway: Served, id: str) -> None:
        interview = gateway.get(f"/api/v1/interviews/{id}").json()
        self.result.interviews += 1
        if interview["state"] != "complete":
            self.result.findings.append(f"{id} never came to its end")


def kill_replies(folder: Path, *, kills: int, clients: int, seed: int) -> Result:
    """Kill a gateway so often, whose log is in `folder`; what came of it."""
    with _Ollama() as ollama:
        ollama.loaded = {entry["name"]: 4096 for entry in ollama.models}
        with mortal_gateway(folder, OLLAMA_URL=ollama.url) as gateway:
            harness = Harness(folder, gateway, clients, seed)
            ollama.tokens_per_second = PACE
            for _ in range(kills):
                harness.kill()
            ollama.tokens_per_second = None
            harness.end()
            return harness.result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kill_replies", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seed", type=int, default=None, help="of a run that is to be repeated")
    wanted = parser.parse_args()
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed
    with tempfile.TemporaryDirectory() as folder:
        result = kill_replies(Path(folder), kills=wanted.kills, clients=wanted.clients, seed=seed)
    print(result.table())
    print(f"seed                                 {seed}")
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
