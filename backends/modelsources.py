"""What each source says of its models, read into model cards. A bad entry does not cost the
others."""

import logging
import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from backends.modelcard import UNKNOWN, Model, ModelState
from backends.services import GRANITE, OLLAMA, OPENAI

logger = logging.getLogger(__name__)

GB, MB = 1_000_000_000, 1_000_000
MAX_MODELS = 500
"""How many of a source's entries are read; more is nonsense, and would hold up everybody."""
MAX_NAME = 200
MAX_SIZE = 1_000_000 * GB
"""Bytes; a size above is nonsense, and one of 400 digits cannot even be divided."""

S = TypeVar("S", bound=BaseModel)

_ELSEWHERE = re.compile(r"[:-]cloud$")
_EMBEDS = re.compile(r"embed|\bbge-|rerank", re.IGNORECASE)
_NO_TEXT = re.compile(r"embed|rerank|whisper|\btts\b|dall-e|moderation|gpt-image", re.IGNORECASE)
_EMBEDDING_FAMILIES = {"bert", "nomic-bert", "nomic-bert-moe", "xlm-roberta"}


@dataclass(frozen=True)
class Offer:
    """A model that a source has. `runs_elsewhere`: what the candidate says would leave the machine
    that the source is on. `own_name` is what the source calls it, where that is not the card's id;
    `context` is how many tokens its context has, where the source says so."""

    card: Model
    runs_elsewhere: bool = False
    own_name: str | None = None
    context: int | None = None


class _OllamaDetails(BaseModel):
    parameter_size: str | None = None
    quantization_level: str | None = None
    family: str | None = None


class _OllamaModel(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=0, le=MAX_SIZE)] = 0
    details: _OllamaDetails = _OllamaDetails()
    remote_host: str | None = None

    @property
    def runs_elsewhere(self) -> bool:
        return bool(self.remote_host) or _ELSEWHERE.search(self.name) is not None

    @property
    def embeds(self) -> bool:
        return self.details.family in _EMBEDDING_FAMILIES or bool(_EMBEDS.search(self.name))


class _OpenAiStatus(BaseModel):
    value: str = ""


class _OpenAiMeta(BaseModel):
    n_ctx: int | None = None


class _OpenAiModel(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=4096)]
    # Beyond OpenAI's format: the first two are llama.cpp's, the last is vLLM's.
    status: _OpenAiStatus | None = None
    meta: _OpenAiMeta | None = None
    max_model_len: int | None = None

    @property
    def name(self) -> str:
        """The id; of one that is a file or folder of the server's machine, its last part alone."""
        is_path = re.match(r"[/.~\\]|[A-Za-z]:\\", self.id)
        return re.split(r"[/\\]", self.id.rstrip("/\\"))[-1] if is_path else self.id

    @property
    def context(self) -> int | None:
        return (self.meta.n_ctx if self.meta else None) or self.max_model_len


def granite_offers(entries: list[Any]) -> list[Offer]:
    """granite-interview-service's entries are cards already; who offers them is known better
    here, and how far they are is not known."""
    cards = [
        {name: value for name, value in entry.items() if name != "state"}
        if isinstance(entry, dict)
        else entry
        for entry in entries
    ]
    models = _valid(Model, cards)
    return [Offer(m.model_copy(update={"name": m.name or m.id, "source": GRANITE})) for m in models]


def ollama_offers(entries: list[Any]) -> list[Offer]:
    """Those of `GET /api/tags` that can chat, by their family and name."""
    models = _valid(_OllamaModel, entries)
    return [Offer(_ollama_card(m), m.runs_elsewhere) for m in models if not m.embeds]


def openai_offers(entries: list[Any]) -> list[Offer]:
    """Those of `GET /v1/models` that can chat, by their name: the format tells nothing else.
    llama.cpp adds how far a model is."""
    return [
        Offer(_openai_card(m), own_name=m.id, context=m.context)
        for m in _valid(_OpenAiModel, entries)
        if not _NO_TEXT.search(m.name) and 0 < len(m.name) <= MAX_NAME
    ]


def _openai_card(entry: _OpenAiModel) -> Model:
    states = {"loading": ModelState.LOADING, "unloaded": ModelState.INSTALLED}
    return Model(
        id=entry.name,
        name=entry.name.removesuffix(".gguf"),
        description="Offered by the server at OPENAI_BASE_URL.",
        source=OPENAI,
        state=states.get(entry.status.value if entry.status else "", ModelState.READY),
    )


def _ollama_card(entry: _OllamaModel) -> Model:
    size = 0 if entry.runs_elsewhere else entry.size  # of a reference to it, else
    return Model(
        id=entry.name,
        name=entry.name,
        param_count=entry.details.parameter_size or UNKNOWN,
        ram_required=_ram(size),
        download_size=_size(size),
        description=_ollama_description(entry),
        source=OLLAMA,
    )


def _ollama_description(entry: _OllamaModel) -> str:
    if entry.runs_elsewhere:
        host = re.sub(r"^https?://|[:/].*$", "", entry.remote_host or "") or "ollama.com"
        return f"Runs on {host}, not on this machine."
    build = entry.details.quantization_level
    return f"Installed in Ollama ({build})." if build else "Installed in Ollama."


def _valid(shape: type[S], entries: list[Any]) -> list[S]:
    """The entries that are what they should be."""
    valid = []
    for entry in entries[:MAX_MODELS]:
        try:
            valid.append(shape.model_validate(entry))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            logger.debug("A model was left out of the list: %s, %s", first["loc"], first["type"])
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
