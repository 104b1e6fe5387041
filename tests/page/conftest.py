"""A browser for the page's tests, and visitors who use it.

Whatever a test is about, a page on which an error reaches the console, a promise is rejected and
nobody cares, or a request leaves the gateway, has failed it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.gateways import Served, serving
from tests.page.visitor import NAME, PATIENCE_MS, visiting
from tests.reliability.browser import CHROMIUM, QUIET, UNSEEN

PLAYWRIGHTS = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    "PreconnectToSearch",
)
"""What Playwright itself turns off: Chromium heeds the last list alone, which is ours."""

Visit = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For this folder only: while it is open, no other test could run an event loop."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        names = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
        unseen = f"--disable-features={','.join((*PLAYWRIGHTS, *UNSEEN))}"
        arguments = [*QUIET, names, unseen]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def gateway() -> Iterator[Served]:
    """On templates and a log in memory."""
    with serving() as served:
        yield served


@pytest.fixture
def visit(browser: Browser, gateway: Served) -> Iterator[Visit]:
    """Opens a page of the gateway for a visitor: `visit("#/history", width=360, dark=True)`."""
    with ExitStack() as stack:

        def open_page(address: str = "", **how: Any) -> Page:
            page = stack.enter_context(visiting(browser, gateway.url, **how))
            page.goto(f"{gateway.url}/{address}")
            return page

        yield open_page
