"""What the page learns of sign-in: the provider, the caller, and whom it may talk to."""

import asyncio
import html
import json
import re
from typing import Any

import pytest

from api.app import create_app
from api.environment import InvalidSettings
from api.http.signin.provider import Provider
from api.settings import load_settings
from backends.http import Connections
from eventlog.memory import MemoryEventLog
from tests.api.http.signin.people import BY_SECRET, signed_in, token
from tests.eventlog.running import in_loop
from tests.fakes.issuer import DISCOVERY, IssuerServer
from tests.gateways import NOWHERE, Served, serving, settings_for


def told_page(gateway: Served, path: str = "/") -> tuple[dict[str, Any] | None, str]:
    """What the page is told of sign-in, and what it may connect to."""
    answer = gateway.get(path)
    assert answer.status_code == 200
    [connect] = re.findall("connect-src ([^;]*)", answer.headers["content-security-policy"])
    found = re.search('<meta name="sign-in" content="(.*?)">', answer.text)
    return (json.loads(html.unescape(found[1])) if found else None), connect


def of_provider(url: str, **settings: Any) -> dict[str, Any]:
    return {**BY_SECRET, "auth_issuer": url, "auth_oidc_client_id": "the <page>", **settings}


def test_without_sign_in_the_page_is_told_nothing_and_talks_to_its_gateway_alone() -> None:
    with serving() as gateway:
        for path in ("/", "/interview"):
            assert told_page(gateway, path) == (None, "'self'")
            assert gateway.client.head(path).status_code == 200
        assert gateway.get("/api/v1/me").status_code == 404


def test_with_tokens_alone_the_page_is_told_that_nobody_signs_in_on_it() -> None:
    with serving(**BY_SECRET) as gateway:
        assert told_page(gateway) == ({}, "'self'")
        assert gateway.client.head("/interview").status_code == 200


def test_the_page_is_told_where_to_sign_in_and_may_talk_to_that_provider() -> None:
    with (
        IssuerServer() as issuer,
        serving(**of_provider(issuer.url, auth_oidc_scopes="openid profile")) as gateway,
    ):
        for path in ("/", "/interview"):
            told, connect = told_page(gateway, path)
            assert told == {
                "issuer": issuer.url,
                "clientId": "the <page>",
                "audience": BY_SECRET["auth_audience"],
                "scope": "openid profile",
                "authorizationEndpoint": f"{issuer.url}/authorization_endpoint",
                "tokenEndpoint": f"{issuer.url}/token_endpoint",
                "endSessionEndpoint": f"{issuer.url}/end_session_endpoint",
            }
            assert connect == f"'self' {issuer.url}"
        assert "<nav hidden" in gateway.get("/").text
        assert issuer.count(DISCOVERY) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://id.example"},
        {"token_endpoint": None},
        {"token_endpoint": "http://id.example/token"},
        {"token_endpoint": "https://id.example; script-src https://id.example"},
        {"token_endpoint": "https://me:secret@id.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": 5},
    ],
)
def test_an_issuer_that_lies_is_not_gone_to(
    told: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with IssuerServer() as issuer:
        issuer.told = told
        with serving(**of_provider(issuer.url)) as gateway:
            found, connect = told_page(gateway)
    assert found is not None
    assert "tokenEndpoint" not in found
    assert connect == "'self'"
    assert "OpenID configuration (AUTH_ISSUER) cannot be fetched" in caplog.text


@in_loop
async def test_an_issuer_that_was_down_at_the_start_is_found_later_and_kept() -> None:
    with IssuerServer() as issuer:
        port, url = issuer.port, issuer.url
    connections = Connections()
    provider = Provider(settings_for(**of_provider(url)), connections, cool_down_seconds=0.05)
    assert (await provider.for_page())[1] is None
    again = IssuerServer(port=port)
    again.told = {"end_session_endpoint": None}
    with again:
        await asyncio.sleep(0.05)
        told, origin = await provider.for_page()
        assert (told["endSessionEndpoint"], origin) == (None, url)
    assert (await provider.for_page())[1] == url
    await provider.aclose()
    await connections.aclose()


@pytest.mark.parametrize(
    ("roles", "may", "may_not"),
    [
        ("candidate", "GET /api/v1/interviews", "GET /api/v1/interviews/{interviewId}/events"),
        ("auditor", "GET /api/v1/audit/key", "POST /api/v1/interviews/start"),
        ("admin", "DELETE /api/v1/interviews/{interviewId}", None),
    ],
)
def test_a_caller_learns_what_it_may_do(roles: str, may: str, may_not: str | None) -> None:
    with serving(**BY_SECRET) as gateway, signed_in(gateway, token("ann", roles)) as ann:
        me = ann.get("/api/v1/me").json()
    assert (me["subject"], me["roles"]) == ("ann", [roles])
    assert may in me["may"]
    assert may_not not in me["may"]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"auth_oidc_client_id": "the-page"}, "^AUTH_OIDC_CLIENT_ID: needs sign-in"),
        ({"auth_oidc_scopes": "profile"}, "^AUTH_OIDC_SCOPES: must contain the scope openid"),
        (of_provider("an-issuer"), "^AUTH_ISSUER: must be the address"),
        (of_provider("http://id.example"), "^AUTH_ISSUER: must be the address"),
    ],
)
def test_settings_with_which_nobody_could_sign_in_are_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], fault: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), value)
    with pytest.raises(InvalidSettings, match=fault):
        create_app(load_settings(), MemoryEventLog())


def test_an_issuer_that_is_down_does_not_hold_up_the_page() -> None:
    with serving(**of_provider(NOWHERE)) as gateway:
        told, connect = told_page(gateway)
    assert told is not None
    assert told["issuer"] == NOWHERE
    assert connect == "'self'"
