"""The OpenAPI document is true, and reaches everything: Schemathesis walks its links into real
interviews, and each documented status of each operation can be had."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.gateways import Served, serving

EXAMPLES = int(os.environ.get("RELIABILITY_EXAMPLES", "20"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Served]:
    with serving(eventlog_url=f"sqlite:///{tmp_path}/interviews.db") as gateway:
        yield gateway


def test_links(gateway: Served) -> None:
    seen: Counter[str] = Counter()
    schema = schemathesis.openapi.from_url(f"{gateway.url}/openapi.json")

    class Walk(schema.as_state_machine()):
        def validate_response(self, response, case, additional_checks=None, **kwargs):
            seen[f"{response.status_code} {case.operation.label}"] += 1
            case.validate_response(response, checks=CHECKS, transport_kwargs=kwargs)

    Walk.run(
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
    )
    for k, v in sorted(seen.items(), key=lambda kv: kv[0][4:]):
        print(v, k)
