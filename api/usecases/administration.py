"""What an administrator does: look at how the gateway runs, and change it.

Each change is logged as a warning, with the subject of who made it. It holds until the process
ends: what is to stay is a setting.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.usecases.callers import Caller
from api.usecases.custody import Custody
from api.usecases.draining import Drain
from api.usecases.errors import NotLoadable, ServiceUnavailable, UnknownBackend
from backends.circuit import Circuit, CircuitState
from backends.errors import BackendError
from backends.health import HealthMonitor
from backends.modelcard import Model
from backends.models import ModelCatalogue
from backends.services import OLLAMA
from eventlog.notes import Checkpoint
from eventlog.protocol import EventLog

logger = logging.getLogger(__name__)

WITHIN_SECONDS = 0.4
"""How long the very first answers may wait for the lists of models."""


@dataclass(frozen=True)
class CircuitGlance:
    """The circuit of a backend, for somebody who waits for one answer."""

    backend: str
    state: CircuitState
    by_hand: bool
    detail: str | None


@dataclass(frozen=True)
class LogGlance:
    """The log: its events, the bytes of its files (None without any), how many events the newest
    checkpoint in it covers, and after how many erasures words may still be in the files' bytes."""

    where: str
    events: int
    size: int | None
    sealed: int
    scrubs_due: int


class Administration:
    """Looks at the gateway's parts, and changes them in the name of a caller. `patience` is for how
    many seconds somebody waits for one answer."""

    def __init__(
        self,
        log: EventLog,
        circuits: Mapping[str, Circuit],
        catalogue: ModelCatalogue,
        health: HealthMonitor,
        custody: Custody,
        drain: Drain,
        patience: float,
    ) -> None:
        self._log = log
        self._circuits = circuits
        self._catalogue = catalogue
        self._health = health
        self._custody = custody
        self._drain = drain
        self._patience = patience

    # The backends

    def circuits(self) -> list[CircuitGlance]:
        """The circuits, in the order in which the backends are asked."""
        return [self._glance(backend) for backend in self._circuits]

    def open_circuit(self, backend: str, caller: Caller) -> CircuitGlance:
        """Let nobody ask this backend until its circuit is closed. What it is saying, it finishes.
        Raises UnknownBackend."""
        self._circuit(backend).hold_open()
        note(caller, "opened the circuit of %s", backend)
        return self._glance(backend)

    def close_circuit(self, backend: str, caller: Caller) -> CircuitGlance:
        """Let it be asked again, whatever it did lately. Raises UnknownBackend."""
        self._circuit(backend).reset()
        note(caller, "closed the circuit of %s", backend)
        return self._glance(backend)

    async def probe(self, caller: Caller) -> None:
        """Look now which services are up, and which models they have."""
        note(caller, "had the services probed")
        await self._health.probe_now()
        self._catalogue.fetch_now()

    # The models

    async def models(self) -> list[Model]:
        """Those that can be loaded and unloaded, with their states."""
        loadable = set(await self._loadable())
        return [model for model in self._catalogue.listed() if model.id in loadable]

    async def load(self, model_id: str, caller: Caller) -> Model:
        """Begin to load a model into memory. Raises NotLoadable."""
        model_id = await self._own(model_id)
        self._catalogue.warm(model_id)
        note(caller, "had the model %s loaded", model_id)
        return self._card(model_id)

    async def unload(self, model_id: str, caller: Caller) -> Model:
        """Take a model out of memory. Raises NotLoadable or ServiceUnavailable."""
        model_id = await self._own(model_id)
        note(caller, "had the model %s unloaded", model_id)
        try:
            await self._catalogue.unload(model_id)
        except BackendError as error:
            raise ServiceUnavailable(OLLAMA, str(error)) from error
        return self._card(model_id)

    # The log

    async def log(self) -> LogGlance:
        """How large the log is, and what is due in it. Raises LogUnavailable."""
        checkpoints = await self._log.kept_checkpoints()
        return LogGlance(
            self._log.where,
            await self._log.head(),
            await self._log.stored_bytes(),
            Checkpoint.parse(checkpoints[-1]).size if checkpoints else 0,
            await self._log.scrubs_due(),
        )

    async def seal(self, caller: Caller) -> str:
        """Store a signed checkpoint in the log, and return it. Raises LogUnavailable, also as
        NoSigningKey."""
        checkpoint = await self._log.seal()
        note(caller, "stored a checkpoint in the event log")
        return checkpoint

    async def scrub(self, caller: Caller) -> LogGlance:
        """Overwrite what is left of erased words in the log's files, as far as that is possible
        now. Raises LogUnavailable."""
        note(caller, "had erased words overwritten in the event log's files")
        await self._custody.overwrite_what_is_left()
        return await self.log()

    # The drain

    def begin_drain(self, caller: Caller) -> None:
        """Take no more work, as before a stop; but go on running."""
        self._drain.begin()
        note(caller, "began to drain the gateway: it takes no new steps of interviews")

    def end_drain(self, caller: Caller) -> None:
        """Take work again. Raises GatewayStopping."""
        self._drain.end()
        note(caller, "ended the drain: the gateway takes new steps again")

    def _circuit(self, backend: str) -> Circuit:
        circuit = self._circuits.get(backend)
        if circuit is None:
            raise UnknownBackend(backend, list(self._circuits))
        return circuit

    def _glance(self, backend: str) -> CircuitGlance:
        circuit = self._circuits[backend]
        return CircuitGlance(
            backend,
            circuit.state(self._patience),
            circuit.is_held_open,
            circuit.detail(self._patience),
        )

    async def _loadable(self) -> Sequence[str]:
        await self._catalogue.models(WITHIN_SECONDS)  # which waits for the first lists
        return self._catalogue.loadable()

    async def _own(self, model_id: str) -> str:
        """Ollama's own name of the model: "llama3.2" is "llama3.2:latest"."""
        loadable = await self._loadable()
        model = self._catalogue.named(OLLAMA, model_id)
        if model is None or model.id not in loadable:
            raise NotLoadable(model_id, loadable)
        return model.id

    def _card(self, model_id: str) -> Model:
        model = self._catalogue.named(OLLAMA, model_id)
        assert model is not None, "it was there a moment ago, and lists change between awaits only"
        return model


def note(caller: Caller, what: str, *names: str) -> None:
    """Log that this caller did `what`, which has %s for each of the names."""
    # Quoted: a subject may have words of ours in it.
    who = "Somebody on this machine" if caller.subject is None else repr(caller.subject)
    logger.warning(f"%s {what}", who, *names)
