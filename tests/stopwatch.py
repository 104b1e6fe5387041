"""How long something takes, whatever else the machine does meanwhile."""

import time
from contextlib import suppress
from pathlib import Path

PRESSURES = (Path("/proc/pressure/cpu"), Path("/proc/pressure/io"))
"""Where Linux tells how long tasks have waited for a core or a disk, since it began."""

MOST = 0.9
"""The share of a time that can be put down to the machine. Where it is under pressure all the time,
a limit is ten times as long, and what would wait for ever exceeds it all the same."""


class Stopwatch:
    """Runs from its making on. A test that holds `seconds()` to a limit fails for what the gateway
    does, and not because other tests had the cores: with four busy loops beside it, a start that
    takes 0.04 s takes 0.3 s and more."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._delayed = _delayed()

    def seconds(self) -> float:
        """Seconds so far, less those in which some task of this machine was kept waiting."""
        took = time.monotonic() - self._began
        return took - min(_delayed() - self._delayed, MOST * took)


def _delayed() -> float:
    """Seconds; 0 on systems that do not tell."""
    total = 0.0
    for pressure in PRESSURES:
        with suppress(OSError):
            total += int(pressure.read_text().split("total=")[1].split()[0]) / 1_000_000
    return total
