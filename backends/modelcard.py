"""A model as a person chooses it: a card with words for its size and needs, and whether it is
ready."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

UNKNOWN = "unknown"


class ModelState(StrEnum):
    """How far a model is from speaking."""

    READY = "ready"
    """It is in memory."""
    LOADING = "loading"
    """It is on its way there."""
    INSTALLED = "installed"
    """It is on disk."""
    UNAVAILABLE = "unavailable"
    """No source that is up has it."""


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
    state: str | None = None
    """One of ModelState, where it is known."""

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
        state=ModelState.UNAVAILABLE,
    ),
    Model(
        id="llama3.2:1b",
        name="Llama 3.2 1B",
        param_count="1B",
        ram_required="4-6 GB",
        download_size="600 MB",
        description="Meta Llama 3.2, the lightest choice for machines with little memory.",
        source="fallback",
        state=ModelState.UNAVAILABLE,
    ),
)
"""The built-in list, which stands where no source offers a model."""
