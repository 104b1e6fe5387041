"""What a candidate's words can be to an interviewer who listens."""

from enum import StrEnum


class Said(StrEnum):
    ANSWER = "answer"
    BRIEF = "brief"
    REPEAT = "repeat"
    EXPLAIN = "explain"
    UNKNOWN = "unknown"
    SKIP = "skip"
    STOP = "stop"
    PAUSE = "pause"
    READY = "ready"
    PERSONAL = "personal"
    NOISE = "noise"
    FOREIGN = "foreign"


class Part(StrEnum):
    OWN_PART = "own-part"
    EVIDENCE = "evidence"
    OUTCOME = "outcome"


GOES_ON = frozenset((Said.ANSWER, Said.UNKNOWN, Said.SKIP))
"""After these the next question follows, unless a follow-up asks for more."""
