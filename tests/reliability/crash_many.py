"""Kills gateways, PostgreSQL and Redis again and again while interviews are held at several
gateways on one log, and checks what was acknowledged.

    python -m tests.reliability.crash_many --kills 500

Each candidate posts each move to any of the gateways, and the same again to any other until it is
answered. What is killed is started again at once. From time to time the log is held against every
reply that was given; in the end each interview must be complete, and `audit verify` checks all of
the log.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes import GraniteServer, Mood, OllamaServer
from tests.forked import PATIENCE, ForkedGateway
from tests.postgres import GATEWAY, Cluster
from tests.processes import environment, run
from tests.redis_server import RedisServer, redis_server
from tests.reliability.candidates import Candidate, Desk, troubles
from tests.reliability.crash import OwnWords
from tests.reliability.telling import table
from tests.reliability.testimony import Testimony, in_database

SLOW_SECONDS = 0.2
"""How long the slow backend takes for each reply."""

LONGEST = 0.6
"""Seconds between two kills, at most."""

DURABLE = {"fsync": "on", "full_page_writes": "on"}
KILLS_A_LOOK = 20
"""How many kills there are between two looks at the log."""

WEIGHTS = {"a gateway": 6, "PostgreSQL": 3, "Redis": 1}


@dataclass
class Result:
    """What was done and what came of it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    events: int = 0
    interviews: int = 0
    acknowledged: int = 0
    asked_again: int = 0
    interrupted: int = 0
    went_on: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def table(self) -> str:
        killed = ", ".join(f"{count} of {what}" for what, count in self.kills.most_common())
        shown = {
            "kills": f"{self.kills.total()} ({killed})",
            "interviews": f"{self.interviews} ({self.events} events)",
            "acknowledged moves, each found in the log": self.acknowledged,
            "acknowledged moves posted again, same words": self.asked_again,
            "interviews interrupted, and gone on to the end": f"{self.interrupted}, {self.went_on}",
            "findings": len(self.findings),
            "seconds": round(self.seconds, 1),
            "seed": self.seed,
        }
        return table(shown, self.findings)


class Harness:
    """Candidates, the gateways they talk to, and the servers that these share."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        env: dict[str, str],
        cluster: Cluster,
        redis: RedisServer,
        gateways: int,
        clients: int,
    ) -> None:
        self._folder = folder
        self._env = env
        self._cluster = cluster
        self._redis = redis
        self._chance = random.Random(seed)
        self._desk = Desk(outages=True)
        database = env["EVENTLOG_URL"].rpartition("/")[2]
        # Who takes over a reply records how far the one before had come.
        self._testimony = Testimony(in_database(cluster.url(database)), ["reply-interrupted"])
        self.result = Result(seed)
        self._gateways = [self._begin(n) for n in range(gateways)]
        self._candidates = [
            Candidate(
                f"Candidate {n}",
                self._desk,
                # Every third waits for the slow backend, every fourth is an old desktop.
                "vetta-granite-2b-gguf-v4" if n % 3 == 0 else "llama3.2:1b",
                knows_id=n % 4 != 1,
                seed=self._chance.getrandbits(32),
            )
            for n in range(clients)
        ]
        self._kill: dict[str, Callable[[], None]] = {
            "a gateway": self._kill_a_gateway,
            "PostgreSQL": self._kill_postgres,
            "Redis": self._kill_redis,
        }

    def run(self, kills: int) -> Result:
        began = time.monotonic()
        self._desk.urls = [gateway.url() for gateway in self._gateways]
        for candidate in self._candidates:
            candidate.start()
        try:
            while self.result.kills.total() < kills and not self._went_wrong():
                time.sleep(self._chance.uniform(0, LONGEST))  # the moment is what is tried
                [victim] = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
                self._kill[victim]()
                self.result.kills[victim] += 1
                if self.result.kills.total() % KILLS_A_LOOK == 0:
                    self._hear()
            self._end()
        finally:
            self._desk.closed.set()
            for gateway in self._gateways:
                if not gateway.has_ended(0):
                    gateway.stop(signal.SIGKILL)
        self.result.seconds = time.monotonic() - began
        return self.result

    def _went_wrong(self) -> bool:
        return bool(self._testimony.findings or troubles(self._candidates))

    def _begin(self, number: int) -> ForkedGateway:
        folder = self._folder / f"gateway-{number}"
        folder.mkdir(exist_ok=True)
        return ForkedGateway(folder, self._env)

    def _kill_a_gateway(self) -> None:
        number = self._chance.randrange(len(self._gateways))
        self._gateways[number].stop(signal.SIGKILL)
        others = [url for n, url in enumerate(self._desk.urls) if n != number]
        self._gateways[number] = self._begin(number)
        # The candidates still find the dead one, as behind a balancer that has not noticed.
        url = self._gateways[number].url()
        self._desk.urls = [*others[:number], url, *others[number:]]

    def _kill_postgres(self) -> None:
        self._cluster.kill()
        self._cluster.start()

    def _kill_redis(self) -> None:
        self._redis.kill()
        self._redis.start()

    def _hear(self) -> None:
        # Taken before the log is read: what is acknowledged is in it by then.
        given = [reply for candidate in self._candidates for reply in candidate.take_acknowledged()]
        self._testimony.read_on()
        self._testimony.check(given)

    def _end(self) -> None:
        """Let every interview be held to its end, stop the gateways, and go over everything."""
        self._desk.closing.set()
        for candidate in self._candidates:
            candidate.join(2 * PATIENCE)
        for gateway in self._gateways:
            code = gateway.stop(signal.SIGTERM)
            self._expect(code == 0, f"a gateway ended with {code}:\n{gateway.printed}")
        self._hear()
        done = run("audit", "verify", env=self._env, cwd=self._folder, patience=10 * PATIENCE)
        self._expect(done.returncode == 0, f"audit verify: {done.stdout}{done.stderr}")
        self._add_up()

    def _add_up(self) -> None:
        result = self.result
        result.findings += self._testimony.findings + troubles(self._candidates)
        for candidate in self._candidates:
            self._expect(not candidate.is_alive(), f"{candidate.name} never came to an end")
            result.acknowledged += len(candidate.acknowledged)
            result.asked_again += candidate.asked_again
            result.interrupted += candidate.interrupted
            result.went_on += candidate.went_on
        lost = sum(candidate.lost_starts for candidate in self._candidates)
        # A start whose reply an old desktop never got, since it names no interview.
        unfinished = self._testimony.incomplete()
        self._expect(len(unfinished) <= lost, f"{len(unfinished)} interviews are not complete")
        self._expect(
            result.went_on == result.interrupted,
            f"of {result.interrupted} interrupted interviews {result.went_on} went on",
        )
        result.interviews, result.events = self._testimony.interviews, self._testimony.head

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.result.findings.append(otherwise)


class _Granite(OwnWords, GraniteServer):
    pass


class _Ollama(OwnWords, OllamaServer):
    pass


def crash_many(folder: Path, *, kills: int, gateways: int, clients: int, seed: int) -> Result:
    """Kill so often, with what the gateways keep in `folder`; what came of it."""
    with ExitStack() as stack:
        granite, ollama = stack.enter_context(_Granite()), stack.enter_context(_Ollama())
        redis = stack.enter_context(redis_server(folder))
        granite.moods = {"/api/v1/interviews/": Mood.SLOW}
        granite.delay = SLOW_SECONDS
        cluster = Cluster(**DURABLE)
        stack.callback(cluster.remove)
        env = environment(
            folder,
            GRANITE_INTERVIEW_URL=granite.url,
            OLLAMA_URL=ollama.url,
            EVENTLOG_URL=cluster.empty_log(GATEWAY),
            EVENTLOG_KEY=str(folder / "log.key"),
            REDIS_URL=redis.url,
        )
        return Harness(folder, seed, env, cluster, redis, gateways, clients).run(kills)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.crash_many", description=__doc__
    )
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--gateways", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of a run that is to be repeated")
    wanted = parser.parse_args()
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed
    with tempfile.TemporaryDirectory() as place:
        result = crash_many(
            Path(place),
            kills=wanted.kills,
            gateways=wanted.gateways,
            clients=wanted.clients,
            seed=seed,
        )
    print(result.table())
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
