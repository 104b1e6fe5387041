"""Faults in the network between gateways, PostgreSQL and Redis, while candidates have interviews.

    python -m tests.bench.network_faults --seconds 120 --gateways 3 --clients 8

Each gateway has a way of its own to the database, and one to Redis. These are delayed, dripped,
held up, cut and made whole again at random. Candidates post to any gateway, or to two at once, and
try another one after an error. In the end the network is whole. Then each gateway must recover by
itself, all that was acknowledged must be in the log once, each error must have said truly whether
the move was taken, and nothing may have piled up.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx

from eventlog.open import stored_log
from eventlog.verification.verify import verify
from tests.fakes import Mood, OllamaServer
from tests.http_clients import http_client
from tests.network import Fault, Link, Network, network
from tests.postgres import GATEWAY, cluster
from tests.processes import Process, gateway_process
from tests.redis_server import RedisServer, redis_server
from tests.reliability.agreement import EVENTS, Agreement, key_of
from tests.reliability.counting import held_by
from tests.reliability.roaming import START, Move, Outcome, Roamer

RECOVERY_SECONDS = 30.0
"""In which a gateway takes moves again, on a machine that is busy. It should be a few."""
TOKENS_PER_SECOND = 60.0
CONNECTIONS = 6
"""That a gateway has to the database: one that writes, one for claims, three that read, and one
that searches."""
THREADS = 16
"""More than a gateway has when it is idle: one for each of these connections, two that guard and
measure, and those in which it reads files."""
LEFT_OVER = {
    "claims on replies": "SELECT count(*) FROM interview_log.claims "
    "WHERE renewed_at > clock_timestamp() - interval '3 seconds'",
    "drafts of replies": "SELECT count(*) FROM interview_log.drafts",
    "open transactions": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND state <> 'idle'",
}
"""What there is none of when nobody waits for anything."""


class _Ollama(OllamaServer):
    """Never says the same twice."""

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        token = f"{random.getrandbits(32):x}"
        return (
            f"Thank you, what you say about {token} is clear to me. You thought about those who "
            f"use it, and that matters to a team. Question {question}: How would you build it now?"
        )

    def asked(self) -> Counter[str]:
        """How often it was asked for the reply to each answer."""
        chats = [r.body for r in list(self.requests) if r.path == "/api/chat"]
        return Counter(key_of(json.dumps(chat, ensure_ascii=False)) for chat in chats)


@dataclass
class Result:
    """What was done, and what came of it."""

    faults: Counter[str] = field(default_factory=Counter)
    moves: list[Move] = field(default_factory=list)
    events: int = 0
    recovered: float = 0.0
    """Seconds from when the network was whole until every gateway took a move."""
    held: list[str] = field(default_factory=list)
    """What each gateway holds in the end."""
    findings: list[str] = field(default_factory=list)

    def said(self) -> Counter[str]:
        """How often gateways said what."""
        return Counter(attempt.outcome.value for m in self.moves for attempt in m.attempts)

    def table(self) -> str:
        longest = max((a.seconds for m in self.moves for a in m.attempts), default=0.0)
        acknowledged = sum(move.session is not None for move in self.moves)
        lines = [
            f"faults                        {_counted(self.faults)}",
            f"moves; acknowledged           {len(self.moves)}; {acknowledged}",
            f"what gateways said            {_counted(self.said())}",
            f"the longest wait for it       {longest:.1f} s",
            f"events in the log             {self.events}",
            f"all gateways recovered after  {self.recovered:.1f} s",
            *(f"in the end                    {held}" for held in self.held),
            f"findings                      {len(self.findings)}",
        ]
        return "\n".join([*lines, *(f"FOUND: {finding}" for finding in self.findings[:20])])


def _counted(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counted.items())) or "none"


@dataclass
class Site:
    """A gateway and its ways to the database and, if there is one, to Redis."""

    gateway: Process
    database: Link
    redis: Link | None

    @property
    def links(self) -> list[Link]:
        return [self.database] if self.redis is None else [self.database, self.redis]

    def takes_a_move(self) -> bool:
        setup = {"role": "Data Analyst", "totalQuestions": 1}
        with http_client(base_url=self.gateway.url, timeout=RECOVERY_SECONDS) as client:
            is_ready = client.get("/ready").status_code == httpx.codes.OK
            return is_ready and client.post(START, json=setup).status_code == httpx.codes.OK

    def held(self) -> str:
        """What the process holds, in words."""
        held = held_by(self.gateway.popen.pid)
        to_database = self.database.connections
        return f"{held.threads} threads, {held.sockets} sockets, {to_database} to PostgreSQL"

    @property
    def threads(self) -> int:
        return held_by(self.gateway.popen.pid).threads


class Harness:
    """Gateways on one log, candidates, and the network between them."""

    def __init__(self, folder: Path, net: Network, stack: ExitStack, gateways: int) -> None:
        self._key = folder / "log.key"
        self._url = cluster().empty_log(GATEWAY)
        self._database = self._url.rpartition("/")[2]
        self._folder = folder
        self._stack = stack
        self.network = net
        self._ollama = stack.enter_context(_Ollama())
        self._ollama.loaded = {entry["name"]: 4096 for entry in self._ollama.models}
        self._ollama.tokens_per_second = TOKENS_PER_SECOND
        has_redis = shutil.which("redis-server") is not None
        self._redis = stack.enter_context(redis_server(folder)) if has_redis else None
        self.sites = [self._begin(number, self._redis) for number in range(gateways)]
        self._closing = Event()
        self.roamers: list[Roamer] = []
        self.result = Result()

    def _begin(self, number: int, redis: RedisServer | None) -> Site:
        database = self.network.link(cluster().port)
        shared = self.network.link(redis.port) if redis else None
        folder = self._folder / f"gateway-{number}"
        folder.mkdir()
        environment = {
            "EVENTLOG_URL": self._url.replace(f":{cluster().port}/", f":{database.port}/"),
            "EVENTLOG_KEY": str(self._key),
            "OLLAMA_URL": self._ollama.url,
        }
        if shared is not None:
            environment["REDIS_URL"] = f"redis://127.0.0.1:{shared.port}"
        gateway = self._stack.enter_context(gateway_process(folder, **environment))
        _wait_until(lambda: _knows_ollama(gateway), "the gateway has found Ollama")
        return Site(gateway, database, shared)

    def suffer(self, fault: Fault, *links: Link) -> None:
        """Let these links have the fault."""
        self.network.suffer(fault, *links)
        self.result.faults[fault.value] += len(links)

    @contextmanager
    def roaming(self, clients: int, seed: int) -> Iterator[None]:
        """Let so many candidates conduct interviews. At the end the network is whole again, and
        they finish their moves."""
        urls = [site.gateway.url for site in self.sites]
        self.roamers = [Roamer(number, urls, self._closing, seed) for number in range(clients)]
        for roamer in self.roamers:
            roamer.start()
        try:
            yield
        finally:
            self.network.heal()
            self._closing.set()
        self._recover()
        for roamer in self.roamers:
            roamer.join(RECOVERY_SECONDS)
            if roamer.is_alive() or roamer.error is not None:
                self.result.findings.append(f"{roamer.name} could not go on: {roamer.error!r}")
            self.result.moves += roamer.moves

    def answers_of(self, gateway: int, *outcomes: Outcome) -> int:
        """How often a gateway has said so to candidates, up to now."""
        return sum(
            attempt.gateway == gateway and attempt.outcome in outcomes
            for roamer in self.roamers
            for move in list(roamer.moves)
            for attempt in list(move.attempts)
        )

    def _recover(self) -> None:
        began = time.monotonic()
        for number, site in enumerate(self.sites):
            self._expect(site.takes_a_move, f"gateway {number} takes moves again")
        self.result.recovered = time.monotonic() - began

    def check(self) -> Result:
        """Compare the log with what the candidates were told, and look for what has piled up."""
        for number, site in enumerate(self.sites):
            self._expect(
                lambda site=site: site.database.connections <= CONNECTIONS,  # type: ignore[misc]
                f"gateway {number} has at most {CONNECTIONS} connections",
            )
            self._expect(
                lambda site=site: site.threads <= THREADS,  # type: ignore[misc]
                f"gateway {number} has at most {THREADS} threads",
            )
            self.result.held.append(f"gateway {number}: {site.held()}")
        for what, query in LEFT_OVER.items():
            self._expect(lambda query=query: self._count(query) == 0, f"there are no {what}")  # type: ignore[misc]
        most = CONNECTIONS * len(self.sites)
        backends = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        self._expect(lambda: self._count(backends) - 1 <= most, f"at most {most} are connected")
        agreement = Agreement(cluster().execute(EVENTS, self._database))
        agreement.check(self.result.moves, self._ollama.asked())
        self.result.events = agreement.events
        self.result.findings += agreement.findings
        owner = cluster().url(self._database)
        self.result.findings += map(str, verify(stored_log(owner, self._key)).findings)
        return self.result

    def _count(self, query: str) -> int:
        [(count,)] = cluster().execute(query, self._database)
        assert isinstance(count, int)
        return count

    def _expect(self, holds: Callable[[], bool], what: str) -> None:
        """It must come to hold soon; else that is a finding."""
        try:
            _wait_until(holds, what)
        except TimeoutError:
            self.result.findings.append(f"it never came to hold that {what}")


def _wait_until(holds: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + RECOVERY_SECONDS
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(0.05)


def _knows_ollama(gateway: Process) -> bool:
    services = gateway.client.get("/health").json()["services"]
    return bool({s["name"]: s["status"] for s in services}["ollama"] == "online")


@contextmanager
def harness_in(folder: Path, gateways: int) -> Iterator[Harness]:
    """So many gateways on a new log, their files in `folder`."""
    with network() as net, ExitStack() as stack:
        yield Harness(folder, net, stack, gateways)


def network_faults(
    folder: Path, *, seconds: float, gateways: int, clients: int, seed: int
) -> Result:
    """Let links fail and heal at random for so long; what came of it."""
    chance = random.Random(seed)
    with harness_in(folder, gateways) as harness:
        links = [link for site in harness.sites for link in site.links]
        with harness.roaming(clients, seed):
            over = time.monotonic() + seconds
            while time.monotonic() < over:
                # One link, or all of one gateway, or all there are.
                some = chance.choice([[chance.choice(links)], chance.choice(harness.sites).links])
                hit = links if chance.random() < 0.1 else some
                harness.suffer(chance.choice(list(Fault)), *hit)
                time.sleep(chance.expovariate(1.0))
                if chance.random() < 0.3:
                    harness.network.heal()
                    time.sleep(chance.expovariate(1.0))
        return harness.check()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.network_faults")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--gateways", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of faults and candidates")
    wanted = parser.parse_args()
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed
    with tempfile.TemporaryDirectory() as folder:
        result = network_faults(
            Path(folder),
            seconds=wanted.seconds,
            gateways=wanted.gateways,
            clients=wanted.clients,
            seed=seed,
        )
    print(result.table())
    print(f"seed                          {seed}")
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
