"""One table says who may call what, and nothing gets past it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route
from starlette.types import Message

from api.http.signin.access import ACCESS, key_of
from api.usecases.callers import CallerRole
from tests.api.http.signin.people import BY_SECRET, token
from tests.eventlog.running import in_loop
from tests.gateways import Served, serving

ROLES = tuple(CallerRole)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Served]:
    with serving(**BY_SECRET, metrics=True) as gateway:

        async def added() -> None:
            raise AssertionError("nobody may call this")

        # As somebody adds a route and forgets the table.
        gateway.app.router.routes.append(APIRoute("/api/v1/secrets", added, tags=["secrets"]))
        yield gateway


@pytest.fixture(scope="module")
def document(gateway: Served) -> dict[str, Any]:
    found: dict[str, Any] = ask(gateway, "GET", "/openapi.json", "admin").json()
    return found


def ask(gateway: Served, method: str, path: str, *roles: str) -> httpx.Response:
    """Ask, for an interview that there is not, and with nothing in the body."""
    path = path.replace("{interviewId}", str(uuid4())).replace("{name}", "not-found")
    bearer = token("somebody", *roles)
    headers = {"authorization": f"Bearer {bearer}"} if roles else {}
    return gateway.client.request(method, path, headers=headers)


def test_each_operation_may_be_called_by_the_roles_of_the_table_and_by_no_others(
    gateway: Served, document: dict[str, Any]
) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            endpoint = f"{method.upper()} {path}"
            if endpoint == "GET /api/v1/secrets":
                continue
            allowed = ACCESS[endpoint]
            nobody = ask(gateway, method, path).status_code
            assert (nobody == 401) is (allowed is not None), endpoint
            for role in (*ROLES, "stranger"):
                status = ask(gateway, method, path, role).status_code
                may = allowed is None or role in allowed
                assert status not in (401,), (endpoint, role)
                assert (status != 403) is may, (endpoint, role)
            told = operation["security"]
            assert told == ([] if allowed is None else [{"token": sorted(allowed)}]), endpoint


def test_what_the_document_does_not_list_is_in_the_table_too(gateway: Served) -> None:
    endpoints = {
        key_of(route, method)
        for route in gateway.app.router.routes
        if isinstance(route, Route | Mount)
        for method in getattr(route, "methods", {"GET"})
    }
    assert endpoints - {"GET /api/v1/secrets"} == set(ACCESS)


def test_the_documentation_and_the_pages_files_are_behind_the_table(gateway: Served) -> None:
    for path in ("/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css"):
        assert ask(gateway, "GET", path).status_code == 401, path
        assert ask(gateway, "GET", path, "candidate").status_code == 403, path
        assert ask(gateway, "GET", path, "auditor").status_code == 200, path
    for path in ("/", "/page/index.html", "/page/main.js", "/problems/role-missing"):
        assert ask(gateway, "GET", path).status_code in (200, 404), path


def test_a_route_that_is_not_in_the_table_is_refused_to_all(gateway: Served) -> None:
    assert ask(gateway, "GET", "/api/v1/secrets").status_code == 401
    for role in ROLES:
        response = ask(gateway, "GET", "/api/v1/secrets", role)
        assert response.status_code == 403
        assert response.json()["type"] == "/problems/role-missing"


def test_no_way_to_write_a_path_gets_past_the_table(gateway: Served) -> None:
    lists = "/api/v1/interviews"
    for path in (
        lists,
        f"/{lists}",
        f"{lists}/",
        f"/page/..{lists}",
        "/page/%2e%2e/api/v1/audit/key",
    ):
        for method in ("GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND"):
            raw = httpx.Request(method, httpx.URL(gateway.url).copy_with(raw_path=path.encode()))
            status = gateway.client.send(raw).status_code
            assert status in (401, 404, 405), (method, path, status)


def test_a_web_page_of_another_origin_can_ask_whether_it_may_send_a_token(gateway: Served) -> None:
    asked = {
        "origin": "http://localhost:3000",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }
    answer = gateway.client.options("/api/v1/interviews", headers=asked)
    assert answer.status_code == 200
    assert "authorization" in answer.headers["access-control-allow-headers"]


@in_loop
async def test_a_websocket_is_closed_at_once(gateway: Served) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("nothing is read of it")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token()}".encode())]
    scope = {"type": "websocket", "path": "/api/v1/models", "headers": headers}
    await gateway.app(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_document_lists_401_where_a_token_is_needed(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("401" in operation["responses"]) is bool(operation["security"]), path


def test_while_sign_in_is_off_nothing_is_asked_for() -> None:
    with serving() as gateway:
        assert gateway.get("/api/v1/interviews").status_code == 200
        document = gateway.get("/openapi.json").json()
        assert "securitySchemes" not in document["components"]
        assert "401" not in document["paths"]["/api/v1/interviews"]["get"]["responses"]
