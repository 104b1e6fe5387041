"""Whoever follows how the log is written: to measure it, say."""

from collections.abc import Sequence
from typing import Protocol


class CommitObserver(Protocol):
    """Is told of each commit that appends something. A log in memory has no commits."""

    def mark(self) -> object:
        """What tells one append from another; asked for when an append is handed to the writer, in
        the task that appends."""
        ...

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        """The appends of these marks shared a commit; both times in ns since 1970.

        It is called in the writer's thread, before those who append are answered.
        """
        ...
