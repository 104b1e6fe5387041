"""Additions to the OpenAPI document that FastAPI generates: problems, links and examples."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from api.http.links import add_links
from api.http.problem_documents import Problem
from api.http.problems import INVALID_INPUT, NOT_JSON, ProblemType
from api.http.responses import EVERYWHERE, WITH_BODY, documented
from api.http.wire import administration, documents, forwarded, overview
from api.usecases.verify_report import VerifyProgress, VerifyReport
from backends.models import ModelCatalogue

UNSEEN = (
    *(Problem, VerifyProgress, VerifyReport, documents.DocumentReply),
    *(forwarded.SynthesizeRequest, forwarded.TranscribeRequest, forwarded.SentimentRequest),
    *(forwarded.TrustReportRequest, forwarded.SearchRequest, forwarded.ExecuteRequest),
    *(overview.SystemStatusReply, overview.ServicesReply, overview.DashboardReply),
    *(administration.SettingsReply, administration.CircuitsReply, administration.CircuitReply),
    *(administration.LoadableModelsReply, administration.ProbedReply, administration.RepliesReply),
    *(administration.LogReply, administration.RedisReply, administration.DrainReply),
)
"""Models that FastAPI does not find: parts of answers, and what endpoints read and make by
themselves."""


def described(
    generate: Callable[[], dict[str, Any]], catalogue: ModelCatalogue, *, is_new: bool
) -> dict[str, Any]:
    """The document that FastAPI generates, with the problems, with 422 as one of them instead of
    FastAPI's own shape, and with the links between requests. FastAPI keeps it: only an `is_new` one
    lacks these. Its example of a model is one that can be chosen."""
    document = generate()
    if is_new:
        for model in UNSEEN:
            _put_schema(document["components"]["schemas"], model)
        _tell_of_problems(document)
        add_links(document)
    example = {"modelId": catalogue.listed()[0].id}
    document["components"]["schemas"]["SelectRequest"]["examples"] = [example]
    return document


def _tell_of_problems(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            if "application/json" in operation["responses"].get("422", {}).get("content", ()):
                del operation["responses"]["422"]
            for status, response in documented(*_kinds_of(operation)).items():
                operation["responses"].setdefault(str(status), response)
            if forwarded.TAG in operation["tags"]:
                _tell_of_refusals_passed_on(operation["responses"])


def _tell_of_refusals_passed_on(responses: dict[str, Any]) -> None:
    """A service's own refusals come beside the gateway's problems, in whatever shape they have."""
    its_own: dict[str, Any] = {"application/json": {}}
    for status in ("400", "413", "415", "422"):
        if status in responses:
            responses[status]["content"] |= its_own
    responses["4XX"] = {
        "description": "The service refuses the input. Its answer is passed on as it came.",
        "content": its_own,
    }


def _put_schema(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    for name, part in schema.pop("$defs", {}).items():
        schemas.setdefault(name, part)
    schemas[model.__name__] = schema


def _kinds_of(operation: dict[str, Any]) -> Iterator[ProblemType]:
    """The problems that a request can have before anything is done about it. An id in the path
    cannot be invalid: a path without a UUID there is another path."""
    yield from EVERYWHERE
    body = operation.get("requestBody")
    takes_json = body is not None and "application/json" in body["content"]
    if body is not None:
        yield from WITH_BODY
    if takes_json:
        yield NOT_JSON
    if takes_json or any(given["in"] == "query" for given in operation.get("parameters", ())):
        yield INVALID_INPUT
