"""Holds a gateway to its OpenAPI document, with as many requests as are wanted.

    python -m tests.reliability.openapi_cases --cases 300000

Schemathesis draws requests to every operation, as documented and not, and no request twice. Each
operation gets the same time, round after round; one that has nothing left to draw is left out.
Every other gateway has sign-in and a rate limit, and is asked by each role and by nobody. The
others' links are followed too. Where a path names an interview, it is often one that the log has.

Ctrl-C ends it early, with what was counted until then.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
from math import inf
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.reliability.drawing import Cases, Result, gateway

FIRST_CASES = 20
"""How often an operation is asked in its first turn, so that all of them are asked soon."""

TURN_SECONDS = 10.0
"""How long it is asked before it is the next one's turn, from then on."""

Results = SimpleQueue[Result | None]


def ask_on(seed: int, has_sign_in: bool, results: Results, enough: Event) -> None:
    """Ask a gateway of its own until it is `enough`. None among the results is the end of them."""
    os.setpgrp()  # Ctrl-C is for the process that counts, and not for the gateway either
    try:
        with (
            tempfile.TemporaryDirectory() as place,
            gateway(Path(place), has_sign_in=has_sign_in) as process,
        ):
            cases = Cases(process, has_sign_in=has_sign_in, seed=seed)
            most: float = FIRST_CASES
            while not enough.is_set():
                for result in cases.ask_all(seconds=TURN_SECONDS, most=most):
                    results.put(result)
                    if enough.is_set():
                        break
                most = inf
                if not has_sign_in:
                    results.put(cases.walk())
    finally:
        results.put(None)


def ask(cases: int, processes: int, seed: int | None) -> Result:
    """Draw so many cases in so many processes at once."""
    chance, context = random.Random(seed), get_context("spawn")
    results, enough = context.SimpleQueue(), context.Event()
    running = [
        context.Process(target=ask_on, args=(chance.getrandbits(64), number % 2, results, enough))
        for number in range(processes)
    ]
    for process in running:
        process.start()
    signal.signal(signal.SIGINT, lambda *_: enough.set())
    total, ended = Result(), 0
    while ended < processes:
        result = results.get()
        if result is None:
            ended += 1
        else:
            before = total.answers.total()
            total.add(result)
            if total.answers.total() // 1000 > before // 1000:
                found = f"{len(total.findings)} findings"
                print(f"{total.answers.total():,} of {cases:,}, {found}", flush=True)
            if total.answers.total() >= cases:
                enough.set()
    for process in running:
        process.join()
        if process.exitcode:
            total.findings[process.name] = f"{process.name} ended with {process.exitcode}"
    return total


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability.openapi_cases", description=__doc__
    )
    parser.add_argument("--cases", type=int, default=300_000)
    parser.add_argument("--processes", type=int, default=2, help="that draw, each for a gateway")
    parser.add_argument("--seed", type=int, default=None, help="other cases for another number")
    wanted = parser.parse_args()
    result = ask(wanted.cases, wanted.processes, wanted.seed)
    print(result.table())
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
