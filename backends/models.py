"""The models that can be chosen: what the sources offer, in one list, and a built-in list where
none offers any."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backends.address import Address
from backends.capabilities import CHATS, Capabilities
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.modelcard import FALLBACK
from backends.modelcard import Model as Model  # noqa: PLC0414 - lists name it
from backends.modelsources import (
    MAX_MODELS,
    Offer,
    granite_offers,
    ollama_offers,
    openai_offers,
)
from backends.periodic import PeriodicTask
from backends.services import GRANITE, OLLAMA, OPENAI
from backends.shared.board import ALONE, Board, Found, SharedRounds, Value

logger = logging.getLogger(__name__)

ROUND_SECONDS = 30.0
FETCH_SECONDS = 3.0

KEPT_ROUNDS = 3
"""For so many rounds other gateways find what a source offers."""


class _Entries(BaseModel):
    models: list[Any]


class _Data(BaseModel):
    data: list[Any]


class _SharedModels(BaseModel):
    """What a source offers (None: it does not answer), as gateways tell it to each other. Of
    Ollama's, also which are in memory, and what each can do."""

    model_config = ConfigDict(defer_build=True)

    offers: list[Offer] | None = Field(max_length=MAX_MODELS)
    in_memory: list[str] | None = Field(None, max_length=1000)
    capabilities: dict[str, list[str] | None] = Field({}, max_length=MAX_MODELS)


class ModelCatalogue:
    """The models of the sources at `urls` (by service name), kept fresh while `run` runs, by this
    gateway or by another one on the `board`.

    `loader` knows which of Ollama's are in memory. Models that cannot chat are not there at all.
    Those that run elsewhere come last in every order, and are never taken unless they are named.
    """

    def __init__(
        self,
        connections: Connections,
        urls: Mapping[str, Address],
        loader: ModelLoader,
        *,
        board: Board = ALONE,
        round_seconds: float = ROUND_SECONDS,
        fetch_seconds: float = FETCH_SECONDS,
    ) -> None:
        sources = [source for source in (GRANITE, OLLAMA, OPENAI) if source in urls]
        self._services = {source: Service(connections, urls[source]) for source in sources}
        self._offers: dict[str, tuple[Offer, ...] | None] = dict.fromkeys(sources)
        self._unusable: dict[str, set[str]] = {source: set() for source in sources}
        self._loader = loader
        self.capabilities = Capabilities(self._services[OLLAMA])
        self._task = PeriodicTask(self._round, round_seconds)
        self._fetch_seconds = fetch_seconds
        self._board = board
        self._rounds = SharedRounds(board, "models", round_seconds)
        self._is_wanted_here = False
        for source in sources:
            board.watch(
                f"models:{source}", KEPT_ROUNDS * round_seconds, partial(self._take, source)
            )

    async def run(self) -> None:
        """Fetch in rounds until cancelled."""
        await self._task.run()

    def refresh(self) -> None:
        """Fetch now, because a source has come back, perhaps in another version."""
        self.capabilities.forget()
        for unusable in self._unusable.values():
            unusable.clear()
        self._task.run_now()

    def fetch_now(self) -> None:
        """Fetch now, whichever gateway does so otherwise: somebody wants to know."""
        self._is_wanted_here = True
        self.refresh()

    async def models(self, within: float) -> list[Model]:
        """The merged list, from memory; only before the first round is over does it wait,
        at most `within` seconds."""
        await self._task.wait_for_first(within)
        return self.listed()

    def source_of(self, model_id: str | None) -> str | None:
        """The service that offers the model; the first in the list's order if several do."""
        for source in self._offers:
            if self.named(source, model_id):
                return source
        return None

    def named(self, source: str, model_id: str | None) -> Model | None:
        """The model as `source` offers it. Ollama's "llama3.2" is "llama3.2:latest"."""
        offer = self._offer(source, model_id)
        return self._card(offer) if offer else None

    def runs_elsewhere(self, source: str, model_id: str) -> bool:
        """Whether the source only passes on what is said to this model."""
        offer = self._offer(source, model_id)
        return offer is not None and offer.runs_elsewhere

    def own_name(self, source: str, model_id: str) -> str:
        """What the source calls the model."""
        offer = self._offer(source, model_id)
        return (offer and offer.own_name) or model_id

    def context(self, source: str, model_id: str) -> int | None:
        """How many tokens the model's context has, where the source says so."""
        offer = self._offer(source, model_id)
        return offer.context if offer else None

    def stand_ins(self, source: str) -> list[Model]:
        """The source's models that may speak where another was asked for, in its order."""
        return [self._card(o) for o in self._usable(source) if not o.runs_elsewhere]

    def default(self) -> Model | None:
        """The model for an interview that names none: the first in the list that does not run
        elsewhere. None if there is none: a model that never spoke is not named."""
        offered = (offer for source in self._offers for offer in self._usable(source))
        return next((self._card(o) for o in offered if not o.runs_elsewhere), None)

    def warm(self, model_id: str) -> None:
        """Begin to load the model into memory, if it is one of Ollama's."""
        offer = self._offer(OLLAMA, model_id)
        if offer is not None and not offer.runs_elsewhere:
            self._loader.warm(offer.card.id)

    def loadable(self) -> list[str]:
        """The models that can be loaded into memory and unloaded: those that Ollama has itself."""
        return [o.card.id for o in self._usable(OLLAMA) if not o.runs_elsewhere]

    async def unload(self, model_id: str) -> None:
        """Take one of these out of memory. Raises BackendError."""
        await self._loader.unload(model_id)

    def mark_unusable(self, source: str, models: Iterable[str]) -> None:
        """Leave these out until the source's models change or it comes back: it refuses to chat
        with them."""
        for model in models:
            logger.warning("%s refuses to chat with the model %s", source, model)
            self._unusable[source].add(model)

    def rules_out(self, model_id: str) -> bool:
        """True if every source that could offer the model has answered, and none does. A
        source that is down might; and where none offers any, the built-in list stands."""
        everyone_answered = all(offered is not None for offered in self._offers.values())
        is_listed = any(model.id == model_id for model in self.listed())
        return everyone_answered and not is_listed and self.source_of(model_id) is None

    def listed(self) -> list[Model]:
        """The merged list as it is now."""
        merged: dict[str, Offer] = {}
        for source in self._offers:
            for offer in self._usable(source):
                merged.setdefault(offer.card.id, offer)
        in_order = sorted(merged.values(), key=lambda offer: offer.runs_elsewhere)
        return [self._card(offer) for offer in in_order] or list(FALLBACK)

    def _usable(self, source: str) -> list[Offer]:
        """Those of the source's models that can chat, as far as is known."""
        return [
            offer
            for offer in self._offers[source] or ()
            if offer.card.id not in self._unusable[source]
            and (source != OLLAMA or self._may_chat(offer.card.id))
        ]

    def _may_chat(self, model: str) -> bool:
        can = self.capabilities.known(model)
        return can is None or CHATS in can

    def _offer(self, source: str, model_id: str | None) -> Offer | None:
        wanted = {model_id, f"{model_id}:latest"}
        return next((o for o in self._usable(source) if o.card.id in wanted), None)

    def _card(self, offer: Offer) -> Model:
        """The card with the model's state as it is now."""
        if offer.card.source != OLLAMA or offer.runs_elsewhere:
            return offer.card
        state = self._loader.state(offer.card.id)
        return offer.card.model_copy(update={"state": state}) if state else offer.card

    async def _round(self) -> None:
        is_wanted, self._is_wanted_here = self._is_wanted_here, False
        if is_wanted or await self._rounds.is_due_here():
            await self._fetch_all()

    async def _fetch_all(self) -> None:
        fetches = [
            self._fetch(GRANITE, "/api/v1/models", _Entries | list[Any], granite_offers),
            self._fetch_ollama(),
        ]
        if OPENAI in self._services:
            fetches.append(self._fetch(OPENAI, "/v1/models", _Data, openai_offers))
        await asyncio.gather(*fetches)

    async def _fetch_ollama(self) -> None:
        await self._fetch(OLLAMA, "/api/tags", _Entries | list[Any], ollama_offers)
        offers = self._offers[OLLAMA]
        if offers is None:
            return
        try:
            async with asyncio.timeout(self._fetch_seconds):
                await self._loader.refresh()
                for offer in offers:
                    if not offer.runs_elsewhere:
                        await self.capabilities.of(offer.card.id)
        except TimeoutError:
            logger.debug("Not all of Ollama's models have said in time what they can do")
        self._tell(OLLAMA)

    async def _fetch(
        self, source: str, path: str, shape: Any, read: Callable[[list[Any]], list[Offer]]
    ) -> None:
        try:
            async with asyncio.timeout(self._fetch_seconds):
                answer = await self._services[source].get(path, shape)
        except (BackendError, TimeoutError) as error:
            logger.debug("%s offers no models: %s", source, error)
            self._note(source, None)
        else:
            self._note(source, tuple(read(_entries(answer))))
        self._tell(source)

    def _note(self, source: str, offers: tuple[Offer, ...] | None) -> None:
        if offers is not None and offers != self._offers[source]:
            self._unusable[source].clear()
        self._offers[source] = offers

    # What gateways tell each other

    def _tell(self, source: str) -> None:
        self._board.put(f"models:{source}", partial(self._told, source))

    def _told(self, source: str) -> Value:
        offers = self._offers[source]
        told = _SharedModels(offers=None if offers is None else list(offers))
        if source == OLLAMA:
            told.in_memory = self._loader.in_memory()
            told.capabilities = self.capabilities.found()
        return told.model_dump(mode="json")

    def _take(self, source: str, found: Found | None) -> None:
        if found is None or found.is_own:
            return
        told = _SharedModels.model_validate(found.value)
        self._rounds.fed(found.age)
        self._note(source, None if told.offers is None else tuple(told.offers))
        if source == OLLAMA:
            self._loader.adopt(told.in_memory)
            self.capabilities.adopt(told.capabilities)


def _entries(answer: Any) -> list[Any]:
    match answer:
        case _Entries(models=entries) | _Data(data=entries):
            return entries
        case _:
            return list(answer)
