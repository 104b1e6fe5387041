"""How long the gateway takes from its first line to its first answer, and what it holds when idle.

`python -m tests.bench.bench_start [ROUNDS]` compares it with a `python -c` that imports the
libraries it is built on, from its start to its end, in turn in one run, and prints medians.
Processor time, which is counted until the imports are done, hardly depends on what else runs. With
a new log, its schema and its key are made.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tests.processes import environment, gateway_in_own_python
from tests.reliability.counting import held_by

LIBRARIES = ("fastapi", "uvicorn", "httpx", "pydantic_settings", "transitions", "sqlite_utils")
STACK = [name for name in LIBRARIES if find_spec(name)]
IMPORTING = f"""import {", ".join(STACK)}
with open("/proc/self/schedstat") as cpu, open("/proc/self/status") as status:
    nanoseconds = int(cpu.read().split()[0])
    print(nanoseconds / 1e9, *(line.split()[1] for line in status if line.startswith("VmRSS")))
"""
IDLE_SECONDS = 3.0
"""After these, the first probes are over."""

Figures = tuple[float, float, float]
"""Milliseconds to the first answer, those of a core among them, and MiB when idle."""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        kept = Path(name, "kept")
        kept.mkdir()
        gateway_started(kept)
        cases: dict[str, Callable[[Path], Figures]] = {
            "the libraries alone": libraries_imported,
            "gateway, a new log": gateway_started,
            "gateway, its own log": lambda _: gateway_started(kept),
        }
        found: dict[str, list[Figures]] = {case: [] for case in cases}
        for number in range(rounds):
            for case, measure in cases.items():
                folder = Path(name, f"{number} {case}")
                folder.mkdir()
                found[case].append(measure(folder))
    print(f"The libraries are {', '.join(STACK)}.")
    alone, *_ = found.values()
    least = [statistics.median(figures) for figures in zip(*alone, strict=True)]
    for case, figures_of in found.items():
        wall, cpu, mib = (statistics.median(figures) for figures in zip(*figures_of, strict=True))
        print(
            f"{case:20} {wall:5.0f} ms ({wall / least[0]:.2f})  {cpu:5.0f} ms of a core "
            f"({cpu / least[1]:.2f})  {mib:3.0f} MiB"
        )


def libraries_imported(folder: Path) -> Figures:
    """What it takes to import the libraries."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        env=environment(folder), capture_output=True, text=True, check=True,
    )  # fmt: skip
    wall = time.perf_counter() - begin
    cpu, mib = done.stdout.split()
    return wall * 1000, float(cpu) * 1000, float(mib) / 1024


def gateway_started(folder: Path) -> Figures:
    """What it takes to start a gateway on the log in the folder."""
    begin = time.perf_counter()
    with gateway_in_own_python(folder) as gateway:
        return _figures(gateway.popen.pid, begin)


def _figures(pid: int, begin: float) -> Figures:
    wall = time.perf_counter() - begin
    cpu = cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return wall * 1000, cpu * 1000, held_by(pid).memory


def cpu_seconds(pid: int) -> float:
    """The processor time of all threads of a process so far."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int(Path(thread, "schedstat").read_text().split()[0]) for thread in threads) / 1e9


if __name__ == "__main__":
    main()
