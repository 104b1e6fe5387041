"""An interview held in a browser: by keyboard, slowly, with hostile words, in two windows."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.desktop import Desktop
from tests.fakes import GraniteServer, Mood
from tests.gateways import Served, serving
from tests.page.conversing import (
    address,
    answer,
    begin,
    box_of,
    stop_waiting,
    turns,
    waiting,
)
from tests.page.visitor import overflow, violations, visiting

Visit = Callable[..., Page]

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\n"
    "\u202egnp.exe\u202c \u2066isolated \x1b[2J\x1b]0;owned\x07 &amp; [link](javascript:alert(3))"
)


@contextmanager
def with_granite(mood: Mood = Mood.GOOD) -> Iterator[tuple[Served, GraniteServer]]:
    """A gateway whose interviews are held by granite; it is in that mood when one answers. A slow
    one replies once its `delay` is 0."""
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        granite.moods["/api/v1/interviews/respond"] = mood
        granite.delay = 60
        yield gateway, granite


def test_a_whole_interview_by_keyboard_alone(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_text("No model is available")).to_be_visible()
    keys = page.keyboard
    while page.evaluate("document.activeElement.name") != "role":
        keys.press("Tab")
    keys.press("ArrowDown")  # Product Manager
    while page.evaluate("document.activeElement.id") != "count":
        keys.press("Tab")
    keys.type("3")
    keys.press("Enter")
    for number, words in enumerate(("First.", "My second.", "Third."), 1):
        expect(page.get_by_text(f"Question {number} of 3")).to_be_visible()
        expect(box_of(page)).to_be_focused()
        assert violations(page) == []
        keys.type(words)
        keys.press("Enter")
    expect(page.get_by_role("heading", name="Product Manager interview")).to_be_visible()
    expect(page.get_by_text("Complete · 3 of 3 questions")).to_be_visible()
    counts = "3 of 3 questions asked, 3 answered"
    expect(page.locator(".summary").get_by_text(counts)).to_be_visible()
    assert [said for said in turns(page) if "." in said[-1:]][:1] == ["First."]
    assert violations(page) == []
    another = page.get_by_role("link", name="Start another interview")
    while not another.evaluate("element => element === document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Start an interview")).to_be_visible()
    expect(page.get_by_text("Continue this interview")).to_be_hidden()


def test_what_the_interviewer_is_told_is_not_shown(visit: Visit) -> None:
    page = visit()
    begin(page)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_text("You are OpenTalent Interviewer")).to_have_count(0)
    expect(page.get_by_text("Please start the interview")).to_have_count(0)


def test_shift_enter_breaks_the_line_and_blanks_are_not_sent(visit: Visit) -> None:
    page = visit()
    box = begin(page)
    box.press("Enter")
    box.type(" ")
    box.press("Enter")
    box.fill("One.")
    box.press("Shift+Enter")
    box.type("Two.")
    box.press("Enter")
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert turns(page)[1] == "One.\nTwo."


def test_enter_that_ends_a_composition_sends_nothing(visit: Visit) -> None:
    page = visit()
    box = begin(page)
    box.fill("にほ")
    for told in ("{isComposing: true}", "{keyCode: 229}"):
        box.evaluate(
            "(box, told) => box.dispatchEvent(new KeyboardEvent('keydown', "
            "{key: 'Enter', bubbles: true, cancelable: true, ...told}))",
            {"isComposing": True} if "is" in told else {"keyCode": 229},
        )
    expect(box).to_have_value("にほ")
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()


def test_a_typed_answer_survives_a_reload(visit: Visit) -> None:
    page = visit()
    box = begin(page)
    box.type("Half an ans")
    page.reload()
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()
    expect(box).to_have_value("Half an ans")
    box.press("End")
    box.type("wer.")
    box.press("Enter")
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    page.reload()
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    expect(box).to_have_value("")
    assert turns(page)[1] == "Half an answer."


def test_the_limit_is_told_near_it_and_nothing_is_cut_off(visit: Visit) -> None:
    page = visit()
    box = begin(page)
    box.fill("a" * 8_999)
    expect(page.locator("#limit")).to_be_empty()
    box.fill("\N{GRINNING FACE}" * 9_500)
    expect(page.locator("#limit")).to_have_text("9,500 of 10,000 characters")
    box.fill("a" * 10_040)
    expect(page.locator("#limit")).to_have_text("Too long by 40 characters.")
    expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    assert violations(page) == []
    box.press("Enter")
    expect(box).to_have_value("a" * 10_040)
    box.fill("It held \N{GRINNING FACE}. " * 909 + "a")
    box.press("Enter")
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()


def test_a_slow_interviewer_is_waited_for_in_sight(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        begin(page)
        answer(page, "Because.")
        expect(page.get_by_text("· sent")).to_be_visible()
        expect(waiting(page)).to_have_text(re.compile(r"^Reading your answer …"))
        assert violations(page) == []
        expect(waiting(page)).to_have_text(re.compile(r"^Reading your answer … \d+ s$"))
        granite.delay = 0
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        assert turns(page)[2] == "Granite question 2 about Software Engineer?"
        expect(waiting(page)).to_have_count(0)
        expect(page.get_by_text("vetta-granite-2b-gguf-v4 · ")).to_have_count(2)
        expect(box_of(page)).to_be_focused()


def test_whoever_cancels_is_told_that_the_answer_was_sent(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        begin(page)
        answer(page, "Because.")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".notice")).to_contain_text("Your answer was sent")
        expect(page.get_by_role("button", name="Keep waiting")).to_be_focused()
        assert violations(page) == []
        page.get_by_role("button", name="Keep waiting").click()
        expect(page.locator(".notice")).to_have_count(0)
        granite.delay = 0
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        assert turns(page)[1] == "Because."
        expect(box_of(page)).to_have_value("")


def test_the_reply_comes_in_while_somebody_thinks_about_stopping(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        begin(page)
        answer(page, "Because.")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".notice")).to_contain_text("Your answer was sent")
        granite.delay = 0
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        expect(page.locator(".notice")).to_have_count(0)
        expect(box_of(page)).to_be_focused()


def test_the_waiting_can_be_stopped_and_the_answer_stands(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        box = begin(page)
        answer(page, "Because.")
        stop_waiting(page)
        expect(page.locator(".notice")).to_contain_text("Your answer is in the log")
        assert turns(page)[1] == "Because."
        expect(box).to_have_value("")
        box.type("Or rather not.")
        expect(box).to_have_value("")
        expect(page.get_by_role("button", name="Send")).to_be_hidden()
        assert violations(page) == []
        granite.delay = 0
        page.get_by_role("button", name="Get the reply").click()
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        expect(page.locator(".notice")).to_have_count(0)
        expect(page.locator(".answered")).to_have_count(1)
        expect(box).to_have_value("")


def test_whoever_stopped_waiting_finds_the_reply_after_a_reload(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        box = begin(page)
        answer(page, "Because.")
        stop_waiting(page)
        page.reload()
        granite.delay = 0
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        assert turns(page)[1] == "Because."
        expect(box).to_have_value("")


def test_an_answer_that_the_log_cannot_take_can_be_changed(browser: Browser) -> None:
    with (
        serving() as gateway,
        visiting(browser, gateway.url, expected=["Failed to load"]) as page,
    ):
        page.goto(gateway.url)
        box = begin(page)
        page.route("**/respond", lambda route: route.abort("connectionrefused"))
        answer(page, "Because.")
        stop_waiting(page)
        expect(page.locator(".notice")).to_contain_text("was not sent")
        expect(box).to_have_value("Because.")
        page.unroute("**/respond")
        answer(page, "Or rather not.")
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        assert turns(page)[1] == "Or rather not."


def test_an_answer_to_a_gateway_that_is_about_to_stop_goes_out_when_it_takes_steps_again(
    browser: Browser,
) -> None:
    with (
        serving() as gateway,
        visiting(browser, gateway.url, expected=["503"]) as page,
    ):
        page.goto(gateway.url)
        begin(page)
        gateway.app.state.gateway.drain.begin()
        answer(page, "Because.")
        notice = page.locator(".notice")
        expect(notice).to_contain_text("The gateway is about to stop", timeout=15_000)
        gateway.app.state.gateway.drain.end()
        page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')  # look at once
        expect(page.get_by_text("Question 2 of 3")).to_be_visible(timeout=15_000)
        expect(notice).to_have_count(0)
        assert turns(page)[1] == "Because."


def test_two_clicks_on_send_send_once_and_cancel_nothing(browser: Browser) -> None:
    with (
        with_granite(Mood.SLOW) as (gateway, granite),
        visiting(browser, gateway.url) as page,
    ):
        page.goto(gateway.url)
        begin(page).fill("Because.")
        page.get_by_role("button", name="Send").dblclick()
        expect(waiting(page)).to_be_visible()
        granite.delay = 0
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        expect(page.locator(".notice")).to_have_count(0)
        assert turns(page)[1] == "Because."


def opened_slowly(page: Page, gateway: Served, desktop: Desktop) -> None:
    """Open the interview; its session comes only a while after the page."""

    def slowly(route: Route) -> None:
        page.wait_for_timeout(1500)
        route.continue_()

    page.route(f"**/api/v1/interviews/{desktop.interview_id}", slowly)
    page.goto(f"{gateway.url}/#/interviews/{desktop.interview_id}", wait_until="commit")


def test_what_is_typed_before_the_session_is_here_is_no_answer_of_before(
    browser: Browser, gateway: Served
) -> None:
    desktop = Desktop(gateway).start(totalQuestions=3)
    desktop.answer("It held.")
    with visiting(browser, gateway.url) as page:
        opened_slowly(page, gateway, desktop)
        box_of(page).fill("It held.")
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        expect(box_of(page)).to_have_value("It held.")


def test_an_answer_sent_before_the_session_is_here_goes_out_with_it(
    browser: Browser, gateway: Served
) -> None:
    desktop = Desktop(gateway).start(totalQuestions=3)
    with visiting(browser, gateway.url) as page:
        opened_slowly(page, gateway, desktop)
        answer(page, "In a hurry.")
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        assert turns(page)[1] == "In a hurry."


def test_a_browser_that_keeps_nothing_is_said_to(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url) as page:
        page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
        page.goto(gateway.url)
        begin(page).fill("Because.")
        expect(page.get_by_text("This browser does not store drafts")).to_be_visible()


def test_hostile_words_are_text(browser: Browser) -> None:
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        granite.script = [HOSTILE + " why?"] * 3
        with visiting(browser, gateway.url, width=360) as page:
            page.on("dialog", lambda dialog: pytest.fail(dialog.message))
            page.goto(gateway.url)
            begin(page, 1)
            expect(page.locator(".words", has_text="<script>alert(1)</script>")).to_be_visible()
            answer(page, HOSTILE)
            expect(page.get_by_text("Complete · ")).to_be_visible()
            expect(page.locator(".words", has_text="onerror=alert(2)")).to_have_count(3)
            assert page.locator("main img, main script").count() == 0
            assert overflow(page) == 0
            assert violations(page) == []


def test_a_second_window_goes_on_from_the_log(visit: Visit) -> None:
    one = visit(expected=["409"])
    begin(one)
    two = one.context.new_page()
    two.goto(one.url)
    expect(two.get_by_text("Question 1 of 3")).to_be_visible()
    answer(one, "From the first window.")
    expect(one.get_by_text("Question 2 of 3")).to_be_visible()
    answer(two, "From the second.")
    expect(two.locator(".notice")).to_contain_text("The log has a different answer")
    expect(two.locator(".notice")).to_contain_text("From the second.")
    expect(two.get_by_text("Question 2 of 3")).to_be_visible()
    expect(box_of(two)).to_have_value("")
    assert turns(two)[1] == "From the first window."
    assert violations(two) == []
    two.reload()
    two.get_by_role("button", name="Move it to the answer box").click()
    expect(box_of(two)).to_have_value("From the second.")
    expect(two.locator(".notice")).to_have_count(0)
    box_of(two).press("Enter")
    expect(two.get_by_text("Question 3 of 3")).to_be_visible()
    assert turns(two)[3] == "From the second."


def test_two_windows_keep_what_is_typed_in_each(visit: Visit) -> None:
    one = visit()
    begin(one)
    two = one.context.new_page()
    two.goto(one.url)
    expect(two.get_by_text("Question 1 of 3")).to_be_visible()
    box_of(one).fill("Typed in the first.")
    box_of(two).fill("Typed in the second.")
    one.reload()
    expect(one.get_by_text("Question 1 of 3")).to_be_visible()
    expect(box_of(one)).to_have_value("Typed in the first.")
    box_of(two).type(" And on.")
    box_of(one).press("Enter")
    expect(one.get_by_text("Question 2 of 3")).to_be_visible()
    expect(box_of(one)).to_have_value("")
    two.close()
    again = one.context.new_page()
    again.goto(one.url)
    expect(again.get_by_text("Question 2 of 3")).to_be_visible()
    expect(again.locator(".notice")).to_contain_text("Typed in the second. And on.")
    again.get_by_role("button", name="Delete it").click()
    again.reload()
    expect(again.get_by_text("Question 2 of 3")).to_be_visible()
    expect(again.locator(".turn")).to_have_count(3)
    expect(again.locator(".notice")).to_have_count(0)


def test_what_was_typed_when_another_window_ended_it_is_not_thrown_away(visit: Visit) -> None:
    one = visit(expected=["409"])
    begin(one, 1)
    two = one.context.new_page()
    two.goto(one.url)
    expect(two.get_by_text("Question 1 of 1")).to_be_visible()
    answer(one, "From the first window.")
    expect(one.get_by_text("Complete · ")).to_be_visible()
    answer(two, "Too late.")
    expect(two.get_by_text("Complete · ")).to_be_visible()
    expect(two.locator(".notice")).to_contain_text("Too late.")
    assert violations(two) == []
    two.get_by_role("button", name="Delete it").click()
    two.reload()
    expect(two.get_by_text("Complete · ")).to_be_visible()
    expect(two.locator(".notice")).to_have_count(0)


def test_a_complete_interview_can_be_taken_along(visit: Visit) -> None:
    page = visit()
    begin(page, 1)
    answer(page, "Because.")
    for name, ending in (("Markdown", ".md"), ("HTML", ".html"), ("JSON", ".json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"interview-{address(page)}{ending}"
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    replay = page.get_by_role("link", name="Assessment and details")
    expect(replay).to_have_attribute("href", f"#/history/{address(page)}")
    page.emulate_media(media="print")
    expect(page.get_by_text("Because.", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Markdown")).to_be_hidden()
    expect(page.locator("header")).to_be_hidden()


def test_an_interview_that_the_log_does_not_hold(visit: Visit) -> None:
    page = visit("#/interviews/00000000-0000-4000-8000-000000000000", expected=["404"])
    expect(page.locator(".notice")).to_contain_text("log does not have this interview")
    assert violations(page) == []
    page.get_by_role("link", name="Start another interview").click()
    expect(page.get_by_role("heading", name="Start an interview")).to_be_visible()


def test_an_interview_whose_words_were_forgotten(visit: Visit, gateway: Served) -> None:
    page = visit(expected=["410"])
    box = begin(page)
    box.type("Typed befo")
    forgotten = gateway.client.delete(f"/api/v1/interviews/{address(page)}")
    assert forgotten.status_code == 200
    box.press("Enter")
    expect(page.locator(".notice").first).to_contain_text("were erased")
    expect(page.get_by_text("Typed befo")).to_be_visible()
    assert violations(page) == []
