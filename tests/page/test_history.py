"""The list of all interviews: found by state, by role, by what was said in them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.desktop import Desktop
from tests.gateways import Served
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import PATIENCE_MS, overflow, violations, visiting

Visit = Callable[..., Page]

HOSTILE = "<img src=x onerror=alert(1)> & \u202ebackwards" + "long" * 60


def rows(page: Page) -> list[str]:
    return page.locator(".interviews .to").all_inner_texts()


def test_an_empty_log_says_where_to_begin(visit: Visit) -> None:
    page = visit("#/history")
    expect(page.get_by_text("There are no interviews yet.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Start the first one").click()
    expect(page.get_by_role("heading", name="Start an interview")).to_be_visible()


def test_a_filter_finds_and_is_kept(visit: Visit, gateway: Served) -> None:
    Desktop(gateway).start("Data Analyst", totalQuestions=1).answer(f"I like ledgers. {HOSTILE}")
    Desktop(gateway).start("Product Manager", totalQuestions=3)
    page = visit("#/history")
    expect(page.get_by_text("2 interviews shown")).to_be_visible()
    assert rows(page) == ["Product Manager", "Data Analyst"]
    page.get_by_label("State").select_option("Under way")
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    assert rows(page) == ["Product Manager"]
    page.get_by_role("link", name="Continue", exact=True).click()
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("State")).to_have_value("questioning")
    expect(page.locator(".interviews .to")).to_have_count(1)
    page.get_by_label("State").select_option("Any state")
    page.get_by_label("Search in what was said").press_sequentially("<IMG src")
    expect(page.locator(".interviews .to")).to_have_text(["Data Analyst"])
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    page.get_by_label("Role").select_option("Software Engineer")
    expect(page.get_by_text("No interview matches.")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.get_by_text("2 interviews shown")).to_be_visible()
    expect(page.get_by_label("Search in what was said")).to_be_focused()


def test_a_row_says_who_it_was_and_which_words_were_found(visit: Visit, gateway: Served) -> None:
    Desktop(gateway).start("Data Analyst", totalQuestions=1)
    page = visit()

    def tell(route: Route) -> None:
        response = route.fetch()
        listed = response.json()
        found = {"before": "I like ", "text": "ledgers", "after": ". <b>Very</b> much."}
        listed["interviews"][0] |= {"candidateName": HOSTILE, "practice": True, "found": found}
        route.fulfill(response=response, json=listed)

    page.route("**/api/v1/interviews?*", tell)
    page.get_by_role("link", name="History", exact=True).click()
    row = page.locator(".interviews li")
    expect(row.get_by_role("link", name="Data Analyst")).to_contain_text("<img src=x")
    expect(row.get_by_text("practice")).to_be_visible()
    expect(row.locator("mark")).to_have_text("ledgers")
    expect(row).to_contain_text("I like ledgers. <b>Very</b> much.")
    expect(page.get_by_label("Role").locator("option", has_text="Nurse")).to_have_count(1)
    assert violations(page) == []
    assert overflow(page) == 0


class Parts:
    """What the gateway answers to a page, in parts: each is held until `give` sends it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        self.ended: list[str] = []
        """The requests that the page has ended itself."""
        page.route("**/api/v1/interviews?*", self._hold)
        page.on("requestfailed", self._end)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def _end(self, request: Request) -> None:
        self.ended.append(request.url)
        for route in [held for held in self._held if held.request == request]:
            self._held.remove(route)
            route.abort()  # or Playwright would wait for it

    def wait(self) -> None:
        """Until the page asks for more."""
        for _ in range(PATIENCE_MS // 10):
            if self._held:
                return
            self._page.wait_for_timeout(10)
        raise AssertionError("the page asks for nothing")

    def give(self, *, rows: int, next: str | None = None) -> str:
        """Answer the request with its first `rows` interviews. Return its URL."""
        self.wait()
        route = self._held.pop()
        body = route.fetch(url=re.sub(r"&cursor=\d+", "", route.request.url)).json()
        looked = next and f"2026-01-0{next}T10:30:00.000Z"
        body |= {"interviews": body["interviews"][:rows], "next": next, "lookedBackTo": looked}
        route.fulfill(json=body)
        return route.request.url


TOLD = """() => {
    window.told = [];
    const count = document.querySelector("[role=status].count-shown");
    new MutationObserver(() => told.push(count.textContent)).observe(count, { childList: true });
}"""


def test_a_search_goes_on_by_itself_and_says_how_far_back_it_looked(
    visit: Visit, gateway: Served
) -> None:
    for n in range(3):
        Desktop(gateway).start("Data Analyst", totalQuestions=1).answer(f"I like ledger {n}.")
    page = visit("#/history")
    expect(page.get_by_text("3 interviews shown")).to_be_visible()
    page.evaluate(TOLD)
    parts = Parts(page)
    page.get_by_label("Search in what was said").fill("ledger")
    parts.give(rows=0, next="8")
    expect(page.get_by_text("Looked back to 8 Jan 2026")).to_be_visible()
    assert rows(page) == []
    assert "limit=20" in parts.give(rows=1, next="7")
    expect(page.get_by_text("Looked back to 7 Jan 2026")).to_be_visible()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    assert rows(page) == ["Data Analyst"]
    assert violations(page) == []
    assert "limit=19" in parts.give(rows=0)
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    expect(page.get_by_text("Looked back")).to_have_count(0)
    assert page.evaluate("told") == ["Searching…", "1 interview shown"]
    page.get_by_label("Search in what was said").fill("wombat")
    parts.give(rows=0, next="8")
    parts.wait()
    expect(page.get_by_text("No interview matches.")).to_have_count(0)
    parts.give(rows=0)
    expect(page.get_by_role("status").get_by_text("No interview matches.")).to_be_visible()


def test_another_search_ends_the_one_before_and_so_does_leaving(
    visit: Visit, gateway: Served
) -> None:
    for _ in range(21):
        Desktop(gateway).start("Data Analyst")
    page = visit("#/history")
    expect(page.get_by_role("button", name="Show more")).to_be_visible()
    parts = Parts(page)
    page.get_by_label("Search in what was said").fill("one")
    parts.give(rows=0, next="8")
    parts.wait()
    page.get_by_label("Search in what was said").fill("two")
    # Where the list before would go on is no place for the new search.
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    page.wait_for_timeout(500)
    assert ["q=one" in url for url in parts.ended] == [True]
    assert "cursor" not in parts.give(rows=0, next="8")
    parts.wait()
    page.get_by_role("link", name="Audit", exact=True).click()
    page.wait_for_timeout(500)
    assert ["q=two" in url for url in parts.ended] == [False, True]


def test_show_more_takes_the_keyboard_only_from_where_it_was_pressed(
    visit: Visit, gateway: Served
) -> None:
    for _ in range(25):
        Desktop(gateway).start("Data Analyst")
    page = visit("#/history")
    more, row = page.get_by_role("button", name="Show more"), page.locator(".interviews .to")
    expect(page.get_by_text("20 interviews shown")).to_be_visible()
    parts = Parts(page)
    more.press("Enter")
    parts.give(rows=0, next="8")
    parts.wait()
    expect(more).to_be_focused()
    page.get_by_label("State").focus()
    parts.give(rows=2, next="7")
    expect(row).to_have_count(22)
    expect(page.get_by_label("State")).to_be_focused()
    more.press("Enter")
    parts.give(rows=0)
    expect(more).to_be_hidden()
    expect(row.last).to_be_focused()


def test_who_scrolls_while_the_list_they_left_comes_again_stays_there(
    visit: Visit, gateway: Served
) -> None:
    for _ in range(20):
        Desktop(gateway).start("Data Analyst")
    page = visit("#/history")
    for scrolled in (None, 40):
        expect(page.get_by_text("20 interviews shown")).to_be_visible()
        page.locator(".interviews .to").nth(15).scroll_into_view_if_needed()
        at = page.evaluate("scrollY")
        page.locator(".interviews .to").nth(15).click()
        expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
        parts = Parts(page)
        page.go_back()
        parts.give(rows=12, next="8")
        expect(page.locator(".interviews .to")).to_have_count(12)
        if scrolled:
            page.evaluate("y => scrollTo(0, y)", scrolled)
        parts.give(rows=8)
        expect(page.get_by_text("20 interviews shown")).to_be_visible()
        page.wait_for_function("y => Math.abs(scrollY - y) < 2", arg=scrolled or at)
        page.unroute("**/api/v1/interviews?*")


def test_more_come_page_by_page(visit: Visit, gateway: Served) -> None:
    for _ in range(45):
        Desktop(gateway).start()
    page = visit("#/history")
    for shown in (20, 40, 45):
        expect(page.get_by_text(f"{shown} interviews shown")).to_be_visible()
        if shown > 20:
            expect(page.locator(".interviews .to").nth(20 if shown == 40 else 40)).to_be_focused()
        if shown < 45:
            page.get_by_role("button", name="Show more").press("Enter")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    assert (
        len(set(page.locator(".interviews .to").evaluate_all("all => all.map(a => a.href)"))) == 45
    )


def test_who_comes_back_from_one_finds_the_list_as_it_was_left(
    visit: Visit, gateway: Served
) -> None:
    for _ in range(45):
        Desktop(gateway).start()
    page = visit("#/history")
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.get_by_text("40 interviews shown")).to_be_visible()
    page.locator(".interviews .to").nth(38).scroll_into_view_if_needed()
    at = page.evaluate("scrollY")
    page.locator(".interviews .to").nth(38).click()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("40 interviews shown")).to_be_visible()
    page.wait_for_function("at => Math.abs(scrollY - at) < 2", arg=at)
    page.get_by_role("link", name="Interview", exact=True).click()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("20 interviews shown")).to_be_visible()


def test_it_comes_back_with_the_gateway(browser: Browser, gateway: Served) -> None:
    Desktop(gateway).start()
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.route("**/api/v1/interviews?*", lambda route: route.abort())
        page.goto(f"{gateway.url}/#/history")
        expect(page.locator(".notice")).to_contain_text("cannot be reached")
        assert violations(page) == []
        page.unroute("**/api/v1/interviews?*")
        expect(page.get_by_text("1 interview shown")).to_be_visible()
        expect(page.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize("window", WINDOWS)
def test_how_it_looks(browser: Browser, gateway: Served, window: str) -> None:
    for role, questions, answers in (
        ("Software Engineer", 3, 3),
        ("Data Analyst", 5, 2),
        ("Product Manager", 1, 1),
        ("Software Engineer", 5, 0),
    ):
        desktop = Desktop(gateway).start(role, totalQuestions=questions)
        for _ in range(answers):
            desktop.answer(HOSTILE)
    with visiting(browser, gateway.url, **WINDOWS[window]) as page:
        page.goto(f"{gateway.url}/#/history")
        expect(page.get_by_text("4 interviews shown")).to_be_visible()
        look(page, "history", window)
        page.get_by_label("Search in what was said").fill("x" * 200)
        expect(page.get_by_text("No interview matches.")).to_be_visible()
        assert violations(page) == []
        assert overflow(page) == 0
