"""The interviews: each one's events in order and legal, its words gone where they were
forgotten, and the read models equal to what its events make of them.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, NamedTuple

from pydantic import ValidationError

from eventlog.codec import decode
from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.keychanges import LOG_STREAM
from eventlog.readmodels import overview
from eventlog.verification.compactfold import CompactFold, Fingerprint
from eventlog.verification.findings import Check, Findings
from eventlog.verification.rows import Row
from eventlog.verification.snapshot import Snapshot
from eventlog.verification.standins import stand_ins
from statemachine.errors import InterviewError
from statemachine.events import (
    KIND_OF,
    OUTLIVES_FORGETTING,
    ContentForgotten,
    Event,
    InterviewStarted,
    SessionAdopted,
)
from statemachine.interview import Interview, forgotten_interview
from statemachine.machine import why_not
from statemachine.rules import target
from statemachine.session import Config

FORGOTTEN = KIND_OF[ContentForgotten]


class Amounts(NamedTuple):
    """How much the interviews hold."""

    interviews: int = 0
    events: int = 0

    def plus(self, more: "Amounts") -> "Amounts":
        return Amounts(self.interviews + more.interviews, self.events + more.events)


def check_begun(
    snapshot: Snapshot, rows: Sequence[Row], start: int, stop: int, findings: Findings
) -> Amounts:
    """Check the interviews that begin among `rows`, which are those from position `start` up to
    `stop`, to their ends."""
    stored = _ReadModels(snapshot, start, stop)
    # Their words are not the logged ones: they tell nothing that the read models can be held to.
    changed = findings.interviews
    amounts = Amounts()
    for history in _histories(snapshot, rows):
        first = history[0]
        row = stored.overviews.pop(first.interview_id, None)
        fingerprints = stored.fingerprints.pop(first.position, [])
        interview = _fold_or_recall(history, findings)
        if interview is not None and first.interview_id not in changed:
            _check_overview(snapshot, interview, history, row, findings)
            _check_fingerprints(interview, history, fingerprints, findings)
        amounts = amounts.plus(Amounts(1, len(history)))
    stored.report_left(findings)
    return amounts


class _ReadModels:
    """The read models' rows of the interviews that begin from position `start` up to `stop`."""

    def __init__(self, snapshot: Snapshot, start: float, stop: float) -> None:
        self.overviews = {row[0]: row for row in snapshot.listed(start, stop)}
        self.fingerprints: dict[int, list[Fingerprint]] = {}
        for first, fingerprint, version in snapshot.fingerprints(start, stop):
            self.fingerprints.setdefault(first, []).append((fingerprint, version))

    def report_left(self, findings: Findings) -> None:
        """Whatever was not taken out belongs to no interview that begins here."""
        for id in self.overviews:
            message = "it is in the list of interviews, and does not begin where the list says"
            findings.add(Check.READ_MODELS, message, interview_id=id)
        for first in self.fingerprints:
            message = f"there are fingerprints of an interview that would begin at event {first}"
            findings.add(Check.READ_MODELS, message)


def _histories(snapshot: Snapshot, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """All the events of each interview that begins among `rows`, in order."""
    begun: dict[str, list[Row]] = {}
    for row in rows:
        if row.interview_id == LOG_STREAM:
            continue  # the log's own events are no interview
        if row.version == 1:
            begun[row.interview_id] = [row]
        elif row.interview_id in begun:
            begun[row.interview_id].append(row)
    for id, history in begun.items():
        if history[-1].version == len(history):
            yield [*history, *snapshot.rows_of(id, after=len(history))]
        else:  # something is out of place
            yield list(snapshot.rows_of(id))


def _fold_or_recall(history: Sequence[Row], findings: Findings) -> CompactFold | Interview | None:
    """The interview that the events make; None if they make none."""
    if not _check_order(history, findings):
        return None
    is_forgotten = any(row.kind == FORGOTTEN for row in history)
    return (_recall if is_forgotten else _fold)(history, findings)


def _check_order(history: Sequence[Row], findings: Findings) -> bool:
    """Whether the versions count from 1 and the positions rise with them."""
    position = -1
    for due, row in enumerate(history, start=1):
        if row.version != due:
            message = f"version {due} is missing from the interview"
        elif row.position <= position:
            message = "it is placed before the event that it follows"
        else:
            position = row.position
            continue
        findings.add_at(row, Check.POSITIONS, message)
        return False
    return True


def _fold(history: Sequence[Row], findings: Findings) -> CompactFold | None:
    """The interview that the events make; None if one of them is invalid."""
    fold: CompactFold | None = None
    for row in history:
        if row.payload is None:
            findings.add_at(row, Check.FORGETTING, "its words are gone, and nobody forgot them")
            return None
        try:
            event = decode(row.kind, row.schema_version, row.payload)
            fold = fold or _initial(event)
            if not _take(fold, event, row, findings):
                return None
        except (UnreadableEvent, LogCorrupted, InterviewError) as error:
            findings.add_at(row, Check.RULES, f"it is no event that can be: {error}")
            return None
    return fold


def _take(fold: CompactFold, event: Event, row: Row, findings: Findings) -> bool:
    """Take the event of `row`, if the rules allow it."""
    state = target(fold, event)
    if state is None:
        findings.add_at(row, Check.RULES, f"the rules forbid it: {why_not(fold, event)}")
        return False
    fold.take(event, state)
    return True


def _initial(event: Event) -> CompactFold:
    match event:
        case InterviewStarted():
            return CompactFold(event.config)
        case SessionAdopted():
            return CompactFold(event.session.config)
        case _:
            raise InterviewError("an interview begins by being started or adopted")


def _recall(history: Sequence[Row], findings: Findings) -> Interview | None:
    """What is left of a forgotten interview, whose words must be gone; None where what is told
    of it cannot be."""
    *before, last = history
    if last.kind != FORGOTTEN:
        findings.add_at(last, Check.RULES, "something follows after its words were forgotten")
        return None
    for row in before:
        stays = row.kind in OUTLIVES_FORGETTING
        if stays and row.payload is None:
            findings.add_at(row, Check.FORGETTING, "it is no words of the interview, and is gone")
            return None
        if not stays and row.payload is not None:
            message = f"its words are still there, though version {last.version} forgot them"
            findings.add_at(row, Check.FORGETTING, message)
    try:
        told = decode(last.kind, last.schema_version, last.payload or b"")
        assert isinstance(told, ContentForgotten)
        fold = CompactFold(Config(role=told.role, total_questions=told.total_questions))
        for row, event in zip(history, stand_ins(before, told, fold), strict=False):
            if not _take(fold, event, row, findings):
                return None
    except (UnreadableEvent, LogCorrupted, InterviewError, ValidationError) as error:
        findings.add_at(last, Check.RULES, f"it is no event that can be: {error}")
        return None
    return forgotten_interview(told, id=last.interview_id, version=last.version)


def _check_overview(
    snapshot: Snapshot,
    interview: CompactFold | Interview,
    history: Sequence[Row],
    stored: tuple[Any, ...] | None,
    findings: Findings,
) -> None:
    first, last = history[0], history[-1]
    current = interview.current_fingerprint if isinstance(interview, CompactFold) else None
    row = overview(interview, last.interview_id, first.position, first.time, last.time)
    expected = snapshot.as_listed(row, current)
    if stored is not None and isinstance(interview, Interview) and interview.brief is None:
        # A gateway of an older release forgets neither of these, and does not tell of them.
        found = dict(zip(expected, stored, strict=True))
        expected |= {name: found[name] for name in ("kit", "practice")}
    if stored == tuple(expected.values()):
        return
    if stored is None:
        message = "it is missing from the list of interviews"
    else:
        wrong = [
            f"{name} is {_shown(found)}, and by its events {_shown(value)}"
            for (name, value), found in zip(expected.items(), stored, strict=True)
            if found != value
        ]
        message = f"in the list of interviews, {'; '.join(wrong)}"
    findings.add(Check.READ_MODELS, message, interview_id=first.interview_id)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()[:16]
    return repr(str(value) if isinstance(value, str) else value)[:60]  # a state is a word


def _check_fingerprints(
    interview: CompactFold | Interview,
    history: Sequence[Row],
    stored: Sequence[Fingerprint],
    findings: Findings,
) -> None:
    expected = interview.fingerprints if isinstance(interview, CompactFold) else []
    if sorted(stored) == sorted(expected):
        return
    for fingerprint, version in {*expected} ^ {*stored}:
        what = "is missing" if (fingerprint, version) in expected else "is of no session or move"
        findings.add(
            Check.READ_MODELS,
            f"a fingerprint of its version {version} {what}",
            interview_id=history[0].interview_id,
        )


def check_totals(
    snapshot: Snapshot, head: int, events: int, totals: Amounts, findings: Findings
) -> None:
    """Whether the log, with so many `events` of interviews, holds no more than these together."""
    if events != totals.events:
        for id, position in snapshot.headless():
            message = "the interview has no version 1"
            findings.add(Check.POSITIONS, message, position=position, interview_id=id)
    for bounds in ((-inf, 0), (head, inf)):
        _ReadModels(snapshot, *bounds).report_left(findings)
