"""What a candidate's words can be, and what an answer can lack."""

from enum import StrEnum


class Said(StrEnum):
    """What the words are. `ANSWER` is everything that is not surely something else."""

    ANSWER = "answer"
    BRIEF = "brief"
    """Too short to say anything: "Yes", "ok"."""
    REPEAT = "repeat"
    """The question shall be said again: "Sorry?"."""
    EXPLAIN = "explain"
    """The question shall be put in other words: "What do you mean by that?"."""
    UNKNOWN = "unknown"
    """ "I don't know." """
    SKIP = "skip"
    """ "Next question, please." """
    STOP = "stop"
    """A wish to end the interview."""
    PAUSE = "pause"
    """ "One moment, please." """
    READY = "ready"
    """ "Let's go on", after a pause."""
    PERSONAL = "personal"
    """Something heavy: a death, an illness, fear."""
    NOISE = "noise"
    """No words: "asdf", "....", "🙂"."""
    FOREIGN = "foreign"
    """Another language than the interview's."""


class Part(StrEnum):
    """What a follow-up can ask for."""

    OWN_PART = "own-part"
    """What the candidate did, where only the team is spoken of."""
    EVIDENCE = "evidence"
    """How the candidate knew."""
    OUTCOME = "outcome"
    """What came of it."""
