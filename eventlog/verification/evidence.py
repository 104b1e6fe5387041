"""The evidence: positions without gaps, every commitment and leaf, and the tree over them."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

from eventlog.records import SALT_BYTES
from eventlog.times import is_time
from eventlog.verification.findings import Check, Findings
from eventlog.verification.rows import Row
from eventlog.verification.snapshot import Snapshot

RANGE_LEVEL = 13
RANGE = 1 << RANGE_LEVEL
"""How many events are checked in one go: a complete subtree."""

Leaves = list[bytes | None]
"""Leaves as they are stored, or nodes over them; None where an event is missing."""


def check_range(snapshot: Snapshot, start: int, head: int, findings: Findings) -> list[Row]:
    """The events from `start`, a multiple of RANGE, up to the next one; each is checked, and so
    is the tree over them."""
    stop = min(start + RANGE, head)
    rows = list(snapshot.rows(start, stop))
    leaves: Leaves | None = [row.leaf for row in rows] if len(rows) == stop - start else None
    for row in rows:
        _check_row(row, findings)
    _check_nodes(snapshot, start, leaves or _with_gaps(rows, start, stop, findings), findings)
    return rows


def _check_row(row: Row, findings: Findings) -> None:
    position, interview_id, version, kind, schema_version, time, payload, salt, commitment, leaf = (
        row
    )
    if payload is not None and (
        salt is None or len(salt) != SALT_BYTES or sha256(salt + payload).digest() != commitment
    ):
        findings.add_at(
            row,
            Check.COMMITMENT,
            "its words are not those that were logged: they do not give its commitment",
        )
    elif payload is None and salt is not None:
        findings.add_at(row, Check.FORGETTING, "its words are gone, and their salt is still there")
    # The canonical JSON of `records.leaf_hash`, written out: this runs a million times.
    metadata = (
        f'\x00{{"commitment":"{commitment.hex()}","interviewId":"{interview_id}",'
        f'"kind":"{kind}","position":{position},"schemaVersion":{schema_version},'
        f'"time":"{time}","version":{version}}}'
    )
    if sha256(metadata.encode()).digest() != leaf:
        findings.add_at(
            row,
            Check.LEAF,
            "its time, kind, place or commitment is not what was logged: they do not give its leaf",
        )
    elif not is_time(time):
        findings.add_at(row, Check.RULES, "its time is none")


def _with_gaps(rows: Sequence[Row], start: int, stop: int, findings: Findings) -> Leaves:
    """The leaves of `rows`, with None for each event that is missing among them."""
    leaves: Leaves = []
    due = start
    for row in rows:
        if row.position > due:
            _report_gap(due, row.position, findings)
        leaves += [*[None] * (row.position - due), row.leaf]
        due = row.position + 1
    if due < stop:
        _report_gap(due, stop, findings)
    return leaves + [None] * (stop - due)


def _report_gap(start: int, stop: int, findings: Findings) -> None:
    missing = "it is" if stop == start + 1 else f"it and all up to event {stop - 1} are"
    findings.add(Check.POSITIONS, f"{missing} missing from the log", position=start)


def _check_nodes(snapshot: Snapshot, start: int, leaves: Leaves, findings: Findings) -> None:
    """The nodes that the range's leaves complete, up to the one over all of it."""
    level, hashes = 0, leaves
    while len(hashes) > 1:
        level, hashes = level + 1, _parents(hashes)
        _compare(snapshot, level, start >> level, hashes, findings)


def _parents(hashes: Leaves) -> Leaves:
    # `tree.parent`, written out: this runs a million times. The last one may wait for its other.
    return [
        None if left is None or right is None else sha256(b"\x01" + left + right).digest()
        for left, right in zip(hashes[::2], hashes[1::2], strict=False)
    ]


def _compare(
    snapshot: Snapshot, level: int, first: int, expected: Sequence[bytes | None], findings: Findings
) -> None:
    """Whether the nodes of `level` from `first` on are the `expected` ones."""
    nodes = snapshot.nodes(level, first, first + len(expected))
    if [hash for _, hash in nodes] == expected:
        return
    stored = dict(nodes)
    for index, hash in enumerate(expected, start=first):
        if hash is not None and stored.get(index) != hash:
            what = "is not the hash of the two below it" if index in stored else "is missing"
            findings.add(
                Check.TREE,
                f"the tree's node {index} of level {level}, over events {index << level} to "
                f"{((index + 1) << level) - 1}, {what}",
                position=index << level,
            )


def check_upper_tree(snapshot: Snapshot, head: int, findings: Findings) -> None:
    """The tree above the ranges, and that nothing is stored that is of no tree."""
    for below, level in pairwise(range(RANGE_LEVEL, head.bit_length())):
        hashes = dict(snapshot.nodes(below, 0, head >> below))
        expected = _parents([hashes.get(n) for n in range(head >> below)])
        _compare(snapshot, level, 0, expected, findings)
    for level, index in snapshot.stray_nodes(head):
        findings.add(
            Check.TREE,
            f"the tree's node {index} of level {level} is over events that the log does not hold",
            position=head if level > 0 and index >= 0 else None,
        )
    for position in snapshot.stray_events(head):
        message = f"no event can have this place: the log has those below {head}"
        findings.add(Check.POSITIONS, message, position=position)
