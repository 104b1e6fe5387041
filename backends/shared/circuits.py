"""Circuits that all gateways of a log have in common: what opens one opens it for all, and one
gateway tries whether it closes."""

from collections.abc import Mapping
from functools import partial
from uuid import uuid4

from backends.circuit import Circuit, CircuitRecord
from backends.shared.board import Board, Found, Value

KEPT_SECONDS = 120.0
"""How long the board keeps what is known of a backend, if no gateway tells it again."""

TOLD_AGAIN_SECONDS = 60.0

TRIAL_SECONDS = 0.1
"""How long a request waits to know whether it is the one that tries a backend again."""


class _Told(CircuitRecord):
    """A record, and which one it is."""

    id: str


class SharedCircuits:
    """Keeps these circuits, by the names of their backends, like those of the other gateways."""

    def __init__(self, circuits: Mapping[str, Circuit], board: Board) -> None:
        self._circuits = circuits
        self._board = board
        self._known: dict[str, str] = {}
        """By backend: the id of the record that its circuit agrees with."""
        for name, circuit in circuits.items():
            board.watch(_name(name), KEPT_SECONDS, partial(self._take, name))
            circuit.on_change = partial(self._tell, name)

    async def may_try(self, backend: str) -> bool:
        """Whether the trial of this backend, which has begun here, is the only one."""
        circuit = self._circuits[backend]
        return await self._board.has_duty(
            f"trial-of-{backend}", lambda: circuit.is_on_trial, TRIAL_SECONDS
        )

    def _tell(self, name: str) -> None:
        self._known[name] = uuid4().hex
        self._put(name)

    def _put(self, name: str) -> None:
        self._board.put(_name(name), partial(self._told, name))

    def _told(self, name: str) -> Value:
        record = self._circuits[name].record()
        return {**record.model_dump(), "id": self._known.setdefault(name, uuid4().hex)}

    def _take(self, name: str, found: Found | None) -> None:
        circuit = self._circuits[name]
        if found is not None:
            told = _Told.model_validate(found.value)
            if told.id != self._known.get(name):
                circuit.adopt(told, found.age)
                self._known[name] = told.id
        if (found is None or found.age > TOLD_AGAIN_SECONDS) and circuit.is_worth_telling:
            self._put(name)


def _name(backend: str) -> str:
    return f"circuit:{backend}"
