"""Endpoints that are reached past the router, and what is the same as if they were not."""

import json

import pytest

from api.app import create_app
from api.http.short_way import ShortWay
from tests.gateways import Served, settings_for

START = "/api/v1/interviews/start"
BODY = json.dumps({"role": "Data Analyst", "totalQuestions": 2})


def test_what_is_asked_all_the_time_goes_the_short_way_and_what_needs_parsing_does_not() -> None:
    app = create_app(settings_for())
    short = app.router.middleware_stack
    assert isinstance(short, ShortWay)
    for method, path in (
        ("GET", "/health"),
        ("HEAD", "/health"),
        ("GET", "/api/v1/models"),
        *(("POST", f"/api/v1/interviews/{name}") for name in ("start", "respond", "summary")),
    ):
        assert short.takes(method, path), path
    assert not short.takes("POST", "/health")
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if operation.get("parameters"):
                assert not short.takes(method.upper(), path), path


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/vnd.api+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        (None, 415),
    ],
)
def test_a_body_is_json_if_it_is_declared_so(
    alone: Served, content_type: str | None, status: int
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert alone.client.post(START, content=BODY, headers=headers).status_code == status


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_body_in_another_encoding_goes_the_usual_way(alone: Served, encoding: str) -> None:
    headers = {"content-type": "application/json"}
    response = alone.client.post(START, content=BODY.encode(encoding), headers=headers)
    assert response.status_code == 200
    assert response.json()["config"]["role"] == "Data Analyst"
