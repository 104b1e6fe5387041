"""What the OpenAPI document says beyond what FastAPI reads off the endpoints."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.http.links import add_links
from api.http.problems import INVALID_INPUT, Problem, ProblemType
from api.http.responses import EVERYWHERE, WITH_BODY, documented
from api.usecases.verify_report import VerifyProgress, VerifyReport
from backends.models import ModelCatalogue


def describe(app: FastAPI, catalogue: ModelCatalogue) -> None:
    """Make `app.openapi` tell of the problems: which there are everywhere, and that 422 is
    one of them and not FastAPI's own shape; and of what can follow an answer. Its example of
    a model is one that there is."""
    as_generated = app.openapi

    def openapi() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        document = as_generated()
        if is_new:
            for model in (Problem, VerifyProgress, VerifyReport):
                _put_schema(document["components"]["schemas"], model)
            _tell_of_problems(document)
            add_links(document)
        example = {"modelId": catalogue.listed()[0].id}
        document["components"]["schemas"]["SelectRequest"]["examples"] = [example]
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_of_problems(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            for status, response in documented(*_kinds_of(operation)).items():
                operation["responses"].setdefault(str(status), response)


def _put_schema(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    """Put in what is not the whole of an endpoint's answer, and so not found by FastAPI."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    for name, part in schema.pop("$defs", {}).items():
        schemas.setdefault(name, part)
    schemas[model.__name__] = schema


def _kinds_of(operation: dict[str, Any]) -> Iterator[ProblemType]:
    """What can be wrong with a request before anything is done about it. An id in the path is
    one, or the path is another one: that is no input that could be refused."""
    yield from EVERYWHERE
    has_body = "requestBody" in operation
    if has_body:
        yield from WITH_BODY
    if has_body or any(given["in"] == "query" for given in operation.get("parameters", ())):
        yield INVALID_INPUT
