"""Reading and checking a long log: python -m tests.bench.bench_audit [FILE].

Checks a log of a million events as `audit verify` does, and asks a gateway that has it open for a
checkpoint, a proof, an interview's events and the first page of the list. Without FILE a log is
made in the temporary folder, which takes some minutes the first time.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests.bench.make_log import made
from tests.processes import gateway_in_own_python

EVENTS = 1_000_000
TIMES = 50
SEARCHES = 5

MIB = 1 << 20


def check(path: Path) -> dict[str, float]:
    """What `audit verify` takes: seconds, events a second, and the memory of all its processes
    together at their largest, in MiB."""
    command = [sys.executable, "-m", "api.cli", "audit", "verify", "--json", "--log", str(path)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    largest = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal largest
        while not done.wait(0.05):
            largest = max(largest, _memory(process.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    printed, _ = process.communicate()
    seconds = time.perf_counter() - started
    done.set()
    watching.join()
    report = json.loads(printed)
    assert report["holds"], "an untouched log holds"
    return {
        "seconds": seconds,
        "events a second": report["events"] / seconds,
        "MiB of memory": largest,
    }


def _memory(pid: int) -> float:
    """The resident memory of a process and its children, in MiB (Linux only; 0 elsewhere)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = " ".join((task / "children").read_text(encoding="ascii") for task in tasks)
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * 4096 / MIB + sum(_memory(int(child)) for child in children.split())


def ask(client: httpx.Client) -> dict[str, float]:
    """What the gateway takes to answer, in ms: the median of so many."""
    newest = client.get("/api/v1/interviews?limit=1").json()["interviews"][0]["interviewId"]
    head = _size(client.get("/api/v1/audit/checkpoint").text)
    chance = iter(range(0, head, head // (TIMES + 1)))
    old = head // 3
    asked: dict[str, Callable[[], str]] = {
        "a checkpoint": lambda: "/api/v1/audit/checkpoint",
        "an inclusion proof": lambda: (
            f"/api/v1/audit/inclusion?position={next(chance)}&size={head}"
        ),
        "a consistency proof": lambda: f"/api/v1/audit/consistency?old={old}&new={head}",
        "the events of an interview": lambda: f"/api/v1/interviews/{newest}/events",
        "the first page of the list": lambda: "/api/v1/interviews",
        "the first page of those complete": lambda: "/api/v1/interviews?state=complete",
        "the first page of a common word": lambda: "/api/v1/interviews?q=load",
    }
    found = {name: _median(client, path) for name, path in asked.items()}
    for name, word in (("a word", "zugzwang"), ("a word of every payload", "elapsedMs")):
        path = partial(str, f"/api/v1/interviews?q={word}")
        found[f"{name} that nobody said"] = _median(client, path, SEARCHES)
    return found


def _size(note: str) -> int:
    return int(note.splitlines()[1])


def _median(client: httpx.Client, path: Callable[[], str], times: int = TIMES) -> float:
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        client.get(path()).raise_for_status()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def run(path: Path) -> dict[str, Any]:
    """All of it, on the log at `path` and on a copy that a gateway opens."""
    result: dict[str, Any] = {"audit verify": check(path)}
    with tempfile.TemporaryDirectory() as folder:
        for end in ("", ".key"):
            shutil.copy(f"{path}{end}", Path(folder) / f"interviews.db{end}")
        with gateway_in_own_python(Path(folder)) as gateway:
            result["answers in ms"] = ask(gateway.client)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_audit", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true", help="for machines")
    wanted = parser.parse_args()
    usual = Path(tempfile.gettempdir()) / f"interview-gateway-bench-{wanted.events}.db"
    result = run(made(wanted.file or usual, wanted.events))
    if wanted.json:
        print(json.dumps(result, indent=2))
        return
    for title, values in result.items():
        print(title)
        for name, value in values.items():
            print(f"  {name:34} {value:12,.1f}")


if __name__ == "__main__":
    main()
