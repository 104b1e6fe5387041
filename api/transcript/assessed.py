"""The place of the assessments, between the summary and the conversation."""

from collections.abc import Iterator

from api.transcript.blocks import Section
from api.transcript.document import Transcript


def assessments(_transcript: Transcript) -> Iterator[Section]:
    """A section of level 2 for each assessment, and below it one of level 3 for each criterion.

    The log holds no assessments yet.
    """
    yield from ()
