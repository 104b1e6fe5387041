"""What the gateway adds to a streamed word: python -m tests.bench.bench_streams [--rounds N].

An Ollama stamps each word with the time at which it sends it, and clients in another process take
the time at which they have it: from the Ollama itself, then through the gateway, in turns.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import stamps
from tests.bench.stampreader import read
from tests.processes import Process, gateway_in_own_python


@dataclass(frozen=True)
class Case:
    """So many streams at once, of so many words a second each; p99 is to be at most `limit` ms.

    They begin within the time that a reply takes, as candidates do: not all in the same moment.
    """

    streams: int
    pace: float
    replies: int
    limit: float

    def read(self, url: str, *, direct: bool = False) -> list[float]:
        spread = stamps.WORDS / self.pace if self.streams > 1 else 0
        return read(url, streams=self.streams, replies=self.replies, spread=spread, direct=direct)


CASES = (
    Case(1, 40.0, 8, 10.0),
    Case(64, 8.0, 2, 50.0),
    Case(64, 20.0, 4, 50.0),
    Case(64, 50.0, 6, 50.0),
)


def percentile(took: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return statistics.quantiles(took, n=100)[percent - 1]


def measure(case: Case, rounds: int) -> None:
    with (
        stamps.running(case.pace) as ollama,
        tempfile.TemporaryDirectory() as folder,
        gateway_in_own_python(Path(folder), OLLAMA_URL=ollama) as gateway,
    ):
        _wait_until_noticed(gateway)
        direct: list[float] = []
        through: list[float] = []
        busy = _cpu_seconds(gateway.popen.pid)
        for _ in range(rounds):
            direct += case.read(ollama, direct=True)
            through += case.read(gateway.url)
        busy = _cpu_seconds(gateway.popen.pid) - busy
    wanted = rounds * case.streams * case.replies * stamps.WORDS
    assert len(direct) == len(through) == wanted, (len(direct), len(through), wanted)
    added = percentile(through, 99) - percentile(direct, 99)
    each = busy / len(through) * 1000
    print(f"{case.streams} at once, {case.pace:g} words a second each: {len(through):,} words")
    print(f"  the gateway takes {each:.2f} ms of a core for each")
    for name, took in (("from Ollama itself", direct), ("through the gateway", through)):
        p50, p99 = percentile(took, 50), percentile(took, 99)
        print(f"  {name:20} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   max {max(took):6.1f} ms")
    mark = "" if added <= case.limit else "  MISSED"
    p50 = percentile(through, 50) - percentile(direct, 50)
    print(f"  {'added':20} p50 {p50:6.2f} ms   p99 {added:6.2f} ms   ≤ {case.limit:g}{mark}")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_until_noticed(gateway: Process) -> None:
    while not gateway.client.get("/health").json()["summary"]["online"]:
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.bench_streams", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=2)
    wanted = parser.parse_args()
    for case in CASES:
        measure(case, wanted.rounds)


if __name__ == "__main__":
    main()
