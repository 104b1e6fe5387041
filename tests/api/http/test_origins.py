"""Origins and hosts that are refused: the log says so once, with the setting that allows each."""

import logging
import re
from collections.abc import Iterator

import pytest

from api.http.refused import MOST
from api.settings import load_settings
from tests.gateways import Served, serving

CHROME = "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/130 Safari/537.36"
START = "/api/v1/interviews/start"
ENGINEER = {"role": "Software Engineer"}
SHELLS = [
    "app://.",
    "tauri://localhost",
    "capacitor://localhost",
    "ionic://localhost",
    "http://tauri.localhost",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "http://localhost:5173",
]


@pytest.fixture
def fresh() -> Iterator[Served]:
    """A gateway that has refused nothing yet."""
    with serving() as served:
        yield served


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "api.http.refused"]


@pytest.mark.parametrize("origin", SHELLS)
def test_the_setting_that_the_log_names_lets_the_origin_in(
    origin: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"origin": origin, "user-agent": CHROME}
    preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
        "access-control-request-private-network": "true",
    }
    already = "https://desk.example"
    with serving(allowed_origins=(already,)) as gateway:
        for _ in range(3):
            refused = gateway.client.post(START, json=ENGINEER, headers=headers)
            assert refused.status_code == 403
    [line] = lines(caplog)
    assert origin in line
    found = re.search(r"ALLOWED_ORIGINS=(\S+)$", line)
    assert found
    monkeypatch.setenv("ALLOWED_ORIGINS", found[1])
    with serving(allowed_origins=load_settings().allowed_origins) as gateway:
        asked = gateway.client.options(START, headers=headers | preflight)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == origin
        assert asked.headers["access-control-allow-private-network"] == "true"
        started = gateway.client.post(START, json=ENGINEER, headers=headers)
        assert started.status_code == 200
        assert started.headers["access-control-allow-origin"] == origin
        before = gateway.client.get("/health", headers={"origin": already})
        assert before.headers["access-control-allow-origin"] == already


@pytest.mark.parametrize(
    "origin", ["null", "file://", "", "i once yodelled", f"http://{'yodelled' * 40}"]
)
def test_a_page_that_cannot_be_allowed_is_said_to_be_one(
    fresh: Served, caplog: pytest.LogCaptureFixture, origin: str
) -> None:
    for _ in range(2):
        fresh.client.get("/api/v1/models", headers={"origin": origin, "user-agent": CHROME})
    [line] = lines(caplog)
    assert "No setting allows these" in line
    assert "yodelled" not in line


def test_a_page_known_by_its_referer_is_logged_by_its_origin(
    fresh: Served, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"referer": "http://localhost:5173/some/page?with=words"}
    assert fresh.client.get("/api/v1/models", headers=headers).status_code == 403
    [line] = lines(caplog)
    assert line.endswith("ALLOWED_ORIGINS=http://localhost:5173")
    assert "with=words" not in line


def test_a_refused_host_is_logged_once_with_its_setting(caplog: pytest.LogCaptureFixture) -> None:
    with serving(allowed_hosts=("desk.example",)) as gateway:
        for host in ("gateway.example:8009", "Gateway.example", "bad host"):
            assert gateway.client.get("/health", headers={"host": host}).status_code == 400
    named, malformed = lines(caplog)
    assert named.endswith("ALLOWED_HOSTS=desk.example,gateway.example")
    assert "valid Host" in malformed


def test_pages_that_make_up_origins_fill_neither_the_log_nor_the_memory(
    fresh: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for number in range(MOST + 40):
            headers = {"origin": f"http://{number}.example", "user-agent": CHROME}
            assert fresh.client.get("/api/v1/models", headers=headers).status_code == 403
    assert len(lines(caplog)) == MOST
    assert lines(caplog)[-1].endswith("No more are logged.")
    own = {"origin": "http://localhost:5173", "user-agent": CHROME}
    fresh.client.get("/api/v1/models", headers=own)
    assert "ALLOWED_ORIGINS=http://localhost:5173" in lines(caplog)[-1]


def test_what_is_allowed_is_not_logged(fresh: Served, caplog: pytest.LogCaptureFixture) -> None:
    for origin in (fresh.url, "http://localhost:3000"):
        assert fresh.client.get("/health", headers={"origin": origin}).status_code == 200
    fresh.client.get(
        "/docs",
        headers={
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
        },
    )
    assert lines(caplog) == []
