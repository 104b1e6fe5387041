"""The steps that make a log in a database. A released step is never edited; a change is a new step
at the end of `STEPS`.

A release is rolled out while gateways of the one before it run, and perhaps restart. So each step
says which step a gateway must know to go on with the log. A column with a default, a table or an
index can be added beneath older gateways. A column that they use can be dropped only when a release
is everywhere that does not use it: then the step needs that release's newest step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eventlog.postgres.guards import (
    CHECKPOINTS_ONLY_FOLLOW,
    EVENTS_ONLY_FOLLOW,
    FORGET_WORDS,
    ID_STAYS,
    MAKE_ROOM,
    REWRITE_SCRUBBED,
    STAY,
    WORDS_ARE_ONLY_FORGOTTEN,
    WORDS_COME_WITH_EVENTS,
)
from eventlog.postgres.tables import (
    ADOPTED,
    BRIEFS,
    CHECKPOINTS,
    CLAIMS,
    DRAFTS,
    EVENTS,
    FINGERPRINTS,
    HASH_PARTITIONS,
    HEAD,
    INTERVIEWS,
    LOG,
    NEEDS,
    NODES,
    SCRUBS,
    STARTERS,
    WORDS,
)


@dataclass(frozen=True)
class Step:
    """What a release changes. After it, the log can be used by gateways that know the step `needs`:
    this one, or an earlier one if they need not know what it changes."""

    name: str
    needs: str
    statements: tuple[str, ...]


STEPS: Final = (
    Step(
        "s001_log",
        "s001_log",
        (
            LOG,
            HEAD,
            EVENTS,
            WORDS,
            NODES,
            CHECKPOINTS,
            INTERVIEWS,
            STARTERS,
            FINGERPRINTS,
            HASH_PARTITIONS,
            DRAFTS,
            CLAIMS,
            SCRUBS,
            STAY,
            ID_STAYS,
            EVENTS_ONLY_FOLLOW,
            WORDS_COME_WITH_EVENTS,
            WORDS_ARE_ONLY_FORGOTTEN,
            CHECKPOINTS_ONLY_FOLLOW,
            MAKE_ROOM,
            FORGET_WORDS,
            REWRITE_SCRUBBED,
        ),
    ),
    Step("s002_needs", "s001_log", (NEEDS,)),
    Step("s003_briefs", "s001_log", (BRIEFS,)),
    Step("s004_adopted", "s001_log", (ADOPTED,)),
)


def names_of(steps: Sequence[Step]) -> set[str]:
    return {step.name for step in steps}


def needs_of(steps: Sequence[Step]) -> str:
    """The step that a gateway must know to use a log that has taken all these."""
    return max(step.needs for step in steps)
