"""Who may talk to the gateway: other pages in the same browser may not."""

import asyncio

import pytest

from tests.events import head_of
from tests.gateways import Served, serving

ELECTRON = "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/130 Electron/33.0 Safari/537.36"
CHROME = "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/130 Safari/537.36"
START = "/api/v1/interviews/start"
ENGINEER = {"role": "Software Engineer"}


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8009", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8009"],
)
def test_the_gateways_own_names_are_let_in(alone: Served, host: str) -> None:
    assert alone.client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "localhost:port",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost/",
        "[::1",
        "",
    ],
)
def test_any_other_host_is_refused(alone: Served, host: str) -> None:
    before = head_of(alone)
    response = alone.client.post(START, json=ENGINEER, headers={"host": host})
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/unknown-host"
    assert head_of(alone) == before


@pytest.mark.parametrize(
    ("origin", "agent"),
    [
        ("null", ELECTRON),
        ("file://", ELECTRON),
        ("http://localhost:3000", CHROME),
        (None, CHROME),
    ],
)
def test_the_desktop_and_its_development_page_read_and_write(
    alone: Served, origin: str | None, agent: str
) -> None:
    headers = {"user-agent": agent} | ({"origin": origin} if origin else {})
    response = alone.client.post(START, json=ENGINEER, headers=headers)
    assert response.status_code == 200
    if origin:
        assert response.headers["access-control-allow-origin"] == origin
        refused = alone.client.post(START, json={}, headers=headers)
        assert refused.headers["access-control-allow-origin"] == origin


def test_the_gateways_own_page_may_use_it(alone: Served) -> None:
    headers = {"origin": alone.url, "user-agent": CHROME}
    assert alone.client.post(START, json=ENGINEER, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("origin", "agent"),
    [
        ("https://evil.example", CHROME),
        ("https://evil.example", ELECTRON),
        ("null", CHROME),
        ("file://", CHROME),
        ("http://localhost:3001", CHROME),
        ("https://localhost:3000", CHROME),
        ("http://localhost:3000.evil.example", CHROME),
        ("http://127.0.0.1:1", CHROME),
        ("", CHROME),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_of_another_origin_neither_reads_nor_writes(
    alone: Served, method: str, origin: str, agent: str
) -> None:
    before = head_of(alone)
    response = alone.client.request(
        method,
        "/api/v1/interviews" if method == "GET" else START,
        json=ENGINEER if method == "POST" else None,
        headers={
            "origin": origin,
            "user-agent": agent,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers
    assert head_of(alone) == before


def test_a_preflight_of_the_desktop_is_answered(alone: Served) -> None:
    headers = {
        "origin": "null",
        "user-agent": ELECTRON,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, x-requested-with",
    }
    response = alone.client.options(START, headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "null"
    assert "content-type" in response.headers["access-control-allow-headers"].lower()


def test_a_sandboxed_frame_cannot_ask_to_forge_its_user_agent(alone: Served) -> None:
    headers = {
        "origin": "null",
        "user-agent": CHROME,
        "access-control-request-method": "POST",
        "access-control-request-headers": "user-agent",
    }
    response = alone.client.options(START, headers=headers)
    assert response.status_code == 403
    assert "access-control-allow-headers" not in response.headers


@pytest.mark.parametrize("path", ["/docs", "/health", "/nowhere"])
def test_no_page_may_show_the_gateway_in_a_frame(alone: Served, path: str) -> None:
    headers = alone.get(path).headers
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "referer", [None, "https://evil.example/page", "http://127.0.0.1:1/", "//["]
)
@pytest.mark.parametrize(
    "how",
    [
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        LINK,
        {},
    ],
)
def test_a_page_cannot_have_a_checkpoint_kept_by_an_image_a_frame_or_a_link(
    alone: Served, site: str, referer: str | None, how: dict[str, str]
) -> None:
    alone.post(START, ENGINEER)
    log = alone.app.state.gateway.log
    before = asyncio.run(log.kept_checkpoints())
    headers = {"user-agent": CHROME, "sec-fetch-site": site, **how}
    headers |= {"referer": referer} if referer else {}
    response = alone.client.get("/api/v1/audit/checkpoint", headers=headers)
    assert response.status_code == 403
    assert asyncio.run(log.kept_checkpoints()) == before


@pytest.mark.parametrize(
    ("site", "referer", "agent"),
    [
        ("none", None, CHROME),  # typed in, or from a bookmark
        ("same-origin", "http://127.0.0.1:8009/docs", CHROME),
        ("same-site", "http://localhost:3000/", CHROME),
        ("cross-site", "http://localhost:3000/interviews/1?x", CHROME),
        ("cross-site", None, ELECTRON),
    ],
)
def test_links_to_a_transcript_work_from_the_pages_that_may_use_the_gateway(
    alone: Served, site: str, referer: str | None, agent: str
) -> None:
    headers = {"user-agent": agent, "sec-fetch-site": site, **LINK}
    headers |= {"referer": referer} if referer else {}
    assert alone.client.get("/api/v1/interviews", headers=headers).status_code == 200


def test_a_link_to_the_docs_may_stand_anywhere(alone: Served) -> None:
    headers = {"user-agent": CHROME, "sec-fetch-site": "cross-site", **LINK}
    assert alone.client.get("/docs", headers=headers).status_code == 200
    in_a_frame = headers | {"sec-fetch-dest": "iframe"}
    assert alone.client.get("/docs", headers=in_a_frame).status_code == 403
    assert alone.client.post("/docs", headers=headers).status_code == 403


def test_a_page_that_may_use_the_gateway_may_reach_into_the_private_network(alone: Served) -> None:
    headers = {
        "origin": "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-private-network": "true",
    }
    response = alone.client.options(START, headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-private-network"] == "true"
    response = alone.client.options(START, headers=headers | {"origin": "https://evil.example"})
    assert response.status_code == 403
    assert "access-control-allow-private-network" not in response.headers


def test_more_origins_and_hosts_can_be_set() -> None:
    with serving(allowed_hosts="gateway.local", allowed_origins="https://desk.example") as gateway:
        headers = {"host": "gateway.local:8009", "origin": "https://desk.example"}
        assert gateway.client.get("/health", headers=headers).status_code == 200
