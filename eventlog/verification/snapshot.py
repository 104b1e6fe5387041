"""What a check reads: a log in its storage as it is at one moment. Each kind of storage gives its
own `Snapshot`, and nothing else in this package knows one kind from another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from eventlog.notes import VerifierKey
from eventlog.readmodels import Overview
from eventlog.tree import Nodes
from eventlog.verification.findings import Findings
from eventlog.verification.rows import Row

T = TypeVar("T")
Task = Callable[["Snapshot", Findings], T]
"""Some of the work, given the snapshot to read and where to put what it finds."""


class Snapshot(Protocol):
    """The log at one moment: what is written later is not seen. Nothing in it is believed, so a
    value may be of any type. What cannot be read raises, and `do` makes a finding of it."""

    def begin(self) -> int:
        """Look at the log as it is now. Return how many events it holds. Raises LogUnavailable."""
        ...

    def do(self, task: Task[T]) -> tuple[T | None, Findings]:
        """Return what `task` returns, and its findings. Where the storage cannot be read, that is
        a finding, and None is returned."""
        ...

    def close(self) -> None:
        """Let go of the log. Raises LogUnavailable."""
        ...

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        """The events from position `start` up to `stop`, in order."""
        ...

    def rows_of(self, interview_id: str, after: int = 0) -> Iterator[Row]:
        """The interview's events after version `after`, in order."""
        ...

    def stray_events(self, head: int) -> Iterator[int]:
        """Positions of events below 0, or from `head` on; some of them, if there are many."""
        ...

    def headless(self) -> Iterator[tuple[str, int]]:
        """Each interview without a version 1, and its first position."""
        ...

    def nodes(self, level: int, start: int, stop: int) -> list[tuple[int, bytes]]:
        """The tree's nodes of `level` from `start` up to `stop`, each with its index, in order."""
        ...

    def stray_nodes(self, head: int) -> Iterator[tuple[int, int]]:
        """Level and index of nodes that belong to no tree over `head` events; some of them, if
        there are many."""
        ...

    @property
    def node(self) -> Nodes:
        """How `eventlog.tree` reads the nodes. Raises LogCorrupted where one is missing."""
        ...

    def listed(self, start: float, stop: float) -> Iterator[tuple[Any, ...]]:
        """The rows in the list of interviews that begin from position `start` up to `stop`, with
        the values as they are stored; the first one is the id."""
        ...

    def as_listed(self, row: Overview, current: bytes | None) -> dict[str, Any]:
        """The row that the list is to hold: by their names the values that `listed` is to give.
        `current` is the fingerprint of the session that the interview stands at."""
        ...

    def fingerprints(self, start: float, stop: float) -> Iterator[tuple[int, bytes, int]]:
        """The fingerprints of these interviews: where the interview began, the fingerprint and the
        version."""
        ...

    def seals(self) -> list[tuple[int, str]]:
        """The checkpoints that the log was sealed with, as size and note, the smallest first."""
        ...

    def check_integrity(self, findings: Findings) -> None:
        """Check that the storage is whole. It reads all of it, which takes long."""
        ...

    def check_schema(self, findings: Findings) -> None:
        """Check that the storage is made as a log's is."""
        ...


@dataclass(frozen=True)
class StoredLog:
    """A log in its storage, whether or not a gateway writes it.

    `where` says where it is, for a person. `origin` is the name that it signs by, and `beside` the
    public key that is kept with it, None where that cannot be read. `snapshot` opens a snapshot,
    in this process or in another: it can be pickled. It raises LogUnavailable.
    """

    where: str
    origin: str
    beside: VerifierKey | None
    snapshot: Callable[[], Snapshot]
