"""When the words of a recording are said."""

from enum import StrEnum


class Pace(StrEnum):
    """When the recorded words are said: after the time they once took, or at once."""

    RECORDED = "recorded"
    INSTANT = "instant"
