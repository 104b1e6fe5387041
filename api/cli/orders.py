"""A person's order about an interview (hold, release, forget), and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eventlog.records import Record

Action = Literal["hold", "release", "forget"]

OVERWRITTEN = "The words are overwritten in the log's files."


@dataclass(frozen=True)
class Outcome:
    """The result for a person: what else was done, and what is left to do."""

    done: str = ""
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Order:
    """What is to be done to which interview, and why; `first` is its first event."""

    action: Action
    interview_id: str
    reason: str
    first: Record


def forgotten_outcome(left: str | None, forks: Sequence[str]) -> Outcome:
    """The outcome of a forgetting: why words are `left` in the files, and which interviews hold a
    copy."""
    notes = [
        f"Interview {fork} began with a session of it and holds words of it still."
        for fork in forks
    ]
    return Outcome(done="" if left else OVERWRITTEN, left=[*filter(None, [left]), *notes])
