"""Readers of what a backend writes. `turnreader` is imported when the first backend is asked: with
all that it reads by, it is 24 modules, and took 20 ms of each start.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backends.turn import Turn
from statemachine.session import Session

if TYPE_CHECKING:
    from backends.turnreader import SummaryReader, TurnReader


def turn_reader(turn: Turn, told: Sequence[str] = ()) -> "TurnReader":
    """What reads a backend's words as this turn of the interviewer's, who was `told` directions."""
    from backends.turnreader import TurnReader

    return TurnReader(turn, told=told)


def summary_reader(session: Session, told: Sequence[str]) -> "SummaryReader":
    """What reads a backend's words as a summary of the interview."""
    from backends.turnreader import SummaryReader

    return SummaryReader(session, told=told)
