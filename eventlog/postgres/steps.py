"""The steps that make a log in a database. A released step is never edited; a change is a new step
at the end of `STEPS`."""

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
    CHECKPOINTS,
    CLAIMS,
    DRAFTS,
    EVENTS,
    FINGERPRINTS,
    HASH_PARTITIONS,
    HEAD,
    INTERVIEWS,
    LOG,
    NODES,
    SCRUBS,
    STARTERS,
    WORDS,
)

STEPS: Final = (
    (
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
)
"""(name, statements) of each step, in order."""
