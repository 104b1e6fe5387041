"""The states of an interview."""

from enum import StrEnum


class State(StrEnum):
    """Where an interview stands. `NEW` is before its first event: never stored or shown.
    `FORGOTTEN` is after its words were erased: nothing follows."""

    NEW = "new"
    STARTED = "started"
    QUESTIONING = "questioning"
    COMPLETE = "complete"
    FORGOTTEN = "forgotten"
