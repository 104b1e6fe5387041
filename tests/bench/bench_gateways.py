"""How far several gateways on one log in PostgreSQL go: python -m tests.bench.bench_gateways.

1, 2 and 4 gateways conduct interviews with an Ollama that answers after 200 ms, of 256 candidates
who answer at once. The database waits for the disk at each commit. Everything shares the machine's
cores, so that the table also says who used them. It takes wrk.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import ollama, wrk
from tests.bench.bench_load import cpu_seconds
from tests.bench.bench_scale import DURABLE
from tests.postgres import GATEWAY, Cluster
from tests.processes import Process, gateway_in_own_python

GATEWAYS = (1, 2, 4)


@dataclass(frozen=True)
class Share:
    """What so many gateways did: moves a second, latencies in ms, and how many cores they, and the
    database, were using on average."""

    rate: float
    p50: float
    p99: float
    errors: int
    gateways: float
    database: float


@contextmanager
def gateways_on(url: str, count: int, ollama_url: str) -> Iterator[list[Process]]:
    """So many gateways on one log, each of which knows that its Ollama is up."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        processes = []
        for n in range(count):
            own = folder / str(n)
            own.mkdir()
            settings = {"EVENTLOG_URL": url, "EVENTLOG_KEY": str(folder / "log.key")}
            begun = gateway_in_own_python(own, OLLAMA_URL=ollama_url, **settings)
            processes.append(stack.enter_context(begun))
        for process in processes:
            while not process.client.get("/health").json()["summary"]["online"]:
                time.sleep(0.1)
        yield processes


def measure(cluster: Cluster, processes: list[Process], clients: int, seconds: float) -> Share:
    """Let the candidates, shared among the gateways, be interviewed for so long."""
    pids = [process.popen.pid for process in processes]
    load = partial(wrk.interviews, clients=clients // len(processes), seconds=seconds)
    with ThreadPoolExecutor(len(processes)) as pool:
        before = sum(map(cpu_seconds, pids)), sum(map(cpu_seconds, cluster.pids()))
        loads = list(pool.map(load, [process.url for process in processes]))
        after = sum(map(cpu_seconds, pids)), sum(map(cpu_seconds, cluster.pids()))
    took = max(one.seconds for one in loads)
    return Share(
        rate=sum(one.rate for one in loads),
        p50=statistics.mean(one.p50 for one in loads),
        p99=max(one.p99 for one in loads),
        errors=sum(one.errors for one in loads),
        gateways=(after[0] - before[0]) / took,
        database=(after[1] - before[1]) / took,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.bench_gateways", description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=8, help="of each load")
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--wait", type=float, default=0.2, help="seconds for each reply")
    wanted = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This takes wrk: apt-get install wrk")
    cluster = Cluster(**DURABLE)
    try:
        with ollama.running(wanted.wait) as url:
            for count in GATEWAYS:
                with gateways_on(cluster.empty_log(GATEWAY), count, url) as processes:
                    measure(cluster, processes, wanted.clients, 2)  # what is done once is done
                    share = measure(cluster, processes, wanted.clients, wanted.seconds)
                print(
                    f"{count} gateway{'s' * (count > 1):1} {share.rate:7,.0f} moves/s   "
                    f"p50 {share.p50:6,.0f} ms   p99 {share.p99:6,.0f} ms   "
                    f"cores: gateways {share.gateways:.2f}, database {share.database:.2f}   "
                    f"errors {share.errors}",
                    flush=True,
                )
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()
