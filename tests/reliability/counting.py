"""What a process holds: counted from outside, so that nothing in it can be forgotten."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
CAN_COUNT = (PROC / "self/fd").is_dir()
"""Only Linux shows what a process holds."""
POOLED = min(32, (os.cpu_count() or 1) + 4)
"""The threads that asyncio keeps to look names up in, as `concurrent.futures` sets it: it makes
one when all that it has are busy, and keeps each."""


@dataclass(frozen=True)
class Held:
    """What a process holds open, its threads, and its memory in MB: now, and at most so far."""

    sockets: int
    files: int
    threads: int
    memory: int
    memory_peak: int

    def is_within(self, other: "Held") -> bool:
        """True if nothing was left open that `other` had not, and no thread but asyncio's own.
        Memory is not compared: Python gives it back to the system when it likes."""
        return (
            self.sockets <= other.sockets
            and self.files <= other.files
            and self.threads <= other.threads + POOLED
        )


def held_by(pid: int) -> Held:
    """What the process holds now."""
    opened = [_target(entry) for entry in (PROC / str(pid) / "fd").iterdir()]
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    sockets = sum(target.startswith("socket:") for target in opened)
    return Held(
        sockets=sockets,
        files=len(opened) - sockets,
        threads=int(status["Threads"][0]),
        memory=int(status["VmRSS"][0]) // 1024,
        memory_peak=int(status["VmHWM"][0]) // 1024,
    )


def held_at_rest(pid: int, before: Held, patience: float = 30) -> Held:
    """What the process holds when it holds no more than before, or when patience is over:
    idle connections are kept for some seconds before they are closed."""
    deadline = time.monotonic() + patience
    while True:
        now = held_by(pid)
        if now.is_within(before) or time.monotonic() > deadline:
            return now
        time.sleep(0.1)


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except FileNotFoundError:  # closed since it was listed
        return ""
