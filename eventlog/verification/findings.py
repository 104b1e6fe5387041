"""Findings: each error in a log, and where it is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from eventlog.verification.rows import Row

MAX_FINDINGS = 1_000
"""How many findings of one kind are kept in a part of the log: enough to see what happened."""


class Check(StrEnum):
    """The check that made a finding."""

    POSITIONS = "positions"
    COMMITMENT = "commitment"
    LEAF = "leaf"
    TREE = "tree"
    CHECKPOINT = "checkpoint"
    RULES = "rules"
    FORGETTING = "forgetting"
    READ_MODELS = "read models"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it was logged. `position` is the first event that it touches,
    None where no event is touched (a read model, the file)."""

    check: Check
    message: str
    position: int | None = None
    interview_id: str | None = None
    version: int | None = None

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        parts = [f"event {self.position}"] if self.position is not None else []
        if self.interview_id is not None:
            parts.append(f"interview {self.interview_id}")
        if self.version is not None:
            parts.append(f"version {self.version}")
        return ", ".join(parts) or "the log"


@dataclass
class Findings:
    """Collects findings, and counts those that are too many to keep."""

    kept: list[Finding] = field(default_factory=list)
    left_out: int = 0
    _counts: Counter[Check] = field(default_factory=Counter)

    def add(
        self,
        check: Check,
        message: str,
        *,
        position: int | None = None,
        interview_id: str | None = None,
    ) -> None:
        self.extend(
            [Finding(check=check, message=message, position=position, interview_id=interview_id)]
        )

    def add_at(self, row: Row, check: Check, message: str) -> None:
        """Something about the event in `row`."""
        self.extend(
            [
                Finding(
                    check=check,
                    message=message,
                    position=row.position,
                    interview_id=row.interview_id,
                    version=row.version,
                )
            ]
        )

    def extend(self, found: Iterable[Finding]) -> None:
        for finding in found:
            if self._counts[finding.check] < MAX_FINDINGS:
                self._counts[finding.check] += 1
                self.kept.append(finding)
            else:
                self.left_out += 1

    @property
    def interviews(self) -> set[str | None]:
        """The interviews in which something was found."""
        return {finding.interview_id for finding in self.kept}

    def merge(self, others: "Findings") -> None:
        self.extend(others.kept)
        self.left_out += others.left_out

    def __iter__(self) -> Iterator[Finding]:
        """The findings in the order of the log; those of no event last."""
        at_the_end = float("inf")
        return iter(
            sorted(self.kept, key=lambda f: f.position if f.position is not None else at_the_end)
        )
