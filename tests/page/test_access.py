"""What those see who use the keyboard alone, zoom in, or have colours of their own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.gateways import Served
from tests.page.conversing import address, answer, begin, box_of

Visit = Callable[..., Page]

COLOUR = "element => getComputedStyle(element).backgroundColor"


def colour(page: Page, selector: str) -> str:
    """The background of the first element of `selector`."""
    found: str = page.locator(selector).first.evaluate(COLOUR)
    return found


@pytest.mark.parametrize("height", [560, 640, 740])
def test_the_foot_covers_nothing_that_the_keyboard_goes_to(visit: Visit, height: int) -> None:
    page = visit(width=360, height=height)
    expect(page.get_by_label("Granite 4 2B")).to_be_visible()
    page.get_by_label("Software Engineer").focus()
    # The number of questions and its buttons, and the models.
    for key in ["Tab"] * 7 + ["ArrowDown"] * 2 + ["Shift+Tab"] * 7:
        page.keyboard.press(key)
        covered = page.evaluate(
            """() => {
                const { left, top, width, height } = document.activeElement.getBoundingClientRect();
                const seen = document.elementFromPoint(left + width / 2, top + height / 2);
                return !document.activeElement.parentElement.contains(seen);
            }"""
        )
        assert not covered, page.evaluate("document.activeElement.outerHTML")


def test_a_window_zoomed_in_leaves_room_for_the_conversation(visit: Visit) -> None:
    page = visit(width=320, height=256)  # 1280 by 1024 at 400 %
    begin(page)
    question = page.locator(".turn .words").first
    question.evaluate("element => element.scrollIntoView({ block: 'start' })")
    seen = page.evaluate(
        """() => {
            const { left, bottom } = document.querySelector(".turn .words").getBoundingClientRect();
            const lowest = Math.min(bottom, innerHeight) - 4;
            return document.elementFromPoint(left + 4, lowest)?.closest(".foot") === null;
        }"""
    )
    assert seen


def test_send_can_be_read_under_the_pointer_when_there_is_nothing_to_send(visit: Visit) -> None:
    page = visit()
    begin(page)
    box_of(page).fill("Because.")
    page.get_by_role("button", name="Send").click()  # and the pointer stays there
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    under_the_pointer = page.get_by_role("button", name="Send").evaluate(COLOUR)
    page.mouse.move(0, 0)
    assert page.get_by_role("button", name="Send").evaluate(COLOUR) == under_the_pointer


def test_what_colour_tells_is_told_in_the_visitors_own_colours_too(
    visit: Visit, gateway: Served
) -> None:
    page = visit()
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    begin(page, 1)
    id = address(page)
    ground = colour(page, "body")
    assert colour(page, "nav a[aria-current]") != ground
    answer(page, "Because.")
    expect(page.get_by_text("Complete · ")).to_be_visible()
    page.goto(f"{gateway.url}/#/history/{id}/technical")
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    assert colour(page, ".bar .own") != ground
    assert page.locator(".event[aria-current]").evaluate(
        "element => getComputedStyle(element).borderColor"
    ) != page.locator(".event:not([aria-current])").first.evaluate(
        "element => getComputedStyle(element).borderColor"
    )
