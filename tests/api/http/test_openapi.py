"""The OpenAPI page: its examples work when tried, and it tells the truth about problems."""

import re
from typing import Any

import pytest

from tests.desktop import Desktop
from tests.gateways import Served

FORWARDED = "other services"


@pytest.fixture(scope="module")
def document(alone: Served) -> dict[str, Any]:
    found: dict[str, Any] = alone.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_endpoint_of_the_contract_is_documented(document: dict[str, Any]) -> None:
    assert {f"{method.upper()} {path}" for method, path, _ in operations(document)} == {
        "GET /health",
        "GET /live",
        "GET /ready",
        "GET /api/v1/system/status",
        "GET /api/v1/services",
        "GET /api/v1/dashboard",
        "POST /api/v1/voice/synthesize",
        "POST /api/v1/voice/transcribe",
        "POST /api/v1/analytics/sentiment",
        "POST /api/v1/analytics/trust-report",
        "POST /api/v1/scout/search",
        "GET /api/v1/scout/agents",
        "POST /api/v1/agents/execute",
        "GET /api/v1/models",
        "POST /api/v1/documents",
        "POST /api/v1/models/select",
        "POST /api/v1/interviews/start",
        "POST /api/v1/interviews/respond",
        "POST /api/v1/interviews/summary",
        "GET /api/v1/interviews",
        "GET /api/v1/interviews/{interviewId}",
        "POST /api/v1/interviews/{interviewId}/hold",
        "POST /api/v1/interviews/{interviewId}/release",
        "DELETE /api/v1/interviews/{interviewId}",
        "GET /api/v1/interviews/{interviewId}/events",
        "GET /api/v1/interviews/{interviewId}/session",
        "GET /api/v1/interviews/{interviewId}/reply",
        "DELETE /api/v1/interviews/{interviewId}/reply",
        "GET /api/v1/interviews/{interviewId}/transcript",
        "GET /api/v1/interviews/{interviewId}/bundle",
        "GET /api/v1/statemachine",
        "GET /api/v1/interviews/{interviewId}/assessments",
        "POST /api/v1/interviews/{interviewId}/assessments",
        "GET /api/v1/kits",
        "GET /api/v1/kits/{id}",
        "PUT /api/v1/kits/{id}",
        "DELETE /api/v1/kits/{id}",
        "GET /api/v1/audit/checkpoint",
        "POST /api/v1/audit/checkpoint",
        "GET /api/v1/audit/key",
        "GET /api/v1/audit/inclusion",
        "GET /api/v1/audit/consistency",
        "POST /api/v1/audit/verify",
        "GET /api/v1/admin/settings",
        "GET /api/v1/admin/circuits",
        "POST /api/v1/admin/circuits/{backend}/open",
        "POST /api/v1/admin/circuits/{backend}/close",
        "GET /api/v1/admin/models",
        "POST /api/v1/admin/models/load",
        "POST /api/v1/admin/models/unload",
        "POST /api/v1/admin/probe",
        "GET /api/v1/admin/replies",
        "GET /api/v1/admin/log",
        "POST /api/v1/admin/log/seal",
        "POST /api/v1/admin/log/scrub",
        "GET /api/v1/admin/redis",
        "GET /api/v1/admin/drain",
        "POST /api/v1/admin/drain",
        "DELETE /api/v1/admin/drain",
    }


def test_every_example_works_when_tried(alone: Served, document: dict[str, Any]) -> None:
    id = Desktop(alone).start().interview_id
    tried = 0
    for method, path, operation in operations(document):
        if FORWARDED in operation["tags"]:
            continue  # no service is up
        if method == "post" and "requestBody" in operation:
            content = operation["requestBody"]["content"]
            if "application/json" not in content:
                continue  # a document, which is no example
            schema = str(content["application/json"]["schema"])
            name = re.findall(r"#/components/schemas/(\w+)", schema)[0]
            for example in document["components"]["schemas"][name]["examples"]:
                response = alone.post(path.replace("{interviewId}", id), example)
                assert response.status_code == 200, (path, response.text)
                tried += 1
    assert tried == 9


def test_every_problem_is_documented_as_one(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for status, response in operation["responses"].items():
            kinds = list(response.get("content", ()))
            if status == "4XX":  # of another service
                assert (operation["tags"], kinds) == ([FORWARDED], ["application/json"])
            elif int(status) >= 400:
                assert kinds[0] == "application/problem+json", (path, status)
                assert kinds[1:] == [] or FORWARDED in operation["tags"]
        assert {"400", "403"} <= set(operation["responses"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert references <= set(document["components"]["schemas"])


def test_the_lines_of_a_check_are_described_one_by_one(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/audit/verify"]["post"]
    content = operation["responses"]["200"]["content"]
    assert list(content) == ["application/x-ndjson"]
    assert content["application/x-ndjson"]["schema"]["contentSchema"]["anyOf"] == [
        {"$ref": f"#/components/schemas/{name}"}
        for name in ("VerifyProgress", "VerifyReport", "Problem")
    ]
    report = document["components"]["schemas"]["VerifyReport"]
    assert set(report["required"]) == set(report["properties"]) >= {"holds", "firstFinding"}


def test_the_page_asks_for_nothing_outside_the_gateway(alone: Served) -> None:
    page = alone.get("/docs")
    assert page.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sources
    for source in sources:
        assert source.startswith("/"), source
        assert alone.get(source).status_code == 200
