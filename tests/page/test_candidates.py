"""The page at /interview, which a team sends to candidates: an interview, and nothing of others."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateways import Served
from tests.page.conversing import answer, box_of
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import overflow, violations, visiting

OF_STAFF = ("/health", "/events", "/transcript", "/bundle", "/audit", "/models", "/statemachine")


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_a_link_leads_through_one_interview_and_to_nothing_else(
    browser: Browser, gateway: Served, window: str
) -> None:
    with visiting(browser, gateway.url, **WINDOWS[window]) as page:
        paths: set[str] = set()
        page.on("request", lambda request: paths.add(urlsplit(request.url).path))
        page.goto(f"{gateway.url}/interview?role=Data+Analyst&questions=2")
        expect(page.locator("#status")).to_have_text("Connected")
        expect(page.get_by_role("definition")).to_have_text(["Data Analyst", "2"])
        expect(page.get_by_role("radio")).to_have_count(0)
        look(page, "candidate-setup", window)
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_text("Question 1 of 2")).to_be_visible()
        box_of(page).fill("By looking at the data first.")
        page.reload()
        expect(box_of(page)).to_have_value("By looking at the data first.")
        look(page, "candidate-interview", window)
        box_of(page).press("Enter")
        expect(page.get_by_text("Question 2 of 2")).to_be_visible()
        answer(page, "By asking whose data it is.")
        expect(page.get_by_text("Your interview is over. You can close this page.")).to_be_visible()
        look(page, "candidate-summary", window)
        assert {link.get_attribute("href") for link in page.get_by_role("link").all()} == {
            "#main",
            "#/",
        }
        assert not [path for path in paths if path.endswith(OF_STAFF)]
    [held] = gateway.get("/api/v1/interviews").json()["interviews"]
    assert (held["role"], held["totalQuestions"], held["state"]) == ("Data Analyst", 2, "complete")


def test_a_link_is_checked_and_what_it_leaves_out_can_be_chosen(
    browser: Browser, gateway: Served
) -> None:
    def opened(query: str) -> Page:
        page.goto(f"{gateway.url}/interview{query}")
        expect(page.get_by_role("button", name="Start the interview")).to_be_visible()
        return page

    with visiting(browser, gateway.url, width=360, expected=["ERR_FAILED", "503"]) as page:
        opened("?role=%3Cb%3EKing&questions=16")
        expect(page.locator(".notice")).to_have_text(
            [
                "The link that you opened names a role that does not exist. "
                "Choose your role below.",
                "The link that you opened has a wrong number of questions. "
                "Choose one from 1 to 15 below.",
            ]
        )
        expect(page.get_by_role("radio")).to_have_count(3)
        assert (violations(page), overflow(page)) == ([], 0)
        opened("?questions=1")
        expect(page.locator(".notice")).to_have_count(0)
        page.get_by_label("Product Manager").check()
        for address in ("#/history", "#/audit"):
            page.evaluate("address => { location.hash = address; }", address)
            expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
            expect(page.get_by_role("link", name="history")).to_have_count(0)
        opened("?role=Product%20Manager")
        page.get_by_label("Questions", exact=True).fill("1")
        # What candidates are told of the gateway.
        page.route("**/ready", lambda route: route.fulfill(status=503))
        expect(page.locator("#status")).to_have_text("Gateway not ready")
        page.route("**/ready", lambda route: route.abort())
        expect(page.locator("#status")).to_have_text("Gateway unreachable")
        page.unroute("**/ready")
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_role("heading", name="Product Manager interview")).to_be_visible()
        expect(page.get_by_text("Question 1 of 1")).to_be_visible()
