"""The models that can be chosen, and the choice."""

from pydantic import ConfigDict

from backends.models import Model
from statemachine.session import ModelId, Value


class SelectRequest(Value):
    model_config = ConfigDict(protected_namespaces=())

    model_id: ModelId | None = None


class SelectReply(Value):
    selected: str
    timestamp: str


class ModelsReply(Value):
    models: list[Model]
