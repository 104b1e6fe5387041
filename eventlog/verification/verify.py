"""Checking a whole log, as it is at one moment, beside the gateway that writes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from eventlog.notes import VerifierKey
from eventlog.verification.checkpoints import CheckpointCheck, Coverage, Kept, root_of
from eventlog.verification.evidence import RANGE, check_range, check_upper_tree
from eventlog.verification.findings import Finding, Findings
from eventlog.verification.interviews import Amounts, check_begun, check_totals
from eventlog.verification.signatures import (
    Signatures,
    SigningKey,
    TrustedKeys,
    check_log_stream,
)
from eventlog.verification.snapshot import Snapshot, StoredLog, Task
from eventlog.verification.workers import LONG, Workers, workers

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of checking a log.

    `holds` means that the log is consistent. It shows that nobody changed an event only if a
    kept checkpoint covers that event. Somebody who has the file can rewrite or cut off the others.

    `root` is the tree's over all `events`, None where the tree is not whole; `keys` are those that
    signatures were checked with. `findings` are in the order of the log; `left_out` counts those
    too many to list.
    """

    origin: str
    events: int
    interviews: int
    root: bytes | None
    coverage: Coverage
    keys: tuple[SigningKey, ...]
    findings: tuple[Finding, ...]
    left_out: int

    @property
    def holds(self) -> bool:
        return not self.findings

    @property
    def uncovered(self) -> int:
        """How many events no checkpoint covers."""
        return max(0, self.events - max(self.coverage.kept, self.coverage.sealed))

    @property
    def first(self) -> int | None:
        """The first event that something was found at."""
        places = (finding.position for finding in self.findings)
        return min((place for place in places if place is not None), default=None)


def verify(
    log: StoredLog,
    *,
    keys: Sequence[VerifierKey] = (),
    kept: Sequence[Kept] = (),
    progress: Progress = lambda done, of: None,
    long: int = LONG,
) -> Report:
    """Check all of `log`, and whether it holds what the `kept` checkpoints cover.

    Signatures are checked with the `keys` that the auditor gave, else with the one `beside` the
    log, and with those that the log itself tells of. Where there are none, no signature is checked.

    A log of `long` events or more is shared out to two processes. Raises LogUnavailable.
    """
    findings = Findings()
    trusted = TrustedKeys(tuple(keys), log.beside)
    with workers(log.snapshot, long=long) as found:
        events, totals = _check_all(found, findings, progress)
        checks = partial(_check_whole, found.head, log.origin, trusted, kept, events, totals)
        [(whole, more)] = found.do_all([checks])
        findings.merge(more)
        head = found.head
    root, coverage, signing_keys = whole or (None, Coverage(), ())
    return Report(
        origin=log.origin,
        events=head,
        interviews=totals.interviews,
        root=root,
        coverage=coverage,
        keys=signing_keys,
        findings=tuple(findings),
        left_out=findings.left_out,
    )


def _check_all(workers: Workers, findings: Findings, progress: Progress) -> tuple[int, Amounts]:
    """Each event by itself and in its interview: how many there are, and what they amount to."""
    events, totals = 0, Amounts()
    # What takes longest comes first: one lane does it, beside what the other does.
    tasks: list[Task[tuple[int, Amounts]]] = [_check_file]
    tasks += [partial(_check_part, workers.head, start) for start in range(0, workers.head, RANGE)]
    for result, found in workers.do_all(tasks):
        findings.merge(found)
        part, amounts = result or (0, Amounts())
        events, totals = events + part, totals.plus(amounts)
        if part:
            progress(events, workers.head)
    return events, totals


# What a process is given to do must be a function that it finds by its name, its arguments before
# those that the snapshot adds.


def _check_file(snapshot: Snapshot, findings: Findings) -> tuple[int, Amounts]:
    snapshot.check_integrity(findings)
    return 0, Amounts()


def _check_part(
    head: int, start: int, snapshot: Snapshot, findings: Findings
) -> tuple[int, Amounts]:
    rows = check_range(snapshot, start, head, findings)
    return len(rows), check_begun(snapshot, rows, start, min(start + RANGE, head), findings)


def _check_whole(
    head: int,
    origin: str,
    trusted: TrustedKeys,
    kept: Sequence[Kept],
    events: int,
    totals: Amounts,
    snapshot: Snapshot,
    findings: Findings,
) -> tuple[bytes | None, Coverage, tuple[SigningKey, ...]]:
    """Check what only the whole log shows: schema, top of the tree, totals, checkpoints."""
    snapshot.check_schema(findings)
    check_upper_tree(snapshot, head, findings)
    changes, own = check_log_stream(snapshot, origin, findings)
    check_totals(snapshot, head, events - own, totals, findings)
    signatures = Signatures(trusted, changes)
    coverage = CheckpointCheck(snapshot, head, origin, signatures, findings).cover(kept)
    return root_of(snapshot, head), coverage, signatures.signing_keys()
