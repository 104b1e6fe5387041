"""The condition of a service: more than whether it answers its probe."""

from dataclasses import dataclass
from enum import StrEnum

from backends.circuit import Circuit
from backends.health import ServiceStatus
from statemachine.durations import duration_text


class ServiceState(StrEnum):
    """What can be expected of a service now."""

    UP = "up"
    LOADING = "loading"
    """Its model is on the way into memory."""
    BUSY = "busy"
    """It answers, but too slowly for a reply."""
    DOWN = "down"


@dataclass(frozen=True)
class Condition:
    """A service's state, and why it is so, for a person."""

    state: ServiceState
    detail: str | None = None


@dataclass(frozen=True)
class Loading:
    """A model that is being loaded, and for how many seconds."""

    model: str
    seconds: float

    def __str__(self) -> str:
        return f"Loading {self.model}, for {duration_text(self.seconds * 1000)} so far"


def condition_of(
    status: ServiceStatus, circuit: Circuit | None, loading: Loading | None, patience: float
) -> Condition:
    """The condition of a service for somebody who waits `patience` seconds for a reply. `circuit`
    is there if it can speak for the interviewer."""
    if not status.online:
        return Condition(ServiceState.DOWN, status.error)
    if loading is not None:
        return Condition(ServiceState.LOADING, str(loading))
    detail = circuit.detail(patience) if circuit else None
    if circuit is None or detail is None:
        return Condition(ServiceState.UP)
    is_down = circuit.is_failing or circuit.is_held_open
    return Condition(ServiceState.DOWN if is_down else ServiceState.BUSY, detail)
