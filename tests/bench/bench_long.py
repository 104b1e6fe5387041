"""A long log beside a shorter one: python -m tests.bench.bench_long LONG SHORT [--verify].

Asks two gateways the same in turn, one on each log, and prints what each took and the ratio. First
the processor time of the gateway, by which the ratio hardly depends on what else runs; then the
clock. Both logs get some interviews more, and lose the words of a few. `make_log` makes logs.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

from tests.bench.bench_audit import check
from tests.bench.bench_commands import cpu_seconds
from tests.processes import COMMAND, Process, gateway_in_own_python

LIST = "/api/v1/interviews"
NOBODY_SAID = "zugzwang"
IN_EVERY_PAYLOAD = "elapsedMs"
TIMES = 15
SEARCHES = 4
INTERVIEWS = 20
FORGOTTEN = 5
COMMANDS = ("interviews", "replay last", "audit checkpoint", "audit export last")


@dataclass(frozen=True)
class _Side:
    """A gateway on a log of `head` events, and the cursor of a page in its `middle`."""

    gateway: Process
    head: int
    middle: str

    def get(self, path: str) -> Any:
        response = self.gateway.client.get(path)
        response.raise_for_status()
        return response.json()

    def cpu(self) -> float:
        """The processor time of all its threads, in ms."""
        tasks = Path(f"/proc/{self.gateway.popen.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


Figure = tuple[float, float]
"""Milliseconds of a core, and on the clock."""


def started(log: Path, folder: Path, stack: ExitStack) -> tuple[Process, Figure, float]:
    """A gateway on the log, what its start took up to the first answer, and its memory in MiB."""
    began = time.perf_counter()
    url = {"EVENTLOG_URL": f"sqlite:///{log.resolve()}"}
    process = stack.enter_context(gateway_in_own_python(folder, **url))
    clock = (time.perf_counter() - began) * 1000
    cpu = _Side(process, 0, "").cpu()
    time.sleep(3)  # the first probes are over
    status = Path(f"/proc/{process.popen.pid}/statm").read_text()
    return process, (cpu, clock), int(status.split()[1]) * 4096 / (1 << 20)


def side_of(gateway: Process) -> _Side:
    head = int(gateway.client.get("/api/v1/audit/checkpoint").text.splitlines()[1])
    return _Side(gateway, head, str(head // 2))


def questions(side: _Side) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """What is asked of a gateway: its name, how often, and the question."""
    half, head = side.middle, side.head
    [there] = side.get(f"{LIST}?limit=1&cursor={half}")["interviews"]
    id = there["interviewId"]
    gets = {
        "the first page of the list": LIST,
        "a page in the middle": f"{LIST}?cursor={half}",
        "those complete": f"{LIST}?state=complete",
        "those erased (none)": f"{LIST}?state=forgotten",
        "a role that nobody has": f"{LIST}?role=Nobody",
        "search: a common word": f"{LIST}?q=load",
        "search: a common word, middle": f"{LIST}?q=load&cursor={half}",
        "search: a common word of a role": f"{LIST}?q=load&role=Data+Analyst&state=complete",
        "search: the beginning of an id": f"{LIST}?q={_newest(side)[:13]}&limit=1",
        "an interview": f"{LIST}/{id}",
        "its events": f"{LIST}/{id}/events",
        "an inclusion proof": f"/api/v1/audit/inclusion?position={half}&size={head}",
        "a consistency proof": f"/api/v1/audit/consistency?old={head // 3}&new={head}",
    }
    for name, path in gets.items():
        yield name, TIMES, lambda path=path: side.get(path)  # type: ignore[misc]
    checkpoint = "/api/v1/audit/checkpoint"
    yield "a checkpoint", TIMES, lambda: side.gateway.client.get(checkpoint).raise_for_status()
    for word in (NOBODY_SAID, IN_EVERY_PAYLOAD):
        first = f"{LIST}?q={word}"
        yield f"search: {word}, first page", SEARCHES, lambda path=first: side.get(path)  # type: ignore[misc]
    path = f"{LIST}?q={NOBODY_SAID}&cursor={half}"
    yield f"search: {NOBODY_SAID}, a page in the middle", SEARCHES, lambda: side.get(path)
    yield f"an interview of 3 questions ({INTERVIEWS} of them)", SEARCHES, lambda: conduct(side)
    yield f"erasing an interview ({FORGOTTEN} of them)", SEARCHES, lambda: forget(side)


def _newest(side: _Side) -> str:
    id: str = side.get(f"{LIST}?limit=1")["interviews"][0]["interviewId"]
    return id


def conduct(side: _Side) -> None:
    post = side.gateway.client.post
    for _ in range(INTERVIEWS):
        body = {"role": "Data Analyst", "totalQuestions": 3}
        session = post(f"{LIST}/start", json=body).json()
        while not session["isComplete"]:
            answer = f"I look at the data first. {session['currentQuestion']}"
            session = post(f"{LIST}/respond", json={"session": session, "message": answer}).json()


def forget(side: _Side) -> None:
    for row in side.get(f"{LIST}?state=complete&limit={FORGOTTEN}&cursor={side.middle}")[
        "interviews"
    ]:
        path = f"{LIST}/{row['interviewId']}"
        side.gateway.client.delete(path).raise_for_status()


def search_all(side: _Side) -> tuple[int, float]:
    """How many pages a search for a word that nobody said has, and the longest in seconds."""
    pages, longest = 0, 0.0
    path: str | None = f"{LIST}?q={NOBODY_SAID}"
    while path is not None:
        began = time.perf_counter()
        next = side.get(path)["next"]
        longest = max(longest, time.perf_counter() - began)
        path = next and f"{LIST}?q={NOBODY_SAID}&cursor={next}"
        pages += 1
    return pages, longest


def measured(side: _Side, ask: Callable[[], object]) -> Figure:
    cpu, clock = side.cpu(), time.perf_counter()
    ask()
    return side.cpu() - cpu, (time.perf_counter() - clock) * 1000


def _middle(figures: Sequence[Figure]) -> Figure:
    cpu, clock = zip(*figures, strict=True)
    return statistics.median(cpu), statistics.median(clock)


def report(name: str, long: Figure, short: Figure, unit: str = "ms") -> None:
    ratio = long[0] / short[0] if short[0] else float("nan")
    print(
        f"{name:44} {long[0]:11,.1f} {short[0]:11,.1f} {unit} of a core: {ratio:5.2f}   "
        f"clock {long[1]:11,.1f} {short[1]:11,.1f} {unit}",
        flush=True,
    )


def compare(long: Path, short: Path, only: str = "") -> None:
    """Print what the gateways on both logs take to answer what has `only` in its name."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        sides = []
        figures = []
        for log in (long, short):
            folder = Path(name, log.stem)
            folder.mkdir()
            process, start, mib = started(log, folder, stack)
            sides.append(side_of(process))
            figures.append((start, (mib, 0.0)))
        print(f"{sides[0].head:,} events beside {sides[1].head:,}")
        report("start-up to the first answer", figures[0][0], figures[1][0])
        report("idle memory", figures[0][1], figures[1][1], "MiB")
        for of_long, of_short in zip(*map(questions, sides), strict=True):
            what, times, _ = of_long
            if only not in what:
                continue
            took: tuple[list[Figure], list[Figure]] = ([], [])
            for n in range(times):
                for which in (n % 2, 1 - n % 2):  # each is the first as often as the other
                    ask = (of_long, of_short)[which][2]
                    took[which].append(measured(sides[which], ask))
            report(what, _middle(took[0]), _middle(took[1]))
        if only:
            return
        for side in sides:
            cpu = side.cpu()
            pages, longest = search_all(side)
            million = (side.cpu() - cpu) * 1e6 / side.head
            print(
                f"search to the end, {side.head:,} events: {pages} pages, the longest "
                f"{longest:.2f} s; {million:,.0f} ms of a core a million events"
            )


def commands(logs: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for command in COMMANDS:
            took = [
                min(
                    cpu_seconds([*COMMAND, *command.split(), "--log", str(log)], Path(name))
                    for _ in range(2)
                )
                * 1000
                for log in logs
            ]
            report(f"interview-gateway {command}", (took[0], 0), (took[1], 0))


def cpu_of_children() -> float:
    """The processor time, in seconds, of the processes that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_long", description=__doc__)
    parser.add_argument("long", type=Path)
    parser.add_argument("short", type=Path)
    parser.add_argument("--only", default="", help="ask only what has this in its name")
    parser.add_argument("--verify", action="store_true", help="only check both logs")
    wanted = parser.parse_args()
    logs = [wanted.long.resolve(), wanted.short.resolve()]
    if wanted.verify:
        for log in logs:
            before = cpu_of_children()
            found = check(log)
            found["µs of a core an event"] = (cpu_of_children() - before) / (
                found["seconds"] * found["events a second"] / 1e6
            )
            print(log.name, {name: round(value, 1) for name, value in found.items()}, flush=True)
        return
    if not wanted.only:
        commands(logs)
    compare(logs[0], logs[1], wanted.only)


if __name__ == "__main__":
    main()
