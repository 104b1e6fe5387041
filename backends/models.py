"""The models that can be chosen: what granite-interview-service and Ollama offer, in one
list, and a built-in list where neither offers any."""

import asyncio
import logging
import math
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from backends.address import Address
from backends.errors import BackendError
from backends.http import Connections, Service
from backends.periodic import PeriodicTask
from backends.services import GRANITE, OLLAMA

logger = logging.getLogger(__name__)

ROUND_SECONDS = 30.0
FETCH_SECONDS = 3.0

UNKNOWN = "unknown"
GB, MB = 1_000_000_000, 1_000_000
MAX_MODELS = 500
"""How many of a source's entries are read; more is nonsense, and would hold up everybody."""
MAX_SIZE = 1_000_000 * GB
"""Bytes; a size above is nonsense, and one of 400 digits cannot even be divided."""

S = TypeVar("S", bound=BaseModel)


def _text(name: str) -> Any:
    """A field that services spell in camelCase or in snake_case, or leave out."""
    return Field(default=UNKNOWN, validation_alias=AliasChoices(to_camel(name), name))


class Model(BaseModel):
    """A model card: every field is text for a person to read."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        protected_namespaces=(),
    )

    id: Annotated[str, Field(min_length=1, max_length=200)]
    name: str = ""
    param_count: str = _text("param_count")
    ram_required: str = _text("ram_required")
    download_size: str = _text("download_size")
    description: str = ""
    dataset: str | None = None
    source: str = ""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """A field that is null has been left out."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


FALLBACK = (
    Model(
        id="granite4:2b",
        name="Granite 4 2B",
        param_count="2B",
        ram_required="8-12 GB",
        download_size="1.2 GB",
        description="IBM Granite 4, a small model with balanced answers.",
        source="fallback",
    ),
    Model(
        id="llama3.2:1b",
        name="Llama 3.2 1B",
        param_count="1B",
        ram_required="4-6 GB",
        download_size="600 MB",
        description="Meta Llama 3.2, the lightest choice for machines with little memory.",
        source="fallback",
    ),
)


class _Entries(BaseModel):
    models: list[Any]


class _OllamaDetails(BaseModel):
    parameter_size: str | None = None
    quantization_level: str | None = None


class _OllamaModel(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=0, le=MAX_SIZE)] = 0
    details: _OllamaDetails = _OllamaDetails()


class ModelCatalogue:
    """The models of the sources at `urls` (by service name), kept fresh while `run` runs."""

    def __init__(
        self,
        connections: Connections,
        urls: Mapping[str, Address],
        *,
        round_seconds: float = ROUND_SECONDS,
        fetch_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._granite = Service(connections, urls[GRANITE])
        self._ollama = Service(connections, urls[OLLAMA])
        self._offers: dict[str, tuple[Model, ...] | None] = {GRANITE: None, OLLAMA: None}
        self._task = PeriodicTask(self._fetch_all, round_seconds)
        self._fetch_seconds = fetch_seconds

    async def run(self) -> None:
        """Fetch in rounds until cancelled."""
        await self._task.run()

    def refresh(self) -> None:
        """Fetch now, because a source has come back."""
        self._task.run_now()

    async def models(self, within: float) -> list[Model]:
        """The merged list, from memory; only before the first round is over does it wait,
        at most `within` seconds."""
        await self._task.wait_for_first(within)
        return self.listed()

    def source_of(self, model_id: str | None) -> str | None:
        """The service that offers the model; granite-interview-service if both do."""
        for source in self._offers:
            if self.named(source, model_id):
                return source
        return None

    def named(self, source: str, model_id: str | None) -> Model | None:
        """The model as `source` offers it. Ollama's "llama3.2" is "llama3.2:latest"."""
        wanted = {model_id, f"{model_id}:latest"}
        return next((m for m in self._offers[source] or () if m.id in wanted), None)

    def first_of(self, source: str) -> Model | None:
        """The first model that `source` offers."""
        return next(iter(self._offers[source] or ()), None)

    def rules_out(self, model_id: str) -> bool:
        """True if every source that could offer the model has answered, and none does. A
        source that is down might; and where none offers any, the built-in list stands."""
        everyone_answered = all(offered is not None for offered in self._offers.values())
        is_listed = any(model.id == model_id for model in self.listed())
        return everyone_answered and not is_listed and self.source_of(model_id) is None

    def listed(self) -> list[Model]:
        """The merged list as it is now."""
        merged: dict[str, Model] = {}
        for offered in self._offers.values():
            for model in offered or ():
                merged.setdefault(model.id, model)
        return list(merged.values()) or list(FALLBACK)

    async def _fetch_all(self) -> None:
        await asyncio.gather(
            self._fetch(GRANITE, self._granite, "/api/v1/models", _granite_models),
            self._fetch(OLLAMA, self._ollama, "/api/tags", _ollama_models),
        )

    async def _fetch(self, source: str, service: Service, path: str, read: Any) -> None:
        try:
            async with asyncio.timeout(self._fetch_seconds):
                answer = await service.get(path, _Entries | list[Any])  # type: ignore[arg-type]
        except (BackendError, TimeoutError) as error:
            logger.debug("%s offers no models: %s", source, error)
            self._offers[source] = None
            return
        entries = answer.models if isinstance(answer, _Entries) else answer
        self._offers[source] = tuple(read(entries))


def _granite_models(entries: list[Any]) -> list[Model]:
    models = _valid(Model, entries)
    return [m.model_copy(update={"name": m.name or m.id, "source": GRANITE}) for m in models]


def _ollama_models(entries: list[Any]) -> list[Model]:
    return [_card(entry) for entry in _valid(_OllamaModel, entries)]


def _card(entry: _OllamaModel) -> Model:
    build = entry.details.quantization_level
    return Model(
        id=entry.name,
        name=entry.name,
        param_count=entry.details.parameter_size or UNKNOWN,
        ram_required=_ram(entry.size),
        download_size=_size(entry.size),
        description=f"Installed in Ollama ({build})." if build else "Installed in Ollama.",
        source=OLLAMA,
    )


def _valid(shape: type[S], entries: list[Any]) -> list[S]:
    """The entries that are what they should be; a bad one does not cost the others."""
    valid = []
    for entry in entries[:MAX_MODELS]:
        try:
            valid.append(shape.model_validate(entry))
        except ValidationError as error:
            logger.debug("A model was left out of the list: %s", error)
    return valid


def _size(size: int) -> str:
    """Bytes as people write a download's size, in powers of ten."""
    if not size:
        return UNKNOWN
    return f"{size / GB:.1f} GB" if size >= GB else f"{max(1, round(size / MB))} MB"


def _ram(size: int) -> str:
    """A rule of thumb: the weights stay in memory whole, and half as much again plus a
    gigabyte is room for the context and the runtime."""
    return f"{math.ceil(size * 1.5 / GB) + 1} GB" if size else UNKNOWN
