"""What the tests hold to a limit: the time that is the gateway's."""

import os
import subprocess
import sys
import time

import pytest

from tests.stopwatch import PRESSURES, Stopwatch


def test_time_in_which_nothing_happens_counts() -> None:
    began, watch = time.monotonic(), Stopwatch()
    time.sleep(0.1)
    assert 0.01 <= watch.seconds() <= time.monotonic() - began


@pytest.mark.skipif(not PRESSURES[0].exists(), reason="the system tells of no pressure")
def test_time_in_which_others_have_the_cores_does_not() -> None:
    busy = [
        subprocess.Popen([sys.executable, "-ISc", "while True: pass"])
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        began, watch = time.monotonic(), Stopwatch()
        deadline = began + 20
        while watch.seconds() > 0.7 * (time.monotonic() - began):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        for process in busy:
            process.kill()
            process.wait()
