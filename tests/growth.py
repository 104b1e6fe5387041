"""Whether work takes time in proportion to what it is given, however fast the machine is."""

import time
from collections.abc import Callable

TIMES = 8
ALLOWED = 3 * TIMES
"""Where work grows with the square of what it is given, it takes 64 times as long."""
LITTLE = 0.1
"""Seconds that nobody minds, whatever they are in proportion to."""


def assert_in_proportion(work: Callable[[int], object], most: int) -> None:
    """`work(most)` takes about eight times as long as `work(most // 8)`.

    The thread's own time is taken, so that what other processes do meanwhile is not counted.
    """
    little = min(_seconds(work, most // TIMES) for _ in range(2))
    much = _seconds(work, most)
    assert much < max(ALLOWED * little, LITTLE), (little, much)


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began
