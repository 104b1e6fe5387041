"""What is left of an interview's words in the browser's own files once they are forgotten.

A browser's cache and storage keep for weeks what was removed from them, so the words must never
have been there. Its whole profile folder is searched.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desktop import Desktop
from tests.gateways import Served
from tests.page.conversing import address, answer, begin, box_of
from tests.page.visitor import PATIENCE_MS
from tests.reliability.browser import CHROMIUM, QUIET

SAID = "Quetzalcoatlus"
TYPED = "Archaeopteryx"
SEARCHED = "Pterodactylus"
CONTROL = "Stegosaurus"
"""A word that is put into the storage on purpose, and removed again."""

INTERVIEWS = "/api/v1/interviews"

Visit = Callable[..., Page]


@contextmanager
def person(browser: Browser, gateway: Served, profile: Path) -> Iterator[Page]:
    """A person's own browser, whose profile stays when it is closed."""
    assert CHROMIUM is not None
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=[*QUIET]
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        page.goto(gateway.url)
        yield page
    finally:
        context.close()


def plant(page: Page) -> None:
    """Leave a word that is to be found. What is removed before the browser is closed may never
    have been written."""
    page.evaluate("word => localStorage.setItem('control', word)", CONTROL)


def uproot(page: Page) -> None:
    page.evaluate("localStorage.removeItem('control')")


def files_with(word: str, profile: Path) -> list[str]:
    """The files of the profile that hold the word, in either of the ways a browser writes text."""
    texts = (word.encode(), word.encode("utf-16-le"))
    files = [path for path in profile.rglob("*") if path.is_file()]
    assert len(files) > 50
    return [str(path) for path in files if any(text in path.read_bytes() for text in texts)]


def check_nothing_is_left(profile: Path) -> None:
    assert files_with(CONTROL, profile), "what was removed is found in the files all the same"
    for word in (SAID, TYPED, SEARCHED):
        assert files_with(word, profile) == []


def kept(page: Page) -> list[str]:
    """The names of what the page keeps for good."""
    names: list[str] = page.evaluate("Object.keys(localStorage)")
    return names


def forget(gateway: Served, id: str) -> None:
    assert gateway.client.delete(f"{INTERVIEWS}/{id}").status_code == 200


def test_an_interview_held_on_the_page_and_forgotten_there(
    browser: Browser, gateway: Served, tmp_path: Path
) -> None:
    with person(browser, gateway, tmp_path) as page:
        plant(page)
        box = begin(page, 2)
        box.press_sequentially(f"{TYPED}, {TYPED}.")
        page.reload()
        expect(box).to_have_value(f"{TYPED}, {TYPED}.")
    with person(browser, gateway, tmp_path) as page:
        uproot(page)
        page.get_by_role("link", name="Continue this interview").click()
        expect(box_of(page)).to_have_value(f"{TYPED}, {TYPED}.")
        answer(page, f"{SAID}.")
        expect(page.get_by_text("Question 2 of 2")).to_be_visible()
        answer(page, f"A second {SAID}.")
        expect(page.get_by_text("Complete · ")).to_be_visible()
        page.get_by_role("link", name="Assessment and details").click()
        page.get_by_text("Technical details").click()
        for _ in range(3):
            page.get_by_role("button", name="Event before").click()
        expect(page.locator(".held")).to_contain_text(SAID)
        page.get_by_role("button", name="Erase the words…").click()
        page.get_by_label("Reason (kept in the log)").fill("Asked for.")
        page.get_by_role("button", name="Erase the words", exact=True).click()
        expect(
            page.get_by_text("Its words were erased, so there is nothing left to keep or erase.")
        ).to_be_visible()
    check_nothing_is_left(tmp_path)


def test_an_interview_read_in_every_way_and_forgotten_elsewhere(
    browser: Browser, gateway: Served, tmp_path: Path
) -> None:
    Desktop(gateway).start()
    desktop = Desktop(gateway).start(totalQuestions=2)
    desktop.answer(f"{SAID} and {SEARCHED}.")
    desktop.answer(f"Another {SAID}.")
    one = f"{INTERVIEWS}/{desktop.interview_id}"
    with person(browser, gateway, tmp_path) as page:
        plant(page)
        page.goto(f"{gateway.url}/#/history")
        page.get_by_label("Search in what was said").fill(SEARCHED)
        expect(page.get_by_text("1 interview shown")).to_be_visible()
        page.locator(".interviews .to").click()
        page.get_by_text("Technical details").click()
        page.get_by_role("button", name="Event before").click()
        expect(page.locator(".held")).to_contain_text(SAID)
        page.go_back()
        expect(page.get_by_label("Search in what was said")).to_have_value(SEARCHED)
        for of_it in ("", "/events", "/session", "/transcript", "/transcript?format=html"):
            assert SAID in str(page.goto(gateway.url + one + of_it).text())  # type: ignore[union-attr]
        page.goto(f"{gateway.url}/#/history")
        for of_it in ("/transcript?format=md", "/bundle", "/transcript?format=html"):
            read = page.evaluate("url => fetch(url).then((answer) => answer.text())", one + of_it)
            assert SAID in read
        page.goto(f"{gateway.url}/#/history")
        page.get_by_label("Search in what was said").fill(SEARCHED)
        expect(page.get_by_text("1 interview shown")).to_be_visible()
    with person(browser, gateway, tmp_path) as page:
        uproot(page)
    forget(gateway, str(desktop.interview_id))
    check_nothing_is_left(tmp_path)


def test_a_draft_that_was_never_sent_is_still_there_and_then_is_not(
    browser: Browser, gateway: Served, tmp_path: Path
) -> None:
    """The page is closed when the interview is forgotten: only the log can take the words."""
    with person(browser, gateway, tmp_path) as page:
        plant(page)
        begin(page, 3).press_sequentially(f"{TYPED} \U0001f600.")
        id = address(page)
    with person(browser, gateway, tmp_path) as page:  # the day after, in a new window
        uproot(page)
        page.goto(f"{gateway.url}/#/interviews/{id}")
        expect(box_of(page)).to_have_value(f"{TYPED} \U0001f600.")
    forget(gateway, id)
    check_nothing_is_left(tmp_path)
    with person(browser, gateway, tmp_path) as page:
        page.goto(f"{gateway.url}/#/interviews/{id}")
        expect(page.get_by_text("This interview cannot continue")).to_be_visible()
        expect(page.get_by_text("The interview was over before")).to_have_count(0)
        assert kept(page) == ["model"]


@pytest.mark.parametrize("place", ["#/history", "#/history/{id}"])
def test_the_page_drops_what_it_kept_when_it_sees_that_an_interview_is_forgotten(
    browser: Browser, gateway: Served, tmp_path: Path, place: str
) -> None:
    with person(browser, gateway, tmp_path) as page:
        begin(page, 3).press_sequentially(TYPED)
        id = address(page)
        other = page.context.new_page()
        assert sorted(kept(page)) == [f"draft {id}", "model", "unfinished"]
        forget(gateway, id)
        other.goto(f"{gateway.url}/{place.format(id=id)}")
        expect(other.locator("#main .mark").first).to_have_text("erased")
        assert kept(page) == ["model"]


def test_drafts_are_encrypted_as_the_standard_says(visit: Visit) -> None:
    """RFC 8439, 2.4.2."""
    text = (
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        "future, sunscreen would be it."
    )
    hidden = visit().evaluate(
        """async (text) => {
            const { chacha20 } = await import("/page/cipher.js");
            const { bytesOf, hexOf } = await import("/page/bytes.js");
            const key = Uint8Array.from({ length: 32 }, (_, n) => n);
            const nonce = bytesOf("000000000000004a00000000");
            const once = chacha20(key, nonce, new TextEncoder().encode(text));
            return [hexOf(once), new TextDecoder().decode(chacha20(key, nonce, once))];
        }""",
        text,
    )
    assert hidden == [
        "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b"
        "f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
        "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736"
        "5af90bbf74a35be6b40b8eedf2785e42874d",
        text,
    ]
