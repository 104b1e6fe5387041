"""The gateway under load: python -m tests.bench.bench_load [--only NAME …] [--seconds N] [--json].

Rates and latencies stand beside those of the bare twin (`twin.py`) or of the backend itself, taken
in turn in the same run, so that their ratios hold on a noisy machine. It takes wrk.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from backends.services import SERVICES
from tests.bench import ollama, twin, wrk
from tests.bench.bench_scale import DURABLE
from tests.bench.make_log import made
from tests.fakes import GraniteServer, HealthOnlyServer, Mood
from tests.postgres import Cluster
from tests.processes import Process, gateway_in_own_python

ROUNDS = 3
EVENTS = 1_000_000
MIB = 1 << 20


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: float
    unit: str
    wanted: str
    holds: bool


@dataclass(frozen=True)
class Bench:
    """How long each load lasts, and where the long log is."""

    seconds: float
    long_log: Path


PAUSE = 300
"""ms that a client takes on average before it goes on, where it does not ask again at once; far
less than a candidate."""


def at_most(what: str, measured: float, unit: str, limit: float) -> Row:
    return Row(what, measured, unit, f"≤ {limit:g}", measured <= limit)


def at_least(what: str, measured: float, unit: str, limit: float) -> Row:
    return Row(what, measured, unit, f"≥ {limit:g}", measured >= limit)


@contextmanager
def gateway(log: Path | None = None, /, **settings: str) -> Iterator[Process]:
    """A gateway as a process, on a new log or a copy of `log`."""
    with tempfile.TemporaryDirectory() as folder:
        if log is not None:
            shutil.copy(log, Path(folder) / "interviews.db")
        with gateway_in_own_python(Path(folder), **settings) as process:
            yield process


@contextmanager
def with_twin(**settings: str) -> Iterator[tuple[Process, str]]:
    """A gateway, and the URL of its twin."""
    with gateway(None, **settings) as process, tempfile.TemporaryDirectory() as folder:
        twin.record(process.client, Path(folder), questions=5)
        with twin.running(Path(folder)) as url:
            yield process, url


def in_turn(
    load: Callable[[str], wrk.Load], one: str, other: str
) -> tuple[list[wrk.Load], list[wrk.Load]]:
    """The same load on both, one after the other, some rounds long."""
    loads = [(load(one), load(other)) for _ in range(ROUNDS)]
    return [first for first, _ in loads], [second for _, second in loads]


def middle(values: Iterator[float]) -> float:
    return statistics.median(values)


def interviews(bench: Bench) -> Iterator[Row]:
    """Whole interviews on the templates, at 1 and at 16 clients."""
    with with_twin() as (process, bare):
        for clients in (1, 16):

            def load(url: str, clients: int = clients) -> wrk.Load:
                return wrk.interviews(url, clients=clients, seconds=bench.seconds)

            load(process.url)  # what is done once is done
            ours, theirs = in_turn(load, process.url, bare)
            pairs = list(zip(ours, theirs, strict=True))
            name = f"interviews, {clients} clients" if clients > 1 else "interviews, 1 client"
            if clients == 1:
                yield at_most(f"{name}: p50", middle(own.p50 for own in ours), "ms", 2.5)
            else:
                rate = middle(own.rate / bare.rate for own, bare in pairs)
                yield at_least(f"{name}: rate beside the twin's", rate, "", 0.5)
                p99 = middle(own.p99 / bare.p99 for own, bare in pairs)
                yield at_most(f"{name}: p99 beside the twin's", p99, "", 3)
            yield at_least(f"{name}: rate", middle(own.rate for own in ours), "/s", 0)
            twins = middle(bare.rate for bare in theirs)
            yield at_least(f"{name}: the twin's rate", twins, "/s", 0)
            yield at_most(f"{name}: errors", sum(own.errors for own in ours), "", 0)


def reads(bench: Bench) -> Iterator[Row]:
    """/health and the models, while every service hangs."""
    with ExitStack() as stack:
        urls = {}
        for service in SERVICES:
            fake = stack.enter_context(HealthOnlyServer(service.name))
            fake.mood = Mood.HANG
            urls[service.variable] = fake.url
        process, bare = stack.enter_context(with_twin(**urls))
        for path in ("/health", "/api/v1/models"):

            def load(url: str, path: str = path) -> wrk.Load:
                return wrk.gets(url + path, clients=16, seconds=bench.seconds)

            ours, theirs = in_turn(load, process.url, bare)
            rate = middle(own.rate / bare.rate for own, bare in zip(ours, theirs, strict=True))
            yield at_least(f"{path}, all services hanging: rate beside the twin's", rate, "", 0.8)
            yield at_least(f"{path}: rate", middle(own.rate for own in ours), "/s", 0)
            yield at_most(f"{path}: errors", sum(own.errors for own in ours), "", 0)


def backend(bench: Bench) -> Iterator[Row]:
    """What the gateway adds to an Ollama that answers at once."""
    with ollama.running() as url, gateway(OLLAMA_URL=url) as process:
        while not process.client.get("/health").json()["summary"]["online"]:
            time.sleep(0.1)
        for clients, pause in ((1, 0), (16, PAUSE), (16, 0)):
            direct = wrk.chats(url, clients=clients, seconds=bench.seconds, pause=pause)
            through = wrk.interviews(
                process.url, clients=clients, seconds=bench.seconds, pause=pause
            )
            name = f"beyond Ollama itself, {clients} client{'s' * (clients > 1)}"
            if pause:
                name += f" who pause for {pause} ms"
            yield at_most(f"{name}: p50", through.p50 - direct.p50, "ms", 3)
            yield at_most(f"{name}: p99", through.p99 - direct.p99, "ms", 10)
        crowd = wrk.interviews(process.url, clients=64, seconds=bench.seconds)
        yield at_most("64 clients with Ollama: errors", crowd.errors, "", 0)
        yield at_least("64 clients with Ollama: durable answers", crowd.rate, "/s", 1000)


def waiting(bench: Bench) -> Iterator[Row]:
    """/health while 100 requests wait for a backend that hangs."""
    with GraniteServer() as granite, gateway(GRANITE_INTERVIEW_URL=granite.url) as process:
        granite.moods["/api/v1/interviews"] = Mood.HANG
        while not process.client.get("/health").json()["summary"]["online"]:
            time.sleep(0.1)
        before = wrk.gets(f"{process.url}/health", clients=4, seconds=bench.seconds)
        crowd = [threading.Thread(target=_wait, args=(process.url,)) for _ in range(100)]
        for thread in crowd:
            thread.start()
        during = wrk.gets(f"{process.url}/health", clients=4, seconds=min(2, bench.seconds))
        for thread in crowd:
            thread.join()
        yield at_most("/health while 100 wait: p50 beside before", during.p50 / before.p50, "", 1.5)


def _wait(url: str) -> None:
    body = {"role": "Data Analyst", "totalQuestions": 1}
    httpx.post(f"{url}/api/v1/interviews/start", json=body, timeout=10).raise_for_status()


def long_log(bench: Bench) -> Iterator[Row]:
    """A log of a million events beside an empty one."""
    path = made(bench.long_log, EVENTS)
    with gateway() as empty, gateway(path) as full:

        def load(url: str) -> wrk.Load:
            return wrk.interviews(url, clients=16, seconds=bench.seconds)

        load(empty.url)
        load(full.url)
        ours, theirs = in_turn(load, full.url, empty.url)
        pairs = zip(ours, theirs, strict=True)
        slower = middle(bare.rate / own.rate for own, bare in pairs)
        yield at_most("a log of 1,000,000 events: rate of an empty one beside its", slower, "", 1.2)
    starts = [(_start_up(path), _start_up(None)) for _ in range(ROUNDS)]
    longer = middle(full / empty for full, empty in starts)
    yield at_most("a log of 1,000,000 events: start-up beside an empty one's", longer, "", 1.5)
    yield from _size(path)


def _start_up(log: Path | None) -> float:
    with tempfile.TemporaryDirectory() as folder:
        if log is not None:
            shutil.copy(log, Path(folder) / "interviews.db")
        began = time.perf_counter()
        with gateway_in_own_python(Path(folder)):
            return time.perf_counter() - began


def _size(path: Path) -> Iterator[Row]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        events, words = db.execute(
            "SELECT count(*), sum(length(CAST(payload AS BLOB))) FROM events"
        ).fetchone()
    each, limit = path.stat().st_size / events, 2.5 * words / events + 400
    yield at_most("bytes in the file per event", each, "B", round(limit))


def database(bench: Bench) -> Iterator[Row]:
    """Interviews on the templates with the log in a database, beside one in a file. Both wait for
    the same disk."""
    cluster = Cluster(**DURABLE)
    try:
        with gateway() as file, gateway(EVENTLOG_URL=cluster.empty_log()) as process:
            for clients in (1, 16):

                def load(url: str, clients: int = clients) -> wrk.Load:
                    return wrk.interviews(url, clients=clients, seconds=bench.seconds)

                load(process.url)
                pairs = list(zip(*in_turn(load, process.url, file.url), strict=True))
                name = f"a log in PostgreSQL, {clients} client{'s' * (clients > 1)}"
                rate = middle(own.rate / other.rate for own, other in pairs)
                yield at_least(f"{name}: rate beside a file's", rate, "", 0.7 * (clients > 1))
                yield at_least(f"{name}: rate", middle(own.rate for own, _ in pairs), "/s", 0)
                yield at_most(f"{name}: p50", middle(own.p50 for own, _ in pairs), "ms", 50)
                yield at_most(f"{name}: errors", sum(own.errors for own, _ in pairs), "", 0)
    finally:
        cluster.remove()


def endurance(bench: Bench) -> Iterator[Row]:
    """Memory after 100,000 requests, and what an idle gateway takes."""
    with gateway() as process:
        pid = process.popen.pid
        count = 0
        while count < 1_000:
            count += wrk.interviews(process.url, clients=16, seconds=1).requests
        early = _memory(pid)
        while count < 100_000:
            count += wrk.interviews(process.url, clients=16, seconds=10).requests
        yield at_most(
            f"memory beyond that of the start, after {count:,} requests",
            _memory(pid) - early,
            "MiB",
            20,
        )
        time.sleep(2)
        began = cpu_seconds(pid)
        time.sleep(20)
        yield at_most("an idle gateway", (cpu_seconds(pid) - began) / 20 * 100, "% of a core", 1)


def _memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096 / MIB


def cpu_seconds(pid: int) -> float:
    """How long a process has used a core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


BENCHES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "interviews": interviews,
    "reads": reads,
    "backend": backend,
    "waiting": waiting,
    "long-log": long_log,
    "database": database,
    "endurance": endurance,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_load", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHES, default=list(BENCHES))
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--log", type=Path, help="a log of 1,000,000 events, by make_log")
    parser.add_argument("--json", action="store_true", help="for machines")
    wanted = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This takes wrk: apt-get install wrk")
    usual = Path(tempfile.gettempdir()) / f"interview-gateway-bench-{EVENTS}.db"
    bench = Bench(wanted.seconds, wanted.log or usual)
    rows = [row for name in wanted.only for row in BENCHES[name](bench)]
    if wanted.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        mark = "" if row.holds else "  MISSED"
        measured = f"{row.measured:,.2f} {row.unit}"
        print(f"{row.what:64} {measured:>16}  {row.wanted}{mark}")


if __name__ == "__main__":
    main()
