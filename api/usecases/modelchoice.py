"""The choice of an interview's model."""

from api.usecases.errors import UnknownModel
from backends.models import Model, ModelCatalogue

WITHIN_SECONDS = 0.4
"""How long the very first answers may wait for the sources; the contract allows 500 ms."""


class ModelChoice:
    """The models of `catalogue`, and the one that was selected last."""

    def __init__(self, catalogue: ModelCatalogue) -> None:
        self._catalogue = catalogue
        self._selected: str | None = None

    async def models(self) -> list[Model]:
        """All that can be chosen, at least one."""
        return await self._catalogue.models(WITHIN_SECONDS)

    async def select(self, model_id: str) -> None:
        """Select the model for interviews that name none, and begin to load it. Raises
        UnknownModel."""
        known = [model.id for model in await self.models()]
        if model_id not in known and self._catalogue.source_of(model_id) is None:
            raise UnknownModel(model_id, known)
        self._selected = model_id
        self._catalogue.warm(model_id)

    async def choose(self, asked: str | None) -> str | None:
        """The model asked for, else the selected one if it is there, else the first there is. None
        where there is none: a model that nobody offers is not named for one that will not speak.

        Raises UnknownModel for one that every source has ruled out; a source that is down
        might have it.
        """
        if asked is not None:
            if self._catalogue.rules_out(asked):
                raise UnknownModel(asked, [model.id for model in await self.models()])
            return asked
        await self.models()  # which waits for the sources, the very first time
        if self._catalogue.source_of(self._selected) is not None:
            return self._selected
        default = self._catalogue.default()
        return default.id if default else None
