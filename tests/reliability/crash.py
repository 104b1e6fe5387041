"""Kills the gateway again and again while interviews are held, and checks what it acknowledged.

    python -m tests.reliability.crash --kills 200

The gateway is the real one, in a process of its own. Some candidates are interviewed by a slow
backend, so that there is a long while between an answer's commit and its reply's; others by a
fast one, so that there are many commits. A kill comes at a random moment, or a little after a
write to the WAL (inside a commit) or to the log's file (inside a checkpoint), or while the gateway
starts. After each restart the log is held against every reply that was given, and `verify` checks
all of it beside the running gateway; in the end each interview must be complete. Then a new log
begins: the longer one is, the longer each check of all of it takes.
"""

import argparse
import json
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Self

import httpx

from eventlog.verification.checkpoints import Kept
from tests.eventlog.verification.logs import check
from tests.fakes import FakeServer, GraniteServer, Mood, OllamaServer
from tests.forked import PATIENCE, ForkedGateway, fork
from tests.http_clients import PLAIN
from tests.processes import environment, run
from tests.reliability.aim import kill_in_a_write
from tests.reliability.candidates import Candidate, Desk, troubles
from tests.reliability.telling import table
from tests.reliability.testimony import Testimony, in_file
from tests.reliability.wreckage import wreckage_of

SLOW_SECONDS = 0.25
"""How long the slow backend takes for each reply."""

LONGEST_RUN = 2.5
"""Seconds after which a gateway is killed though it never came to the moment aimed at."""

KILLS_A_LOG = 100
"""How many kills a log sees before the next one begins."""

OPENING = ("system", "user", "assistant")
"""Who has spoken when an interview's first question is asked."""


class Aim(StrEnum):
    """Where a kill is meant to fall. Where it did fall, the log and what lies beside it tell."""

    ANY_MOMENT = "at a random moment"
    COMMIT = "in a write to the WAL"
    CHECKPOINT = "in a write to the log's file"
    START = "while it starts"


WEIGHTS = {Aim.ANY_MOMENT: 4, Aim.COMMIT: 8, Aim.CHECKPOINT: 2, Aim.START: 2}


@dataclass
class Result:
    """What was done and what came of it."""

    seed: int
    logs: int = 0
    kills: int = 0
    aims: Counter[str] = field(default_factory=Counter)
    before_the_reply: int = 0
    inside_a_commit: int = 0
    before_the_acknowledgement: int = 0
    inside_a_checkpoint: int = 0
    events: int = 0
    interviews: int = 0
    lost_starts: int = 0
    acknowledged: int = 0
    asked_again: int = 0
    interrupted: int = 0
    went_on: int = 0
    audits: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Self) -> None:
        """Count in what another log saw."""
        for figure in fields(self):
            if figure.name != "seed":
                both = getattr(self, figure.name) + getattr(other, figure.name)
                setattr(self, figure.name, both)

    def table(self) -> str:
        aims = ", ".join(f"{count} {aim}" for aim, count in self.aims.most_common())
        shown = {
            "kills": f"{self.kills} ({aims})",
            "… between an answer's commit and its reply's": self.before_the_reply,
            "… inside a commit (torn frames in the WAL)": self.inside_a_commit,
            "… between a reply's commit and its acknowledgement": self.before_the_acknowledgement,
            "… inside a checkpoint of the WAL": self.inside_a_checkpoint,
            "interviews": f"{self.interviews} ({self.events} events in {self.logs} logs)",
            "acknowledged moves, each found in the log": self.acknowledged,
            "acknowledged moves posted again, same words": self.asked_again,
            "interviews interrupted, and gone on to the end": f"{self.interrupted}, {self.went_on}",
            "starts without an id whose reply was lost": self.lost_starts,
            "audits of the whole log": self.audits,
            "findings": len(self.findings),
            "seconds": round(self.seconds, 1),
            "seed": self.seed,
        }
        return table(shown, self.findings)


class Harness:
    """Candidates, the gateway they talk to, and what is known of its log, all in `folder`."""

    def __init__(self, folder: Path, seed: int, clients: int, env: dict[str, str]) -> None:
        self._folder = folder
        self._env = env
        self._path = folder / "interviews.db"
        self._chance = random.Random(seed)
        self._desk = Desk()
        self._testimony = Testimony(in_file(self._path))
        self._kept: list[Kept] = []
        self.result = Result(seed, logs=1)
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

    def run(self, kills: int) -> Result:
        began = time.monotonic()
        for candidate in self._candidates:
            candidate.start()
        try:
            while self.result.kills < kills and not self._went_wrong():
                self._start_and_kill(self._next_aim())
            self._end()
        finally:
            self._desk.closed.set()
        self.result.seconds = time.monotonic() - began
        return self.result

    def _went_wrong(self) -> bool:
        found = self.result.findings + self._testimony.findings
        return bool(found or troubles(self._candidates))

    def _next_aim(self) -> Aim:
        if not self._path.exists():
            return Aim.ANY_MOMENT  # it has to begin somewhere
        [aim] = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        return aim

    def _start_and_kill(self, aim: Aim) -> None:
        gateway = ForkedGateway(self._folder, self._env)
        if aim is Aim.START:
            # It copies the WAL that the last kill left into the file, and begins a new one.
            self._kill_soon(gateway, self._path, writes=1, span=0.01)
        else:
            with self._open(gateway) as url:
                self._audit(url)
                if aim is Aim.ANY_MOMENT:
                    gateway.has_ended(within=self._chance.uniform(0, 0.4))
                else:
                    self._kill_in_a_write(gateway, aim)
                gateway.stop(signal.SIGKILL)
        self._note_the_kill(aim)

    def _kill_in_a_write(self, gateway: ForkedGateway, aim: Aim) -> None:
        if aim is Aim.COMMIT:
            writes = self._chance.randint(1, 100)
            self._kill_soon(gateway, Path(f"{self._path}-wal"), writes=writes, span=0.0004)
        else:
            self._kill_soon(gateway, self._path, writes=1, span=0.002)

    def _kill_soon(self, gateway: ForkedGateway, path: Path, *, writes: int, span: float) -> None:
        lag = self._chance.uniform(0, span)
        killer = fork(kill_in_a_write, gateway.pid, path, writes, lag, LONGEST_RUN)
        gateway.has_ended(within=LONGEST_RUN)
        gateway.stop(signal.SIGKILL)
        killer.kill()
        killer.join()

    def _note_the_kill(self, aim: Aim) -> None:
        left = wreckage_of(self._path)
        self.result.kills += 1
        self.result.aims[aim] += 1
        self.result.inside_a_commit += left.uncommitted > 0
        self.result.inside_a_checkpoint += left.checkpoint

    @contextmanager
    def _open(self, gateway: ForkedGateway) -> Iterator[str]:
        """The gateway is up, its log was held against what was acknowledged, and candidates are
        let in."""
        url = gateway.url()
        self._hear()
        self.result.before_the_reply += self._testimony.unanswered() > 0
        self.result.before_the_acknowledgement += self._testimony.unheard() > 0
        self._desk.urls = [url]
        yield url
        self._desk.urls = []

    def _hear(self) -> None:
        # Taken before the log is read: what is acknowledged is in it by then.
        given = [reply for candidate in self._candidates for reply in candidate.take_acknowledged()]
        self._testimony.read_on()
        self._testimony.check(given)

    def _audit(self, url: str) -> None:
        """Check the whole log beside the gateway; that it holds what it held last time, too."""
        report = check(self._path, kept=self._kept)
        self.result.audits += 1
        self.result.findings += [
            f"{finding.place}: {finding.message}" for finding in report.findings
        ]
        note = httpx.post(f"{url}/api/v1/audit/checkpoint", timeout=PATIENCE, **PLAIN).text
        self._kept = [Kept("the checkpoint of the restart before", note)]

    def _end(self) -> None:
        """Let every interview be held to its end, stop the gateway, and go over everything."""
        gateway = ForkedGateway(self._folder, self._env)
        with self._open(gateway) as url:
            self._audit(url)
            self._desk.closing.set()
            for candidate in self._candidates:
                candidate.join(PATIENCE)
        code = gateway.stop(signal.SIGTERM)
        self._expect(code == 0, f"the gateway ended with {code}:\n{gateway.printed}")
        self._hear()
        self._go_over_everything()
        self._audit_by_command()
        self._add_up()

    def _go_over_everything(self) -> None:
        again = Testimony(in_file(self._path))
        again.read_on()
        for candidate in self._candidates:
            again.check(candidate.acknowledged)
        unfinished = again.incomplete()
        lost = sum(candidate.lost_starts for candidate in self._candidates)
        # A start whose reply an old desktop never got, since it names no interview.
        self._expect(len(unfinished) <= lost, f"{len(unfinished)} interviews are not complete")
        for id, messages in unfinished.items():
            self._expect(messages <= len(OPENING), f"{id} ends with {messages} messages")
        self.result.findings += again.findings
        self.result.interviews, self.result.events = again.interviews, again.head

    def _audit_by_command(self) -> None:
        done = run("audit", "verify", env=self._env, cwd=self._folder, patience=10 * PATIENCE)
        self.result.audits += 1
        self._expect(done.returncode == 0, f"audit verify: {done.stdout}{done.stderr}")

    def _add_up(self) -> None:
        result = self.result
        result.findings += self._testimony.findings + troubles(self._candidates)
        for candidate in self._candidates:
            self._expect(not candidate.is_alive(), f"{candidate.name} never came to an end")
            result.acknowledged += len(candidate.acknowledged)
            result.asked_again += candidate.asked_again
            result.interrupted += candidate.interrupted
            result.went_on += candidate.went_on
            result.lost_starts += candidate.lost_starts
        self._expect(
            result.went_on == result.interrupted,
            f"of {result.interrupted} interrupted interviews {result.went_on} went on",
        )

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.result.findings.append(otherwise)


class OwnWords(FakeServer):
    """Says nothing twice, as a model does: a reply that comes again is then the log's. And old
    desktops, which name no interview, could not be told apart at the same words."""

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        # Before the question: what follows a whole question is not waited for.
        return f"I note {secrets.token_hex(4)}. {super().say(mood, own_words, question)}"


class _Granite(OwnWords, GraniteServer):
    pass


class _Ollama(OwnWords, OllamaServer):
    pass


def crash(folder: Path, *, kills: int, clients: int, seed: int) -> Result:
    """Kill a gateway so often, whose logs are in `folder`; what came of it. No log
    follows one with a finding."""
    result = Result(seed)
    with _Granite() as granite, _Ollama() as ollama:
        granite.moods = {"/api/v1/interviews/": Mood.SLOW}
        granite.delay = SLOW_SECONDS
        while result.kills < kills and not result.findings:
            place = folder / f"log-{result.logs}"
            place.mkdir()
            env = environment(place, GRANITE_INTERVIEW_URL=granite.url, OLLAMA_URL=ollama.url)
            harness = Harness(place, seed + result.logs, clients, env)
            result.add(harness.run(min(KILLS_A_LOG, kills - result.kills)))
            if not result.findings:
                shutil.rmtree(place)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None, help="of a run that is to be repeated")
    parser.add_argument("--json", action="store_true", help="print figures for a program")
    wanted = parser.parse_args()
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed
    with tempfile.TemporaryDirectory() as place:
        result = crash(Path(place), kills=wanted.kills, clients=wanted.clients, seed=seed)
    print(json.dumps(vars(result), indent=2) if wanted.json else result.table())
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
