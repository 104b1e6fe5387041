"""The list of all interviews: found by state, by role, by what was said in them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.desktop import Desktop
from tests.gateways import Served
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import overflow, violations, visiting

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
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    assert rows(page) == ["Data Analyst"]
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


def test_a_search_goes_on_by_itself_and_says_how_far_back_it_looked(
    visit: Visit, gateway: Served
) -> None:
    Desktop(gateway).start("Data Analyst", totalQuestions=1).answer("I like ledgers.")
    page = visit("#/history")
    held: list[Route] = []

    def tell(route: Route) -> None:
        if "cursor=99" in route.request.url:
            held.append(route)
            return
        part = {"interviews": [], "next": "99", "lookedBackTo": "2026-01-05T10:30:00.000Z"}
        route.fulfill(json=part)

    page.route("**/api/v1/interviews?q=*", tell)
    page.get_by_label("Search in what was said").fill("ledgers")
    expect(page.get_by_text("Searching… Back to 5 Jan 2026")).to_be_visible()
    expect(page.get_by_text("No interview matches.")).to_have_count(0)
    held[-1].continue_()
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    assert rows(page) == ["Data Analyst"]
    assert violations(page) == []


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
