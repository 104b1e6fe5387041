"""Posts each move to two gateways at once: python -m tests.bench.double_posts --posts 10000.

Candidates side by side post each start and each answer to both gateways of one log on PostgreSQL,
every fourth time with a stream from one of them. The backend takes up to 0.2 s. It must be asked
once for each move, and both must give the same reply. In the end the log is held against every
reply, and is verified.
"""

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from tests.bench.bench_scale import DURABLE
from tests.fakes import CLOSING, Mood, OllamaServer
from tests.fakes.wire import Reply
from tests.forked import PATIENCE
from tests.gateways import Served
from tests.http_clients import http_client
from tests.postgres import GATEWAY, Cluster, own_cluster
from tests.processes import environment, gateway_process, run
from tests.reliability.candidates import RESPOND, START, Acknowledged
from tests.reliability.crash import OwnWords
from tests.reliability.testimony import Testimony, in_database
from tests.streams import heard

QUESTIONS = 8
WAITS = (0.0, 0.01, 0.05, 0.2)
"""Seconds that the backend takes: also so few that one gateway may be done as the other begins."""
LAGS = (0.0, 0.0, 0.002, 0.02)
"""Seconds by which one post comes after the other, at most."""
ANSWER = re.compile(r"This is answer (\d+)\.")


class _Ollama(OwnWords, OllamaServer):
    """Counts how often it is asked for the reply to each answer; at 0, for those to starts.

    It takes its leave after the last answer: one that went on asking would not be asked any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loaded = {entry["name"]: 4096 for entry in self.models}
        self.asked: Counter[int] = Counter()

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        is_over = question is not None and question > QUESTIONS
        return super().say(mood, CLOSING if is_over else own_words, question)

    def _chat(self, body: Any, mood: Mood) -> Reply:
        said = (message["content"] for message in body["messages"])
        self.asked[max((int(n) for text in said for n in ANSWER.findall(text)), default=0)] += 1
        return super()._chat(body, mood)


@dataclass
class Result:
    """What was done, and what came of it."""

    posts: int = 0
    streams: int = 0
    asked: int = 0
    interviews: int = 0
    events: int = 0
    seconds: float = 0.0
    violations: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def found(self, what: str, finding: str) -> None:
        self.violations[what] += 1
        self.findings.append(f"{what}: {finding}")

    def table(self) -> str:
        lines = [
            f"moves, each posted at two gateways   {self.posts} ({self.streams} with a stream)",
            f"requests to the backend              {self.asked}",
            f"interviews; events                   {self.interviews}; {self.events}",
            f"seconds                              {self.seconds:.1f}",
            f"violations                           {self.violations.total()}",
        ]
        return "\n".join([*lines, *(f"FOUND: {finding}" for finding in self.findings[:20])])


class Harness:
    """Candidates, each of whom posts everything twice."""

    def __init__(self, urls: list[str], ollama: _Ollama, posts: int, seed: int) -> None:
        self._urls = urls
        self._ollama = ollama
        self._posts = posts
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._answers = 0
        self.given: list[Acknowledged] = []
        self.result = Result()

    def run(self, clients: int) -> None:
        began = time.monotonic()
        chances = [random.Random(self._chance.random()) for _ in range(clients)]
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(self._conduct, chances))
        self.result.seconds = time.monotonic() - began
        starts = self.result.posts - self._answers
        for number in range(self._answers + 1):
            wanted, asked = (1 if number else starts), self._ollama.asked[number]
            if asked != wanted:
                what = f"answer {number}" if number else "the starts"
                self._found("asked", f"the backend was asked {asked} times for {what}")
        self.result.asked = self._ollama.asked.total()

    def _conduct(self, chance: random.Random) -> None:
        session: dict[str, Any] | None = None
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(2))
            both = [stack.enter_context(_client(url)) for url in self._urls]
            while (number := self._next(is_start=session is None)) is not None:
                move = _Move(both, pool, chance)
                self._ollama.prompt_seconds = chance.choice(WAITS)
                if session is None:
                    session = self._start(move, UUID(int=chance.getrandbits(128), version=4))
                else:
                    session = self._answer(move, session, number)
                if session is not None and session["isComplete"]:
                    session = None

    def _next(self, *, is_start: bool) -> int | None:
        """The number of the next move's answer, 0 for a start; None if there were enough."""
        with self._lock:
            if self.result.posts == self._posts:
                return None
            self.result.posts += 1
            self._answers += not is_start
            return 0 if is_start else self._answers

    def _start(self, move: "_Move", id: UUID) -> dict[str, Any] | None:
        body = {"role": "Data Analyst", "totalQuestions": QUESTIONS, "interviewId": str(id)}
        return self._compared(f"the start of {id}", None, move.post(START, body))

    def _answer(self, move: "_Move", session: dict[str, Any], number: int) -> dict[str, Any] | None:
        answer = f"I wrote a parser. This is answer {number}."
        body = {"session": session, "message": answer}
        if number % 4:
            return self._compared(answer, answer, move.post(RESPOND, body))
        with self._lock:
            self.result.streams += 1
        one, other = move.stream(RESPOND, body)
        if one != other.json():
            self._found("replies", f"{answer} {one} in the stream and {other.text}")
        return self._compared(answer, answer, (other, other))

    def _compared(
        self, what: str, answer: str | None, replies: tuple[httpx.Response, httpx.Response]
    ) -> dict[str, Any] | None:
        """The session that both gave; None if they did not."""
        one, other = replies
        if (one.status_code, other.status_code) != (200, 200):
            self._found("refused", f"{what} {one.text} and {other.text}")
            return None
        session, event = one.json(), one.headers["Interview-Event"]
        if (session, event) != (other.json(), other.headers["Interview-Event"]):
            self._found("replies", f"{what} {one.text} and {other.text}")
            return None
        with self._lock:
            self.given.append(Acknowledged(session, event, answer))
        found: dict[str, Any] = session
        return found

    def _found(self, what: str, finding: str) -> None:
        with self._lock:
            self.result.found(what, finding)


class _Move:
    """What is posted at both gateways at once, or nearly; chance says at which one first."""

    def __init__(self, both: list[Served], pool: ThreadPoolExecutor, chance: random.Random) -> None:
        self._one, self._other = chance.sample(both, 2)
        self._pool = pool
        self._lag = chance.choice(LAGS)
        self._begin = threading.Barrier(2)

    def post(self, path: str, body: Any) -> tuple[httpx.Response, httpx.Response]:
        other = self._pool.submit(self._post_late, path, body)
        self._begin.wait()
        return self._one.post(path, body), other.result()

    def stream(self, path: str, body: Any) -> tuple[dict[str, Any], httpx.Response]:
        """The session in which the stream of one ends, and the reply of the other."""
        other = self._pool.submit(self._post_late, path, body)
        self._begin.wait()
        *_, end = heard(self._one, path, body)
        return end.data.get("session", end.data), other.result()

    def _post_late(self, path: str, body: Any) -> httpx.Response:
        self._begin.wait()
        time.sleep(self._lag)  # how far apart they are is what is tried
        return self._other.post(path, body)


@contextmanager
def _client(url: str) -> Iterator[Served]:
    with http_client(base_url=url, timeout=PATIENCE) as client:
        yield Served(FastAPI(), url, client)


def double_posts(folder: Path, cluster: Cluster, *, posts: int, clients: int, seed: int) -> Result:
    """Post so many moves twice, to gateways with a log in the cluster; what came of it."""
    with ExitStack() as stack:
        ollama = stack.enter_context(_Ollama())
        settings = {
            "OLLAMA_URL": ollama.url,
            "EVENTLOG_URL": cluster.empty_log(GATEWAY),
            "EVENTLOG_KEY": str(folder / "log.key"),
        }
        urls = []
        for name in ("one", "other"):
            (folder / name).mkdir()
            process = stack.enter_context(gateway_process(folder / name, **settings))
            with _client(process.url) as gateway:
                gateway.wait_until_noticed(ollama="online")
            urls.append(process.url)
        harness = Harness(urls, ollama, posts, seed)
        harness.run(clients)
        result = harness.result
        database = settings["EVENTLOG_URL"].rpartition("/")[2]
        testimony = Testimony(in_database(cluster.url(database)))
        testimony.read_on()
        testimony.check(harness.given)
        for finding in testimony.findings:
            result.found("log", finding)
        result.interviews, result.events = testimony.interviews, testimony.head
        env = environment(folder, **settings)
        done = run("audit", "verify", env=env, cwd=folder, patience=10 * PATIENCE)
        if done.returncode:
            result.found("verify", done.stdout + done.stderr)
        return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.double_posts", description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of a run that is to be repeated")
    wanted = parser.parse_args()
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed
    with tempfile.TemporaryDirectory() as folder, own_cluster(**DURABLE) as cluster:
        result = double_posts(
            Path(folder), cluster, posts=wanted.posts, clients=wanted.clients, seed=seed
        )
    print(result.table())
    print(f"seed                                 {seed}")
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(main())
