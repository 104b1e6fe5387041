"""Copying a whole log from one storage to another: each event to the byte, with its place, its
evidence, the checkpoints and the log's id, so that every proof and checkpoint of the one holds for
the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from eventlog import stored, tree
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted
from eventlog.records import Record
from eventlog.tree import Frontier
from eventlog.verification.snapshot import Snapshot

T = TypeVar("T")

BATCH = 2_000
"""How many events are copied at a time."""

Progress = Callable[[int, int], None]
"""Told how many events are copied, and of how many."""


class SourceMoment(Snapshot, Protocol):
    """A log as it is at one moment, with what no check looks at."""

    def clock(self) -> str | None: ...

    def drafts(self) -> list[ReplyDraft]: ...


@dataclass(frozen=True)
class Source:
    """The log to copy: its id, its key's file, and what opens it at one moment."""

    where: str
    log_id: str
    key: Path
    moment: Callable[[], SourceMoment]


class Filling(Protocol):
    """A log that is being filled. Nothing of it stays unless all of it is whole."""

    def add(self, before: Frontier, records: Sequence[Record]) -> None:
        """Append the records to the tree `before` them."""
        ...

    def add_checkpoints(self, seals: Sequence[tuple[int, str]]) -> None: ...

    def add_beside(self, clock: str | None, drafts: Sequence[ReplyDraft]) -> None:
        """What stands beside the events: the clock's last time, and replies under way."""
        ...

    def add_read_models(self) -> None:
        """Make the list of interviews and the fingerprints from the events. Raises
        LogCorrupted or UnreadableEvent."""
        ...


@dataclass(frozen=True)
class Target:
    """Where the copy goes. `key` gives the file of the key of a log with this id, and `fill` a log
    with the id: it is kept when its block ends, and is as it was before if that raises. It raises
    LogNotOpened where a log is there already."""

    where: str
    key: Callable[[str], Path]
    fill: Callable[[str], AbstractContextManager[Filling]]


@dataclass(frozen=True)
class Copied:
    """How many events were copied, and the root of the tree over them."""

    events: int
    root: bytes
    checkpoints: int


def copy_log(
    source: SourceMoment, filling: Filling, progress: Progress = lambda done, of: None
) -> Copied:
    """Copy the log as it is at this moment. Raises LogCorrupted where it is not whole, or
    LogUnavailable."""
    head = source.begin()
    frontier = Frontier()
    for start in range(0, head, BATCH):
        records = _read(source, partial(_batch, start=start, head=head))
        filling.add(frontier, records)
        frontier = frontier.plus(record.leaf for record in records)
        progress(frontier.size, head)
    root = frontier.root()
    if root != _read(source, lambda log: tree.root(head, log.node)):
        raise LogCorrupted("the log's tree is not that of its events")
    seals = _read(source, lambda log: list(log.seals()))
    filling.add_checkpoints(seals)
    filling.add_read_models()
    filling.add_beside(*_read(source, lambda log: (log.clock(), log.drafts())))
    return Copied(head, root, len(seals))


def _batch(source: SourceMoment, start: int, head: int) -> list[Record]:
    return list(_records(source, start, head))


def _records(source: SourceMoment, start: int, head: int) -> Iterator[Record]:
    stop = min(start + BATCH, head)
    due = start
    rows = (row._asdict() for row in source.rows(start, stop))
    said = ({**row, "payload": row["payload"] and row["payload"].decode()} for row in rows)
    for record in stored.records(said):
        if record.position != due or not record.is_as_logged:
            raise LogCorrupted(f"event {due} is not as it was logged")
        due += 1
        yield record
    if due != stop:
        raise LogCorrupted(f"event {due} is missing from the log")


def _read(source: SourceMoment, read: Callable[[SourceMoment], T]) -> T:
    result, findings = source.do(lambda _, __: (read(source),))
    for finding in findings:
        raise LogCorrupted(f"the log cannot be copied: {finding.message}")
    assert result is not None, "without a finding there is a result"
    return result[0]
