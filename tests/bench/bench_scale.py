"""What appends cost in a file and in a database, and how far one database's head goes:
python -m tests.bench.bench_scale [--seconds N] [--rounds N].

Each writer is a process with a log of its own, as a gateway has one, in which clients conduct
interviews of three appends, without HTTP. The database is a new one on the same disk, and waits for
the disk at each commit, as the file does.

`the head alone` is one writer whose groups stand ready: how often the head's row can be taken.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eventlog.known import Known, drafted
from eventlog.open import open_log
from eventlog.postgres.appending import Append, writer_of
from eventlog.postgres.writing import WritingDatabase
from eventlog.protocol import EventLog
from statemachine.commands import give_answer
from statemachine.events import Event
from tests.eventlog.interviews import AT, OPENING, ask, close, new_id
from tests.postgres import Cluster

ANSWER = "I would look at the data first, and then at how it was collected. " * 4
APPENDS: tuple[Sequence[Event], ...] = (
    OPENING,
    (give_answer(ANSWER), ask(2)),
    (give_answer(ANSWER), close()),
)
GROUPS = (1, 4, 16, 64)
DURABLE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB", "autovacuum": "on"}


@dataclass
class Measured:
    """The appends of one writer: the time that each took, and the groups that shared a commit, each
    with its size and the time that its transaction took. All times in seconds."""

    took: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)

    def mark(self) -> object:
        return None

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        self.groups.append(len(marks))
        self.commits.append((ended - began) / 1e9)


def write(url: str, key: Path, clients: int, seconds: float) -> Measured:
    """Let so many clients conduct interviews for so long."""
    return asyncio.run(_write(open_log(url, key), clients, seconds))


async def _write(log: EventLog, clients: int, seconds: float) -> Measured:
    measured = Measured()
    log.watch_commits(measured)
    end = time.monotonic() + seconds

    async def conduct() -> None:
        while time.monotonic() < end:
            id, version = new_id(), 0
            for events in APPENDS:
                began = time.monotonic()
                version = (await log.append(id, version, events, AT)).interview.version
                measured.took.append(time.monotonic() - began)

    await asyncio.gather(*(conduct() for _ in range(clients)))
    await log.close()
    return measured


def together(url: str, folder: Path, writers: int, clients: int, seconds: float) -> Measured:
    """What so many writers of one log measured."""
    context = multiprocessing.get_context("spawn")
    given = [(url, folder / "log.key", clients, seconds)] * writers
    with context.Pool(writers) as pool:
        found = pool.starmap(write, given)
    return Measured(
        [took for one in found for took in one.took],
        [group for one in found for group in one.groups],
        [commit for one in found for commit in one.commits],
    )


def head_alone(url: str, folder: Path, group: int, seconds: float) -> list[float]:
    """The seconds that each transaction takes in which a group of appends is written, one after the
    other, for so long."""
    asyncio.run(open_log(url, folder / "log.key").close())
    storage = WritingDatabase(url, lambda db: None)
    write_group = writer_of(storage, "bench")
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        interviews: dict[str, Known | None] = {new_id(): None for _ in range(group)}
        for events in APPENDS:
            appends = []
            for id, known in interviews.items():
                version = known.interview.version if known else 0
                projection, drafts = drafted(known, id, version, events, AT)
                appends.append(Append(id, version, drafts, projection))
            began = time.monotonic()
            written = storage.transact(lambda db, ready=appends: write_group(db, ready))  # type: ignore[misc]
            took.append(time.monotonic() - began)
            for append, records in zip(appends, written, strict=True):
                made = append.projection
                known = Known(made.interview, records[-1], made.current_fingerprint)
                interviews[append.interview_id] = known
    storage.drop()
    return took


def report(name: str, measured: Measured, seconds: float) -> float:
    """Print a row; appends a second."""
    rate = len(measured.took) / seconds
    p50, p99 = (statistics.quantiles(measured.took, n=100)[n] * 1000 for n in (49, 98))
    group, commit = statistics.mean(measured.groups), statistics.median(measured.commits) * 1000
    print(
        f"{name:34} {rate:7,.0f} appends/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   "
        f"{group:5.1f} in a transaction of {commit:4.2f} ms"
    )
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    cluster = Cluster(**DURABLE)
    kinds: dict[str, Callable[[Path], str]] = {
        "a file": lambda folder: f"sqlite:///{folder / 'interviews.db'}",
        "a database": lambda _: cluster.empty_log(),
    }
    cases = [(kind, 1) for kind in kinds] + [("a database", 2), ("a database", 4)]
    rates: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    try:
        for _ in range(given.rounds):
            for kind, writers in cases:
                with tempfile.TemporaryDirectory() as name:
                    folder = Path(name)
                    url = kinds[kind](folder)
                    found = together(url, folder, writers, given.clients, given.seconds)
                title = f"{kind}, {writers} × {given.clients} clients"
                rates[kind, writers].append(report(title, found, given.seconds))
        for group in GROUPS:
            with tempfile.TemporaryDirectory() as name:
                alone = head_alone(cluster.empty_log(), Path(name), group, given.seconds)
            middle, mean = statistics.median(alone), statistics.mean(alone)
            print(
                f"the head alone, groups of {group:3} {group / mean:12,.0f} appends/s   "
                f"a transaction takes {middle * 1000:5.2f} ms"
            )
    finally:
        cluster.remove()
    one = statistics.median(rates["a database", 1])
    print(f"a database relative to a file: {one / statistics.median(rates['a file', 1]):.2f}")
    for writers in (2, 4):
        ratio = statistics.median(rates["a database", writers]) / one
        print(f"{writers} writers relative to one: {ratio:.2f}")


if __name__ == "__main__":
    main()
