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

    __hash__ = str.__hash__  # an Enum's own is written in Python, and states are looked up often
