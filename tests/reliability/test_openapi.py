"""The OpenAPI document is true, and its links lead through an interview: Schemathesis walks them
into real ones and holds every answer to what is documented.

`RELIABILITY_EXAMPLES=500` walks for longer; `-s` shows what was reached. Schemathesis tosses a
coin of its own for whether to keep to a link, so that no two walks are the same: a failure shows
the request as a `curl` command.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Flaky
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful import APIStateMachine
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backends.address import Address
from tests.fakes.forwarded import ForwardedServer
from tests.gateways import Served, serving

EXAMPLES = int(os.environ.get("RELIABILITY_EXAMPLES", "20"))
ROUNDS = 20
"""How often to walk anew, at most, until all of `WAYS` were gone. One is mostly enough, and five
were not always."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

AS_IT_COMES = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a failure is shown as it was met: it may not come again
)

WAYS = {
    f"200 {operation}"
    for operation in (
        "GET /api/v1/models",
        "POST /api/v1/interviews/start",
        "POST /api/v1/interviews/respond",
        "POST /api/v1/interviews/summary",
        "GET /api/v1/interviews",
        "GET /api/v1/interviews/{interviewId}/events",
        "GET /api/v1/interviews/{interviewId}/transcript",
        "DELETE /api/v1/interviews/{interviewId}",
    )
}
"""What a walk must reach with success: an interview from its start to its end."""

ANNOTATIONS = {"title", "description", "examples"}
ANYTHING = ({"type": "string"}, {"type": "string", "format": "binary"}, {"type": "null"})
"""Schemas that nothing which can be sent in a path, a header or a body of bytes is against."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Served]:
    """With the services up that calls are passed on to: where one is down, that is a 503."""
    with ForwardedServer() as services:
        url = Address(services.url)
        with serving(
            services,
            eventlog_url=f"sqlite:///{tmp_path}/interviews.db",
            analytics_url=url,
            scout_url=url,
            agents_url=url,
        ) as gateway:
            yield gateway


def test_the_links_lead_through_interviews_and_every_answer_is_as_documented(
    gateway: Served,
) -> None:
    reached: Counter[str] = Counter()
    wrong: list[FailureGroup] = []
    walk = walk_of(gateway, reached, wrong)
    for _ in range(ROUNDS):
        # Hypothesis may notice that the coin fell otherwise when it takes the same steps again.
        with suppress(Flaky):
            walk.run(settings=AS_IT_COMES)
        if wrong or reached.keys() >= WAYS:
            break
    show(reached)
    for failure in wrong:
        raise failure
    assert reached.keys() >= WAYS, f"never reached: {WAYS - reached.keys()}"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_any_request_to_any_operation_is_answered_as_documented(
    gateway: Served, mode: GenerationMode
) -> None:
    """By itself, as documented or not: what no link leads to as well."""
    schema = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")
    asked: Counter[str] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation: Any = found.ok()
        if mode is GenerationMode.NEGATIVE and not takes_anything(operation):
            continue

        @settings(AS_IT_COMES, derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            response = case.call()
            asked[f"{response.status_code} {case.operation.label}"] += 1
            case.validate_response(response, checks=CHECKS)

        ask()
    show(asked)


def takes_anything(operation: Any) -> bool:
    """Whether there is something that could be wrong. In a path, any text is a name."""
    return any(not fits_any(body.definition["schema"]) for body in operation.body) or any(
        given.location not in ("path", "header") or not fits_any(given.definition["schema"])
        for given in operation.iter_parameters()
    )


def fits_any(schema: dict[str, Any]) -> bool:
    """Whether any text, or any bytes, are as the schema says."""
    return all(
        {name: said for name, said in choice.items() if name not in ANNOTATIONS} in ANYTHING
        for choice in schema.get("anyOf", [schema])
    )


def show(counts: Counter[str]) -> None:
    for what, count in sorted(counts.items(), key=lambda entry: entry[0][4:]):
        print(f"{count:>9,}  {what}")


def walk_of(
    gateway: Served, reached: Counter[str], wrong: list[FailureGroup]
) -> type[APIStateMachine]:
    """A state machine of the document's links that counts in `reached` what it was answered, and
    keeps in `wrong` what was not as documented."""
    schema = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")
    # No link leads to these, and nobody could start an interview after a drain has begun.
    unlinked = ["administration", "kits", "documents"]
    linked: Any = schema.exclude(tag=unlinked).as_state_machine()

    class Walk(linked):  # type: ignore[misc]  # made of the document, when the test runs
        def validate_response(
            self, response: Response, case: Any, *_: Any, **transport: Any
        ) -> None:
            reached[f"{response.status_code} {case.operation.label}"] += 1
            try:
                case.validate_response(response, checks=CHECKS, transport_kwargs=transport)
            except FailureGroup as failure:
                wrong.append(failure)
                raise

    return Walk
