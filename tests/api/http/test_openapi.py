"""The OpenAPI page: its examples work when tried, and it tells the truth about problems."""

import re
from typing import Any

import httpx
import pytest

from tests.desktop import Desktop
from tests.gateways import Served
from tests.reliability.documented import Documented

FORWARDED = "other services"
INTERVIEWS = "/api/v1/interviews"


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


AFTERWARDS = {
    f"delete {INTERVIEWS}/{{interviewId}}": [410],  # its words are erased
    f"post {INTERVIEWS}/{{interviewId}}/hold": [409],  # its words are not erased
}
"""What an interview may answer besides 200 after such a request."""


def test_every_link_leads_from_its_answer_to_another(
    alone: Served, document: dict[str, Any]
) -> None:
    documented, followed = Documented(document), set()
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            for name, link in response.get("links", {}).items():
                answer = answer_in_a_new_interview(alone, method, path, int(status))
                reply = follow(alone, document, link, answer)
                _, target = documented.check(reply)
                allowed = {200, *AFTERWARDS.get(f"{method} {path}", ())}
                assert reply.status_code in allowed, (path, status, name, reply.text)
                if reply.status_code == 200:
                    followed.add((reply.request.method, target))
    assert len(followed) == 11


def answer_in_a_new_interview(
    gateway: Served, method: str, path: str, status: int
) -> httpx.Response:
    desktop = Desktop(gateway).start()
    if status == 409:
        desktop.copy().answer("This session is behind the log now.")
    bodies = {
        f"{INTERVIEWS}/start": {"role": "Software Engineer", "interviewId": desktop.interview_id},
        f"{INTERVIEWS}/respond": {"session": desktop.session, "message": "An answer."},
        f"{INTERVIEWS}/summary": {"session": desktop.session},
    }
    body = bodies.get(path, {"reason": "It is asked for."}) if method == "post" else None
    path = path.replace("{interviewId}", desktop.interview_id)
    answer = gateway.client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer


def follow(
    gateway: Served, document: dict[str, Any], link: dict[str, Any], answer: httpx.Response
) -> httpx.Response:
    """The answer to the request that the link describes. What it leaves open of a body is as in the
    example of the request."""
    [(method, path, operation)] = [
        found for found in operations(document) if found[2]["operationId"] == link["operationId"]
    ]
    for name, expression in link.get("parameters", {}).items():
        path = path.replace(f"{{{name}}}", value_at(expression, answer))
    body = None
    for model in re.findall(r"#/components/schemas/(\w+)", str(operation.get("requestBody"))):
        linked = {name: value_at(at, answer) for name, at in link.get("requestBody", {}).items()}
        body = document["components"]["schemas"][model]["examples"][0] | linked
    return gateway.client.request(method, path, json=body)


def value_at(expression: str, answer: httpx.Response) -> Any:
    """What a runtime expression of OpenAPI, such as `$response.body#/models/0/id`, stands for."""
    found = answer.json()
    for part in expression.removeprefix("$response.body").split("/")[1:]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


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
