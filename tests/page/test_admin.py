"""The gateway administered from the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes import OllamaServer
from tests.gateways import serving
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import visiting

Visit = Callable[..., Page]


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_an_administrator_changes_how_the_gateway_runs(browser: Browser, window: str) -> None:
    with (
        OllamaServer() as ollama,
        serving(ollama, openai_api_key="sk-hunter2") as gateway,
        visiting(browser, gateway.url, **WINDOWS[window]) as page,
    ):
        gateway.wait_until_noticed(ollama="online")
        page.goto(gateway.url)
        page.locator(".status summary").click()
        page.get_by_role("link", name="Administer the gateway").click()
        off = page.get_by_role("button", name="Switch off ollama")
        off.press("Enter")
        on = page.get_by_role("button", name="Switch on ollama")
        expect(on).to_be_focused()
        expect(page.get_by_text("An administrator switched it off")).to_be_visible()
        page.get_by_role("button", name="Refuse new steps").click()
        expect(page.get_by_text("Nothing is in progress: you can stop it.")).to_be_visible()
        expect(page.locator("#announcer")).to_have_text("The gateway takes no new steps.")
        expect(page.locator("main")).not_to_contain_text("hunter2")
        look(page, "admin", window)
        page.get_by_role("button", name="Take new steps again").click()
        on.click()
        expect(off).to_be_visible()
        assert gateway.app.state.gateway.drain.is_draining is False
        page.get_by_role("button", name="Load granite3.3:2b", exact=True).click()
        page.get_by_role("button", name="Unload granite3.3:2b").click()
        expect(page.get_by_role("button", name="Load granite3.3:2b", exact=True)).to_be_visible()
        page.get_by_role("button", name="Store a checkpoint").click()
        expect(page.locator("#announcer")).to_have_text("A checkpoint is stored.")


def test_what_is_refused_says_why(visit: Visit) -> None:
    page = visit("#/admin", expected=["404"])
    page.route(
        "**/circuits/*/open",
        lambda route: route.continue_(url=route.request.url.replace("ollama", "nobody")),
    )
    page.get_by_role("button", name="Switch off ollama").click()
    expect(page.locator(".notice")).to_contain_text("No backend is called 'nobody'")


def test_a_proxy_that_answers_for_the_gateway_is_not_taken_for_it(visit: Visit) -> None:
    page = visit("#/admin", expected=["502"])
    expect(page.get_by_role("button", name="Refuse new steps")).to_be_visible()
    page.route("**/api/v1/admin/**", lambda route: route.fulfill(status=502, body="<h1>Bad"))
    page.get_by_role("button", name="Refuse new steps").click()
    expect(page.locator(".notice")).to_contain_text("The gateway cannot be reached.")
    page.unroute("**/api/v1/admin/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#announcer")).to_have_text("The gateway takes no new steps.")
