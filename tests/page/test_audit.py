"""The whole log checked from the page, and what to keep of it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.desktop import Desktop
from tests.eventlog.verification.logs import falsify
from tests.gateways import Served, serving
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import violations, visiting

ONLY_BY_THE_LOG = re.compile(
    "^6 events are (covered only by checkpoints in the log itself|not covered by)"
)

Visit = Callable[..., Page]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_log_that_holds(browser: Browser, tmp_path: Path, window: str) -> None:
    with (
        serving(eventlog_url=f"sqlite:///{tmp_path / 'log.db'}") as gateway,
        visiting(browser, gateway.url, **WINDOWS[window]) as page,
    ):
        Desktop(gateway).start(totalQuestions=2).finish()
        page.goto(f"{gateway.url}/#/audit")
        page.get_by_role("button", name="Verify the log now").press("Enter")
        expect(page.locator(".verdict")).to_contain_text("The log is consistent.")
        expect(page.get_by_text("6 events of 1 interview checked")).to_be_visible()
        # No more is claimed: of what somebody kept, the gateway knows nothing.
        expect(page.locator(".check .covered")).to_have_text(ONLY_BY_THE_LOG)
        page.get_by_text("The signed checkpoint").click()
        note = gateway.get("/api/v1/audit/checkpoint").text
        assert note.splitlines()[2] in page.locator(".raw pre").inner_text()
        look(page, "audit", window)


def test_a_log_that_was_tampered_with(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        desktop = Desktop(gateway).start(totalQuestions=2)
        desktop.finish()
        falsify(
            path,
            "UPDATE events SET payload = replace(payload, 'answer', 'reply') WHERE version = 3",
        )
        # The interview itself is refused: its session is not what was logged.
        with visiting(browser, gateway.url, expected=["500"]) as page:
            page.goto(f"{gateway.url}/#/audit")
            page.get_by_role("button", name="Verify the log now").click()
            expect(page.locator(".verdict .mark")).to_have_text("not consistent")
            found = page.locator(".findings li").count()
            places = "1 place" if found == 1 else f"{found} places"
            expect(page.locator(".verdict")).to_contain_text(f"damaged in {places}.")
            assert violations(page) == []
            page.get_by_role("link", name="its interview").first.click()
            expect(page).to_have_url(f"{gateway.url}/#/history/{desktop.interview_id}/technical")


def test_a_log_in_memory_is_not_checked_and_the_page_says_why(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url, expected=["409"]) as page:
        page.goto(f"{gateway.url}/#/audit")
        page.get_by_role("button", name="Verify the log now").click()
        expect(page.locator(".check .notice")).to_contain_text("memory")
        assert violations(page) == []


def test_a_check_can_be_stopped(browser: Browser, gateway: Served) -> None:
    unanswered: list[Route] = []

    def keep(route: Route) -> None:
        unanswered.append(route)

    with visiting(browser, gateway.url) as page:
        page.route("**/audit/verify", keep)
        page.goto(f"{gateway.url}/#/audit")
        page.get_by_role("button", name="Verify the log now").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Stopped.")).to_be_visible()
        page.get_by_role("button", name="Verify the log now").click()
        page.get_by_role("link", name="History", exact=True).click()  # leaving ends it too
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        for route in unanswered:
            route.abort()  # or Playwright's own tasks would wait for ever


def test_it_comes_back_with_the_gateway(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.route("**/audit/*", lambda route: route.abort())
        page.goto(f"{gateway.url}/#/audit")
        expect(page.locator(".notice")).to_contain_text("cannot be reached")
        page.unroute("**/audit/*")
        expect(page.get_by_text("Public key")).to_be_visible()
