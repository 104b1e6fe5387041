"""Who may talk to the gateway: other pages in the same browser may not."""

import asyncio

import pytest

from tests.desktop import Desktop
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


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("evil.example", 400), ("", 400)])
def test_a_whole_url_as_target_is_judged_by_its_own_host(
    alone: Served, host: str, status: int
) -> None:
    for header in ("localhost", "evil.example"):
        target = {"target": f"http://{host}/health".encode()}
        answer = alone.client.get("/health", headers={"host": header}, extensions=target)
        assert answer.status_code == status


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
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_gets_no_checkpoint_and_has_none_kept_by_an_image_a_frame_a_form_or_a_link(
    alone: Served, method: str, site: str, referer: str | None, how: dict[str, str]
) -> None:
    alone.post(START, ENGINEER)
    log = alone.app.state.gateway.log
    before = asyncio.run(log.kept_checkpoints())
    headers = {"user-agent": CHROME, "sec-fetch-site": site, **how}
    headers |= {"referer": referer} if referer else {}
    response = alone.client.request(method, "/api/v1/audit/checkpoint", headers=headers)
    assert response.status_code == 403
    assert asyncio.run(log.kept_checkpoints()) == before


OLD = "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko"
"""A browser that knows no Sec-Fetch headers, and sends an Origin with few requests."""

FOREIGN_REFERERS = [
    "https://evil.example/page",
    "http://127.0.0.1:1/",
    "http://localhost.evil.example:3000/",
    "http://127.0.0.1@evil.example/",
    "file:///home/somebody/page.html",
    "about:blank",
    "/page",
    "//[",
]


@pytest.mark.parametrize("referer", FOREIGN_REFERERS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/interviews"),
        ("GET", "/api/v1/audit/checkpoint"),
        ("POST", "/api/v1/audit/checkpoint"),
        ("POST", START),
        ("GET", "/api/nowhere"),
        ("HEAD", "/api/v1/models"),
        ("POST", "/docs"),
    ],
)
def test_a_page_in_an_old_browser_is_known_by_its_referer(
    alone: Served, method: str, path: str, referer: str
) -> None:
    before = head_of(alone)
    headers = {"user-agent": OLD, "referer": referer}
    body = ENGINEER if path == START else None
    response = alone.client.request(method, path, headers=headers, json=body)
    assert response.status_code == 403
    assert head_of(alone) == before


@pytest.mark.parametrize("referer", FOREIGN_REFERERS)
@pytest.mark.parametrize("path", ["/", "/docs", "/page/main.js"])
def test_an_old_browser_may_follow_a_link_to_a_page(alone: Served, path: str, referer: str) -> None:
    headers = {"user-agent": OLD, "referer": referer}
    assert alone.client.get(path, headers=headers).status_code == 200


def test_an_old_browser_may_use_the_pages_of_those_who_may(alone: Served) -> None:
    for referer in (f"{alone.url}/", f"{alone.url.upper()}/docs?x", "http://localhost:3000/a", ""):
        headers = {"user-agent": OLD, "referer": referer}
        assert alone.client.get("/api/v1/interviews", headers=headers).status_code == 200


def test_who_names_no_page_at_all_is_let_in(alone: Served) -> None:
    headers = {"user-agent": "curl/8.5"}
    assert alone.client.get("/api/v1/audit/checkpoint", headers=headers).status_code == 200
    assert alone.client.post("/api/v1/audit/checkpoint", headers=headers).status_code == 200


def test_an_unknown_word_for_where_it_asks_from_is_no_excuse(alone: Served) -> None:
    headers = {"user-agent": CHROME, "sec-fetch-site": "SAME-ORIGIN"}
    assert alone.client.get("/api/v1/interviews", headers=headers).status_code == 403


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


NO_STORE = "no-store"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/health", {}, 200),
        ("HEAD", "/health", {}, 200),
        ("GET", "/health", {"host": "evil.example"}, 400),
        ("GET", "/api/v1/models", {}, 200),
        ("GET", "/api/v1/interviews", {"if-none-match": "*"}, 200),
        ("GET", "/api/v1/interviews", {"host": "evil.example"}, 400),
        ("GET", "/api/v1/interviews", {"origin": "https://evil.example"}, 403),
        ("GET", "/api/v1/audit/key", {}, 200),
        ("GET", "/api/v1/audit/inclusion", {}, 422),
        ("GET", "/api/nowhere", {}, 404),
        ("GET", f"/api/v1/interviews/{'0' * 8}-0000-4000-8000-{'0' * 12}/events", {}, 404),
        ("PUT", "/api/v1/models", {}, 405),
        ("POST", "/api/v1/audit/verify", {}, 409),
        ("POST", START, {}, 413),
        ("POST", START, {"content-type": "text/plain"}, 415),
        (
            "OPTIONS",
            START,
            {"origin": "http://localhost:3000", "access-control-request-method": "POST"},
            200,
        ),
    ],
)
def test_no_cache_stores_what_the_api_answers(
    alone: Served, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    content = b" " * (1024 * 1024 + 1) if status == 413 else None
    response = alone.client.request(method, path, headers=headers, content=content)
    assert response.status_code == status
    assert response.headers.get_list("cache-control") == [NO_STORE]


def test_no_cache_stores_an_interview_in_any_format(alone: Served) -> None:
    interview = f"/api/v1/interviews/{Desktop(alone).start().interview_id}"
    formats = [f"/transcript?format={format}" for format in ("json", "md", "html")]
    for of_it in ("", "/events", "/session", "/bundle", *formats):
        response = alone.client.get(interview + of_it, headers={"if-none-match": "*"})
        assert response.status_code == 200
        assert response.headers.get_list("cache-control") == [NO_STORE]


def test_a_mistake_of_ours_is_answered_through_the_gate_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def mistaken(*_: object) -> None:
        raise RuntimeError("a mistake")

    with serving() as gateway:
        monkeypatch.setattr(gateway.app.state.gateway.conductor, "start", mistaken)
        headers = {"origin": "http://localhost:3000"}
        response = gateway.client.post(START, json=ENGINEER, headers=headers)
    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
    assert response.headers.get_list("cache-control") == [NO_STORE]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_the_pages_own_files_may_be_kept(alone: Served) -> None:
    for path in ("/", "/page/main.js", "/docs"):
        assert NO_STORE not in alone.get(path).headers.get("cache-control", "")
