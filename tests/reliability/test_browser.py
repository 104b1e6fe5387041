"""Other pages in the same browser neither read nor write, tried with a real one; the desktop
app's page and the development page do."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop import Desktop
from tests.events import head_of
from tests.gateways import Served, serving
from tests.reliability.browser import (
    CHROMIUM,
    ELECTRON,
    Arrival,
    Page,
    Site,
    rebinding,
    script,
    watching,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

EVIL = "evil.example"
RESOLVING = (f"--host-resolver-rules=MAP {EVIL} 127.0.0.1",)
SECRET = "A secret between the candidate and the interviewer."
MODEL = "granite4:2b"

SERVICE_WORKER = """
addEventListener("message", async ({ data, ports }) => {
  const tell = (text) => ports[0].postMessage(text);
  try {
    await fetch(data.start, { method: "POST", body: data.wish, mode: "no-cors" }).catch(() => 0);
    tell("READ " + (await (await fetch(data.list)).text()));
  } catch (error) {
    tell(error.name);
  }
});
addEventListener("install", () => skipWaiting());
"""


class Target:
    """A gateway with something to lose, and whether it has lost it."""

    def __init__(self, gateway: Served) -> None:
        self.gateway = gateway
        gateway.post("/api/v1/models/select", {"modelId": MODEL})
        self.desktop = Desktop(gateway).start(model=MODEL)
        self.desktop.answer(SECRET)
        self._before = self._all_that_is_kept()

    @property
    def port(self) -> int:
        return int(self.gateway.url.rpartition(":")[2])

    def is_untouched(self) -> bool:
        return self._all_that_is_kept() == self._before

    def _all_that_is_kept(self) -> tuple[Any, ...]:
        inner = self.gateway.app.state.gateway
        checkpoints = asyncio.run(inner.log.kept_checkpoints())
        return head_of(self.gateway), checkpoints, asyncio.run(inner.model_choice.choose(None))

    def attacks(self, site: Site, name: str, *, gateway: str | None = None) -> str:
        """A page that tries everything."""
        code = script(
            "attacks.js",
            gateway=gateway or self.gateway.url,
            own=site.url,
            interview=self.desktop.interview_id,
            session=self.desktop.session,
            name=name,
        )
        return f"<!doctype html><body><script>{code}</script>"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with serving() as gateway:
        yield Target(gateway)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def check_harmless(told: dict[str, Any], target: Target, but_for: str = "\0") -> None:
    outcomes = told["outcomes"]
    assert len(outcomes) > 40
    read = {
        what: came
        for what, came in outcomes.items()
        if came.startswith("READ") and but_for not in came
    }
    assert read == {}
    assert SECRET not in str(outcomes)
    assert target.is_untouched()


def pages(target: Target, site: Site, *, gateway: str | None = None) -> dict[str, Page]:
    """A page that tries everything, and in it a sandboxed frame that does."""
    frame = '<iframe sandbox="allow-scripts allow-forms allow-popups" src="/frame"></iframe>'
    return {
        "/": Page(target.attacks(site, "page", gateway=gateway) + frame),
        "/frame": Page(target.attacks(site, "frame", gateway=gateway)),
        "/worker.js": Page(SERVICE_WORKER, "text/javascript"),
        "/to-list": Page("", moved_to=f"{target.gateway.url}/api/v1/interviews"),
        "/to-start": Page("", moved_to=f"{target.gateway.url}/api/v1/interviews/start"),
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", EVIL])
def test_a_page_and_a_sandboxed_frame_in_it(target: Target, site: Site, host: str) -> None:
    site.pages = pages(target, site)
    url = f"http://{host}:{site.port}"
    with watching(target.gateway) as arrivals:
        page, frame = site.visited(f"{url}/", "page", "frame", options=RESOLVING)
    assert (page["origin"], frame["origin"]) == (url, "null")
    for told in (page, frame):
        check_harmless(told, target)
    let_in = [a for a in arrivals if a.status < 400 and not a.is_a_look]
    assert [(a.method, a.path) for a in let_in] == []
    # The attacks did arrive, in all the ways in which a browser names who asks.
    assert len(arrivals) > 80
    assert {a.headers.get("origin") for a in arrivals} == {url, "null", None}
    assert {a.method for a in arrivals} == {"GET", "POST", "OPTIONS"}


def test_the_same_attacks_on_a_gateway_that_allows_the_page(site: Site) -> None:
    """They read and write where nothing stops them, so that it is the gate that does."""
    with serving(allowed_origins=site.url) as gateway:
        target = Target(gateway)
        site.pages = pages(target, site)
        page, _ = site.visited(f"{site.url}/", "page", "frame")
        assert not target.is_untouched()
    came = page["outcomes"]
    for what in ("read by fetch", "read by a worker", "a service worker"):
        assert came[what].startswith("READ")
    for what in ("write by fetch", "write a selection", "forget by fetch"):
        assert came[what].startswith(("READ 200", "READ 4"))


def test_a_page_whose_name_leads_to_the_gateway_all_of_a_sudden(target: Target, site: Site) -> None:
    with (
        rebinding(first=site.port, then=target.port) as (port, rebind),
        watching(target.gateway) as arrivals,
    ):
        url = f"http://{EVIL}:{port}"
        site.pages = pages(target, site, gateway=url)
        site.on_asked["/frame"] = rebind  # the last thing that is the page's own
        page, frame = site.visited(f"{url}/", "page", "frame", options=RESOLVING)
    assert page["origin"] == url
    # To the browser the gateway is of the page's own origin: it may read the refusal.
    refusal = "/problems/unknown-host"
    assert any(refusal in came for came in page["outcomes"].values())
    for told in (page, frame):
        check_harmless(told, target, but_for=refusal)
    assert {a.status for a in arrivals if a.headers["host"] == f"{EVIL}:{port}"} == {400}
    assert all(a.status >= 400 or a.is_a_look for a in arrivals)


def test_a_file_in_a_browser_that_is_not_the_desktop_app(
    target: Target, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(target.attacks(site, "file"))
    with watching(target.gateway) as arrivals:
        (told,) = site.visited(file.as_uri(), "file")
    assert told["origin"] == "null"
    check_harmless(told, target)
    assert [(a.method, a.path) for a in arrivals if a.status < 400 and not a.is_a_look] == []


def test_the_desktop_apps_page(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    with serving() as gateway, watching(gateway) as arrivals:
        file.write_text(desktop_page(gateway, site))
        (told,) = site.visited(file.as_uri(), "desktop", options=(f"--user-agent={ELECTRON}",))
    assert told.pop("origin") == "null"
    check_conducted(told, arrivals)


def test_the_development_page() -> None:
    try:
        site = Site(port=3000).__enter__()
    except OSError:
        pytest.skip("port 3000 is taken")
    try:
        with serving() as gateway, watching(gateway) as arrivals:
            site.pages["/"] = Page(desktop_page(gateway, site))
            (told,) = site.visited("http://localhost:3000/", "desktop")
    finally:
        site.__exit__()
    assert told.pop("origin") == "http://localhost:3000"
    check_conducted(told, arrivals)


def desktop_page(gateway: Served, site: Site) -> str:
    code = script("desktop.js", gateway=gateway.url, own=site.url, name="desktop")
    return f"<!doctype html><body><script>{code}</script>"


def check_conducted(told: dict[str, Any], arrivals: list[Arrival]) -> None:
    assert re.fullmatch('position=1, leaf="[0-9a-f]{64}"', told.pop("event"))
    assert told == {
        "statuses": [200, 200, 200, 200, 200, 200, 422, 200],
        "complete": True,
        "refusal": "/problems/invalid-input",
    }
    opened = [a.status for a in arrivals if a.headers.get("sec-fetch-dest") == "document"]
    assert opened == [200]
