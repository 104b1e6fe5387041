"""The page as such: how it is served, what it weighs, what it may do."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from api.http.routes.page import FOLDER
from tests.gateways import Served
from tests.page.conversing import address, answer, begin, box_of
from tests.page.visitor import violations, visiting

Visit = Callable[..., Page]

STAFF = (
    *("admin", "assessments", "audit", "diagram", "evidence", "history", "inclusion", "opened"),
    *("own-assessment", "replay", "timeline", "transcript"),
)
KITS = ("kits", "kit-editor", "kit-fields")

MOST_BYTES = {
    "at once": 215_000,
    "staff": 84_000,
    "kits": 30_000,
    "sign-in": 20_000,
    "voice": 13_000,
    **dict.fromkeys(("de", "fr", "es", "pt", "ar", "zh"), 14_000),
    **dict.fromkeys(("hi", "bn"), 18_000),  # a letter takes three bytes
}
"""What a visitor loads who holds an interview in English; and beside that, what is loaded for the
staff's pages, for kits, for sign-in, when a voice is switched on, and for each other language."""


def part_of(path: Path) -> str:
    """Which part of the page a file belongs to, by what makes a browser load it."""
    folder = path.parent.name
    if folder == "words" and path.stem != "en":
        return path.stem
    if folder == "views" and path.stem in STAFF:
        return "staff"
    if folder == "views" and path.stem in KITS:
        return "kits"
    return folder if folder in ("sign-in", "voice") else "at once"


def test_all_of_it_weighs_little() -> None:
    weights: Counter[str] = Counter()
    for path in FOLDER.rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".svg"}:
            weights[part_of(path)] += path.stat().st_size
    assert weights.keys() == MOST_BYTES.keys()
    assert {part for part in weights if weights[part] > MOST_BYTES[part]} == set(), weights


def test_an_interview_loads_what_counts_as_loaded_at_once(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url) as page:
        paths: set[str] = set()
        page.on("request", lambda request: paths.add(urlsplit(request.url).path))
        page.goto(f"{gateway.url}/interview")
        page.get_by_label("Questions", exact=True).fill("1")
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_text("Question 1 of 1")).to_be_visible()
        answer(page, "By looking at the data first.")
        expect(page.get_by_text("Your interview is over.")).to_be_visible()
    loaded = [FOLDER / path.removeprefix("/page/") for path in paths if path.startswith("/page/")]
    assert {part_of(path) for path in loaded} == {"at once"}


def test_each_file_is_served_as_what_it_is(gateway: Served) -> None:
    types = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
    for path in FOLDER.rglob("*"):
        if path.suffix in types:
            found = gateway.get(f"/page/{path.relative_to(FOLDER).as_posix()}")
            assert found.status_code == 200
            assert found.headers["content-type"].startswith(types[path.suffix])
            assert found.headers["cache-control"] == "no-cache"


def test_nothing_beside_its_folder_is_served(gateway: Served) -> None:
    for path in ("../app.py", "%2e%2e/app.py", "..%2fapp.py", str(Path(__file__))):
        assert gateway.get(f"/page/{path}").status_code == 404


@pytest.mark.parametrize("address", ["nowhere", "interviews/abc", "history/abc"])
def test_an_address_that_leads_nowhere_says_where_to_go(visit: Visit, address: str) -> None:
    page = visit("#/history")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    title = page.title()
    page.evaluate("address => { location.hash = `#/${address}`; }", address)
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert page.title() != title
    assert violations(page) == []


def test_the_keyboard_can_skip_to_the_content(visit: Visit) -> None:
    page = visit("#/history")
    expect(page.get_by_text("There are no interviews yet.")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Interview kits")).to_be_focused()


def test_a_browser_that_keeps_nothing_can_do_all_the_same(visit: Visit) -> None:
    page = visit()
    refusing = "get() { throw new DOMException('denied', 'SecurityError'); }"
    for name in ("localStorage", "sessionStorage"):
        page.add_init_script(f"Object.defineProperty(window, '{name}', {{ {refusing} }})")
    page.reload()
    box = begin(page, 1)
    box.fill("Kept as long as the page is open.")
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_label("State").select_option("Under way")
    page.get_by_role("link", name="Continue", exact=True).click()
    expect(box).to_have_value("Kept as long as the page is open.")
    box.press("Enter")
    expect(page.get_by_text("Complete · ")).to_be_visible()


@pytest.mark.parametrize("value", ["{bad", "5", "[]", '{"text": 5}', '{"id": 5, "q": {}}'])
def test_what_is_kept_in_another_shape_is_passed_over(visit: Visit, value: str) -> None:
    page = visit()
    begin(page, 1)
    id = address(page)
    page.evaluate(
        """([value, id]) => {
            for (const place of [localStorage, sessionStorage])
                for (const key of ["unfinished", "model", "history filter", `draft ${id}`])
                    place.setItem(key, value);
        }""",
        [value, id],
    )
    page.goto(page.url.partition("#")[0])
    expect(page.get_by_role("button", name="Start the interview")).to_be_visible()
    expect(page.get_by_text("Continue this interview")).to_have_count(0)
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("1 interview shown")).to_be_visible()
    expect(page.get_by_label("Search in what was said")).to_have_value("")
    page.get_by_role("link", name="Continue", exact=True).click()
    expect(page.get_by_text("Question 1 of 1")).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)
    expect(box_of(page)).to_have_value("")
