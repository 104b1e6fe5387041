"""What a visitor does to hold an interview."""

from playwright.sync_api import Locator, Page, expect


def box_of(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def begin(page: Page, questions: int = 3, role: str = "Software Engineer") -> Locator:
    """Start an interview from the setup; the box for the first answer."""
    page.get_by_label(role).check()
    page.get_by_label("Questions", exact=True).fill(str(questions))
    page.get_by_role("button", name="Start the interview").click()
    expect(page.get_by_text(f"Question 1 of {questions}")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    return box_of(page)


def answer(page: Page, words: str) -> None:
    box_of(page).fill(words)
    box_of(page).press("Enter")


def stop_waiting(page: Page) -> None:
    """Wait no longer for the reply to the answer that was sent."""
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Stop waiting").click()


def waiting(page: Page) -> Locator:
    """What the page says while it waits for a reply."""
    return page.locator(".thinking")


def turns(page: Page) -> list[str]:
    """What was said, without who said it."""
    return page.locator(".turn .words").all_inner_texts()


def address(page: Page) -> str:
    """The id of the interview that is shown."""
    return page.url.rpartition("/")[2]
