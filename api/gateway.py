"""The gateway's parts, and the one place that wires them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from api.settings import Settings
from api.transcript.pdf import Typesetter
from api.usecases.administration import Administration
from api.usecases.aside import Aside
from api.usecases.assessing import Assessments
from api.usecases.conductor import Budgets, Conductor
from api.usecases.custody import Custody
from api.usecases.documents import Documents
from api.usecases.draining import Drain
from api.usecases.forwarding import Forwarding
from api.usecases.interviews import Interviews
from api.usecases.kitchoice import KitChoice
from api.usecases.logmonitor import LogMonitor
from api.usecases.modelchoice import ModelChoice
from api.usecases.observing import UNOBSERVED, Observer
from api.usecases.ownership import OwnInterviews
from api.usecases.retention import Retention
from api.usecases.verifier import Verifier
from backends.address import Address
from backends.assessing.assessors import Assessor, Assessors
from backends.chain import Chain
from backends.circuit import CircuitState
from backends.condition import Condition, condition_of
from backends.conversation import ConversationBackend
from backends.granite import GraniteBackend
from backends.health import HealthMonitor, ServiceStatus
from backends.http import Connections, Service
from backends.kits.library import Kits
from backends.loading import ModelLoader
from backends.models import ModelCatalogue
from backends.ollama import OllamaBackend
from backends.pace import Pace
from backends.periodic import keep_running
from backends.services import CONVERSATION, GRANITE, OLLAMA, OPENAI
from backends.shared.board import ALONE, Alone
from backends.templates import Templates
from backends.turn import Backend
from eventlog.errors import EventLogError
from eventlog.protocol import EventLog
from eventlog.times import utc_now

if TYPE_CHECKING:
    from api.usecases.replynews import ReplyNews
    from backends.recording import RecordedInterviewer, Recording
    from backends.shared.redis import RedisBoard  # which most gateways never need

logger = logging.getLogger(__name__)


class _Part(Protocol):
    """A part that works in the background while the gateway runs."""

    async def run(self) -> None: ...


class Gateway:
    """All parts of the gateway, wired together from the settings, a log and the recording to
    play, if any. It lives as long as the application. `observer` follows what it does. `shared` is
    what it has in common with other gateways on the log."""

    def __init__(
        self,
        settings: Settings,
        log: EventLog,
        recording: "Recording | None" = None,
        observer: Observer = UNOBSERVED,
        shared: "RedisBoard | Alone" = ALONE,
    ) -> None:
        urls = settings.service_urls()
        self._connections = Connections(settings.ssl_cert_file)
        self._connections.prepare(urls.values())
        self._reply_seconds = settings.reply_budget_seconds
        self.log = log
        if observer is not UNOBSERVED:
            log.watch_commits(observer)
        self.recording = recording
        self.log_monitor = LogMonitor(log)
        self.shared = shared
        self.health = HealthMonitor(self._connections, urls, board=shared)
        self._loader = ModelLoader(Service(self._connections, urls[OLLAMA]))
        self.catalogue = ModelCatalogue(self._connections, urls, self._loader, board=shared)
        self.model_choice = ModelChoice(self.catalogue)
        self.kits = Kits(settings.kits)
        self.kit_choice = KitChoice(self.kits)
        self.health.on_return = self._refresh_models
        templates = Templates(self.kits)
        backends = self._backends(urls)
        self.chain = Chain(
            backends,
            templates,
            offline_reason=self.health.offline_reason,
            source_of=self.catalogue.source_of,
            recording=_recorded_interviewer(recording, settings.recording_pace),
            observe=observer.asking,
        )
        self.drain = Drain(lambda: self.conductor.replies_under_way + self.assessments.under_way)
        self.conductor = Conductor(
            log,
            self.chain,
            self.model_choice.choose,
            templates.begin,
            now=utc_now,
            budgets=Budgets(
                settings.reply_budget_seconds,
                settings.stream_budget_seconds,
                settings.first_word_seconds,
            ),
            strict=settings.strict_sessions,
            check_role=self.kit_choice.check_role,
            admit=self.drain.admit,
            observer=observer,
            news=self._news(),
        )
        self.typesetter = Typesetter()
        self.assessments = Assessments(
            Interviews(log, utc_now, observer),
            Assessors(
                [backend for backend in backends if isinstance(backend, Assessor)],
                offline_reason=self.health.offline_reason,
                source_of=self.catalogue.source_of,
                circuits=self.chain.circuits,
            ),
            self.kit_choice.of,
            self.model_choice.choose,
            budget=settings.assessment_budget,
            admit=self.drain.admit,
        )
        self.forwarding = Forwarding(self._connections, urls)
        self.documents = Documents()
        self.settings = settings
        self.urls = {name: str(address) for name, address in urls.items()}
        self.interviews = Interviews(log, utc_now)
        self.own_interviews = OwnInterviews(log)
        self.custody = Custody(log, now=utc_now, observer=observer)
        self.verifier = Verifier(log, observer)
        self.administration = Administration(
            log,
            self.chain.circuits,
            self.catalogue,
            self.health,
            self.custody,
            self.drain,
            self._reply_seconds,
        )
        self._in_background: list[_Part] = [
            self.health,
            self.catalogue,
            self.log_monitor,
            self.custody,
        ]
        if not isinstance(shared, Alone):
            from backends.shared.circuits import SharedCircuits

            shared.log_name = self._log_name
            self.chain.may_try = SharedCircuits(self.chain.circuits, shared).may_try
            # First of all: the others ask it whether their work is theirs.
            self._in_background.insert(0, shared)
        if log.claims is not None:
            self._in_background.append(self.conductor)
        if settings.retention_days is not None:
            retention = Retention(
                log,
                self.custody,
                days=settings.retention_days,
                confirmed=settings.retention_clock_confirmed,
                now=utc_now,
            )
            self._in_background.append(retention)
        self.views = Aside()
        self.exports = Aside()
        self._began = monotonic()

    @property
    def uptime_seconds(self) -> int:
        return int(monotonic() - self._began)

    def condition(self, status: ServiceStatus) -> Condition:
        """What can be expected of a service, for somebody who gets one answer."""
        loading = self._loader.under_way() if status.name == OLLAMA else None
        circuit = self.chain.circuits.get(status.name)
        return condition_of(status, circuit, loading, self._reply_seconds)

    def circuits(self) -> dict[str, CircuitState]:
        """The circuit of each backend, for somebody who gets one answer."""
        patience = self._reply_seconds
        return {name: circuit.state(patience) for name, circuit in self.chain.circuits.items()}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the background parts; at the end, stop them and close what is open."""
        await self._check_key()
        await self.conductor.recover()
        tasks = [
            asyncio.create_task(keep_running(type(part).__name__, part.run))
            for part in self._in_background
        ]
        try:
            await self.log_monitor.first_check()
            yield
        finally:
            await self.before_stopping()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._loader.aclose()
            await self._connections.aclose()
            await self.log.close()

    def _backends(self, urls: Mapping[str, Address]) -> list[Backend]:
        """Those who can speak for the interviewer, in the order in which they are asked."""
        services = {name: Service(self._connections, address) for name, address in urls.items()}
        backends: list[Backend] = [
            GraniteBackend(services[GRANITE]),
            ConversationBackend(services[CONVERSATION]),
            OllamaBackend(services[OLLAMA], self.catalogue, self._loader),
        ]
        if OPENAI in services:
            from backends.openai import OpenAiBackend  # which most gateways never need

            backends.append(OpenAiBackend(services[OPENAI], self.catalogue))
        return backends

    async def before_stopping(self) -> None:
        """End what would not end by itself for a while: replies and checks that are under way.
        Take nothing new."""
        self.drain.begin()
        await self.assessments.close()
        await self.conductor.close()
        await self.verifier.close()

    async def _check_key(self) -> None:
        """Log an error if checkpoints cannot be signed. Interviews go on without them."""
        try:
            await self.log.signer()
        except EventLogError as error:
            logger.error("Checkpoints cannot be signed or stored in the log: %s", error)

    def _log_name(self) -> str | None:
        """What the log is called, wherever it is; None while it cannot be opened."""
        try:
            return self.log.origin
        except EventLogError:
            return None

    def _news(self) -> "ReplyNews | None":
        """What other gateways tell of the replies that they make."""
        if self.log.claims is None or isinstance(self.shared, Alone):
            return None
        from api.usecases.replynews import ReplyNews

        return ReplyNews(self.shared)

    def _refresh_models(self, service: str) -> None:
        if service in (GRANITE, OLLAMA, OPENAI):
            self.catalogue.refresh()


def _recorded_interviewer(
    recording: "Recording | None", pace: Pace
) -> "RecordedInterviewer | None":
    if recording is None:
        return None
    from backends.recording import RecordedInterviewer

    return RecordedInterviewer(recording, pace)
