"""What was found out about somebody's words, by their hash: the words do not stay in memory."""

from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple

Found = TypeVar("Found")
Given = TypeVarTuple("Given")

MOST = 10_000
"""Findings that one keeps, in 1 MB. Then all are forgotten."""


class Remembered(Generic[*Given, Found]):
    """Calls `find_out`, which finds the same whenever it is given the same, and remembers what.

    Two texts have the same hash once in 10^11 times that `MOST` are remembered. Then the second is
    taken for the first.
    """

    def __init__(self, find_out: Callable[[*Given], Found]) -> None:
        self._find_out = find_out
        self._found: dict[int, Found] = {}

    def __call__(self, *given: *Given) -> Found:
        key = hash(given)
        try:
            return self._found[key]
        except KeyError:
            found = self._find_out(*given)
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[key] = found
        return found
