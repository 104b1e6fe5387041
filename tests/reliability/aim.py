"""Killing a process while it writes to a file.

A commit is written in some hundred microseconds, which a moment at random hardly ever meets. So a
process of its own, which nothing else delays, is woken by the kernel at a write (inotify(7)) and
kills a little later.
"""

import ctypes
import os
import select
import signal
import time
from pathlib import Path

IN_MODIFY = 0x2
EVENTS = 4096
"""Bytes enough for many events in one read."""


def kill_in_a_write(pid: int, path: Path, writes: int, lag: float, patience: float) -> None:
    """Kill the process `lag` seconds after it was seen to write to `path` so many times; not at
    all if that takes longer than `patience` seconds."""
    deadline = time.monotonic() + patience
    watch = _watch(path, deadline)
    if watch is None:
        return
    for _ in range(writes):
        ready, _, _ = select.select([watch], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return
        os.read(watch, EVENTS)
    until = time.perf_counter() + lag
    while time.perf_counter() < until:
        pass  # to sleep would take longer than a commit does
    os.kill(pid, signal.SIGKILL)


def _watch(path: Path, deadline: float) -> int | None:
    libc = ctypes.CDLL(None, use_errno=True)
    watch: int = libc.inotify_init1(0)
    while libc.inotify_add_watch(watch, os.fsencode(path), IN_MODIFY) < 0:
        if time.monotonic() > deadline:  # there is no such file yet
            return None
        time.sleep(0.001)
    return watch
