"""RATE_LIMIT over HTTP: what counts, for whom, and what a caller is told."""

import re
from collections.abc import Iterator

import pytest

from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.gateways import Served, serving
from tests.streams import EVENTS

MODELS = "/api/v1/models"
ENGINEER = {"role": "Software Engineer", "totalQuestions": 2}
POLICY = '"default";q=3;w=86400'


@pytest.fixture(scope="module")
def gateway() -> Iterator[Served]:
    with serving(rate_limit="3/day", trusted_proxies="127.0.0.0/8") as gateway:
        yield gateway


def forwarded_for(client: str) -> dict[str, str]:
    return {"x-forwarded-for": client}


def test_each_answer_says_what_is_left_and_the_fourth_is_refused(gateway: Served) -> None:
    for left in (2, 1, 0):
        answer = gateway.get(MODELS)
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == POLICY
        assert re.fullmatch(rf'"default";r={left};t=\d+', answer.headers["ratelimit"])
    refused = gateway.get(MODELS)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "/problems/quota-exceeded"
    assert problem["violated-policies"] == ["default"]
    seconds = refused.headers["retry-after"]
    assert refused.headers["ratelimit"] == f'"default";r=0;t={seconds}'
    assert 0 < int(seconds) <= 86401
    assert f"in {seconds} s" in problem["detail"]
    assert refused.headers["cache-control"] == "no-store"


def test_probes_and_the_pages_own_files_are_free(gateway: Served) -> None:
    for path in ("/live", "/ready", "/health", "/", "/page/main.js", "/problems/quota-exceeded"):
        for _ in range(4):
            answer = gateway.client.get(path, headers=forwarded_for("192.0.2.1"))
            assert answer.status_code == 200, path
            assert "ratelimit" not in answer.headers, path
    paid = gateway.client.get("/no/such/page", headers=forwarded_for("192.0.2.1"))
    assert paid.headers["ratelimit"].startswith('"default";r=2')


def test_a_stream_counts_once_and_a_refused_start_records_nothing(gateway: Served) -> None:
    headers = forwarded_for("192.0.2.2")
    start = "/api/v1/interviews/start"
    for _ in range(3):
        answer = gateway.client.post(start, json=ENGINEER, headers=headers | EVENTS)
        assert answer.status_code == 200
        assert "event: done" in answer.text
    before = gateway.client.get("/api/v1/interviews", headers=forwarded_for("192.0.2.3")).json()
    assert gateway.client.post(start, json=ENGINEER, headers=headers).status_code == 429
    after = gateway.client.get("/api/v1/interviews", headers=forwarded_for("192.0.2.3")).json()
    assert after == before


def test_a_page_of_an_allowed_origin_can_read_the_limits(gateway: Served) -> None:
    headers = forwarded_for("192.0.2.4") | {"origin": "http://localhost:3000"}
    for _ in range(3):
        # A browser that asks first is not counted.
        asked = {"access-control-request-method": "GET"}
        assert gateway.client.options(MODELS, headers=headers | asked).status_code == 200
        assert gateway.client.get(MODELS, headers=headers).status_code == 200
    refused = gateway.client.get(MODELS, headers=headers)
    assert refused.status_code == 429
    assert refused.headers["access-control-allow-origin"] in ("*", "http://localhost:3000")
    exposed = refused.headers["access-control-expose-headers"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed.split(", "))


def test_the_document_lists_429_for_what_counts(gateway: Served) -> None:
    document = gateway.client.get("/openapi.json", headers=forwarded_for("192.0.2.5")).json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            is_free = path in ("/health", "/live", "/ready")
            assert ("429" not in operation["responses"]) is is_free, path


def test_who_signs_in_is_counted_by_name_and_who_does_not_by_address() -> None:
    with (
        serving(rate_limit="2/day", **BY_SECRET) as gateway,
        signed_in(gateway, token("ann", "auditor")) as ann,
        signed_in(gateway, token("ben", "candidate")) as ben,
    ):
        assert [ann.get(MODELS).status_code for _ in range(3)] == [200, 200, 429]
        assert ben.get("/api/v1/audit/key").status_code == 403
        assert [ben.get(MODELS).status_code for _ in range(2)] == [200, 429]
        # Nor can anybody try tokens without end.
        assert [gateway.get(MODELS).status_code for _ in range(3)] == [401, 401, 429]
        with signed_in(gateway, token("cleo")) as cleo:  # from the same address
            assert cleo.get(MODELS).status_code == 200


def test_metrics_are_free_for_who_may_read_them() -> None:
    with (
        serving(rate_limit="2/day", metrics=True, **BY_SECRET) as gateway,
        signed_in(gateway, token("ann", "auditor")) as ann,
        signed_in(gateway, token("ben", "candidate")) as ben,
    ):
        assert [ann.get(path).status_code for path in ("/metrics", MODELS) * 3] == [
            *(200, 200, 200, 200, 200, 429)
        ]
        assert [ben.get("/metrics").status_code for _ in range(3)] == [403, 403, 429]
        assert [gateway.get("/metrics").status_code for _ in range(3)] == [401, 401, 429]


def test_a_gateway_without_a_limit_tells_of_none() -> None:
    with serving() as gateway:
        answer = gateway.get(MODELS)
        assert "ratelimit" not in answer.headers
        assert "429" not in str(gateway.get("/openapi.json").json()["paths"])
