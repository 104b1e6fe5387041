"""The gateway's parts and how they hang together; the one place that wires them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

from api.conductor import Conductor
from api.custody import Custody
from api.logwatch import LogWatch
from api.modelchoice import ModelChoice
from api.settings import Settings
from api.verifier import Verifier
from backends.chain import Chain
from backends.conversation import ConversationBackend
from backends.granite import GraniteBackend
from backends.health import HealthMonitor
from backends.http import Connections, Service
from backends.models import ModelCatalogue
from backends.ollama import OllamaBackend
from backends.recording import Recording, RecordingBackend
from backends.services import CONVERSATION, GRANITE, OLLAMA
from backends.templates import TemplatesBackend
from eventlog.protocol import EventLog
from statemachine.commands import start_interview


def utc_now() -> datetime:
    return datetime.now(UTC)


class Gateway:
    """Everything that lives as long as the application, built from settings and a log, and
    from the recording that is played, if one is."""

    def __init__(
        self, settings: Settings, log: EventLog, recording: Recording | None = None
    ) -> None:
        urls = settings.service_urls()
        self._connections = Connections()
        self.log = log
        self.recording = recording
        self.log_watch = LogWatch(log)
        self.health = HealthMonitor(self._connections, urls)
        self.catalogue = ModelCatalogue(self._connections, urls)
        self.model_choice = ModelChoice(self.catalogue)
        self.health.on_return = self._refresh_models
        templates = TemplatesBackend()
        chain = Chain(
            [
                GraniteBackend(Service(self._connections, urls[GRANITE])),
                ConversationBackend(Service(self._connections, urls[CONVERSATION])),
                OllamaBackend(Service(self._connections, urls[OLLAMA]), self.catalogue),
            ],
            templates,
            offline_reason=self.health.offline_reason,
            source_of=self.catalogue.source_of,
            recording=RecordingBackend(recording, settings.recording_pace) if recording else None,
        )
        self.conductor = Conductor(
            log,
            chain,
            self.model_choice.choose,
            lambda config: start_interview(config, templates.prompt(config.role)),
            now=utc_now,
            reply_seconds=settings.reply_budget_seconds,
            strict=settings.strict_sessions,
        )
        self.custody = Custody(log, now=utc_now, retention_days=settings.retention_days)
        self.verifier = Verifier(log)
        self._began = monotonic()

    @property
    def uptime_seconds(self) -> int:
        return int(monotonic() - self._began)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Probe, fetch and watch in the background; at the end close what is open."""
        rounds = [
            asyncio.create_task(part.run(), name=type(part).__name__)
            for part in (self.health, self.catalogue, self.log_watch, self.custody)
        ]
        try:
            await self.log_watch.first_look()
            yield
        finally:
            await self.verifier.close()
            for task in rounds:
                task.cancel()
            await asyncio.gather(*rounds, return_exceptions=True)
            await self._connections.aclose()
            await self.log.close()

    def _refresh_models(self, service: str) -> None:
        if service in (GRANITE, OLLAMA):
            self.catalogue.refresh()
