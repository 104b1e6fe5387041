"""One interview looked back on: the slowest turn, each session, what vouches for it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desktop import Desktop
from tests.eventlog.evidence import reading
from tests.fakes import GraniteServer, Mood
from tests.gateways import Served, serving
from tests.page.test_looks import ANSWERS, QUESTIONS, WINDOWS, look
from tests.page.visitor import overflow, violations, visiting

Visit = Callable[..., Page]

HOSTILE = "<script>alert(1)</script> \u202egnp.exe " + "w" * 300
RESPOND = "/api/v1/interviews/respond"


@contextmanager
def with_a_slow_turn() -> Iterator[Served]:
    """Three questions of granite's, whose second one took it a second; then the templates'."""
    with GraniteServer() as granite, serving(granite) as gateway:
        gateway.wait_until_noticed(granite_interview_service="online")
        granite.script = [*QUESTIONS]
        desktop = Desktop(gateway).start(totalQuestions=3)
        granite.moods[RESPOND] = Mood.SLOW
        granite.delay = 1
        desktop.answer(ANSWERS[0])
        granite.moods.clear()
        desktop.answer(ANSWERS[1])
        granite.moods[RESPOND] = Mood.ERROR_500
        desktop.answer(ANSWERS[2])
        desktop.sum_up()
        yield gateway


@pytest.mark.parametrize("window", WINDOWS)
def test_the_slowest_turn_is_found(browser: Browser, window: str) -> None:
    with (
        with_a_slow_turn() as gateway,
        visiting(browser, gateway.url, **WINDOWS[window]) as page,
    ):
        page.goto(f"{gateway.url}/#/history")
        page.get_by_role("link", name="Software Engineer").click()
        page.get_by_text("Technical details").click()
        slowest = page.locator(".slowest")
        expect(slowest).to_contain_text(re.compile(r"slowest reply was question 2\b.*: 1(\.\d)? s"))
        slowest.get_by_role("button").click()
        expect(page.get_by_role("heading", name="Question 2")).to_be_in_viewport()
        expect(page.locator(".event[aria-current]")).to_contain_text("slowest")
        expect(page.locator(".attempts")).to_contain_text("Used")
        expect(page.locator(".held .turn")).to_have_count(3)
        expect(page.locator(".held .newest")).to_contain_text("A ledger that never loses a cent")
        look(page, "replay", window)
        bars = page.locator(".event .bar .own").evaluate_all("all => all.map(e => e.style.width)")
        assert max(float(width.rstrip("%")) for width in bars) == 100
        page.get_by_role("button", name="Closing words").click()
        expect(page.locator(".attempts tbody tr")).to_have_count(4)
        assert violations(page) == []
        page.locator(".raw summary").click()
        expect(page.locator(".raw pre")).to_contain_text('"kind": "interview-completed"')
        page.get_by_role("button", name="Check that it is in the log").click()
        expect(page.get_by_text("All 9 events are in the log.")).to_be_visible()
        look(page, "evidence", window)


def test_one_that_another_speaks_of_is_itself(visit: Visit, gateway: Served) -> None:
    spoken_of = Desktop(gateway).start(role="Data Analyst", totalQuestions=1)
    spoken_of.finish()
    Desktop(gateway).start(totalQuestions=2).answer(f"As in {spoken_of.interview_id}.")
    page = visit(f"#/history/{spoken_of.interview_id}/technical")
    expect(page.get_by_role("heading", name="Data Analyst interview")).to_be_visible()
    expect(page).to_have_title("Data Analyst interview – Interview gateway")
    expect(page.locator(".heading .mark")).to_have_text("complete")
    page.get_by_role("button", name="Erase the words…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Data Analyst, 1 of 1 question answered.")


def test_each_session_is_the_one_its_client_held(visit: Visit, gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=2)
    posted = [len(desktop.session["messages"])]
    while not desktop.session["isComplete"]:
        desktop.answer(HOSTILE)
        posted.append(len(desktop.session["messages"]))
    # An answer is in the session of the reply to it; until then the client holds the one before.
    first, second, last = posted
    held = [first, first, second, second, last]
    page = visit(f"#/history/{desktop.interview_id}/technical")
    slider = page.get_by_role("slider", name="Event")
    slider.press("Home")
    expect(page.get_by_text("no question had been asked")).to_have_count(2)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Event 1 of 6: Set up, 0:00.0$"))
    kinds = ("Question 1", "Answer", "Question 2", "Answer", "Closing")
    for kind, messages in zip(kinds, held, strict=True):  # two of which only set it up
        slider.press("ArrowRight")
        expect(page.locator("#moment")).to_contain_text(kind)
        expect(page.locator(".held .turn")).to_have_count(messages - 2)
    expect(page.locator(".diagram")).to_have_attribute(
        "aria-label", re.compile("is in state complete")
    )
    page.get_by_role("button", name="Event before").click()
    expect(page.locator(".diagram")).to_have_attribute(
        "aria-label", re.compile("in state questioning")
    )
    assert overflow(page) == 0


def test_it_plays_to_its_end_and_pauses(visit: Visit, gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    desktop.finish()
    page = visit(f"#/history/{desktop.interview_id}/technical", still=True)
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.locator("output")).to_contain_text("Event 1 of 4")
    page.get_by_role("button", name="Pause").press("Enter")
    page.wait_for_timeout(800)
    expect(page.locator("output")).to_contain_text("Event 1 of 4")
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.locator("output")).to_contain_text("Event 4 of 4")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("window", ["light-wide", "light-phone"])
def test_a_long_one_keeps_what_is_chosen_in_sight(
    browser: Browser, gateway: Served, window: str
) -> None:
    desktop = Desktop(gateway).start(totalQuestions=15)
    desktop.finish()
    with visiting(browser, gateway.url, **WINDOWS[window]) as page:
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        slider = page.get_by_role("slider", name="Event")
        slider.focus()
        page.locator(".timeline").evaluate("list => list.scrollIntoView({ block: 'end' })")
        at = page.evaluate("scrollY")
        expect(page.locator(".event[aria-current]")).to_be_in_viewport(ratio=0.9)
        for key, title in (("Home", "Set up"), ("PageUp", "Question 2"), ("End", "Closing words")):
            slider.press(key)
            current = page.locator(".event[aria-current]")
            expect(current).to_contain_text(title)
            expect(current).to_be_in_viewport(ratio=0.9)
            assert page.evaluate("scrollY") == at
        assert violations(page) == []


def test_a_hold_and_forgetting_say_what_they_do(visit: Visit, gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    desktop.finish()
    page = visit(f"#/history/{desktop.interview_id}/technical", width=360)
    page.get_by_role("button", name="Put on hold…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("A complaint")
    dialog.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_text("It is on hold")).to_be_visible()
    expect(page.get_by_role("button", name="Erase the words…")).to_have_count(0)
    page.get_by_role("button", name="Lift the hold…").click()
    dialog.get_by_label("Reason").fill("Settled")
    dialog.get_by_label("Reason").press("Enter")
    forget = page.get_by_role("button", name="Erase the words…")
    forget.press("Enter")
    expect(dialog).to_contain_text("You cannot undo it")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert gateway.get(f"/api/v1/interviews/{desktop.interview_id}").status_code == 200
    forget.click()
    dialog.get_by_label("Reason").fill("Asked for by the candidate")
    dialog.get_by_role("button", name="Erase the words").click()
    expect(page.get_by_text("Its words were erased").first).to_be_visible()
    expect(page.get_by_text("nothing left to keep or erase")).to_be_visible()
    expect(page.get_by_text("My answer to question 1.")).to_have_count(0)
    assert gateway.get(f"/api/v1/interviews/{desktop.interview_id}").status_code == 410
    page.get_by_role("button", name="Check that it is in the log").click()
    expect(page.get_by_text("included")).to_be_visible()
    page.get_by_role("slider", name="Event").press("Home")
    expect(page.locator("#moment")).to_have_text("Set up")
    assert violations(page) == []
    assert overflow(page) == 0


def test_words_that_are_not_yet_overwritten_are_told_of_until_they_are(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "interviews.db"
    with (
        serving(eventlog_url=f"sqlite:///{path}") as gateway,
        visiting(browser, gateway.url) as page,
    ):
        desktop = Desktop(gateway).start(totalQuestions=1)
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        dialog = page.get_by_role("dialog")
        with reading(path):
            page.get_by_role("button", name="Erase the words…").click()
            dialog.get_by_label("Reason").fill("Asked for")
            dialog.get_by_role("button", name="Erase the words").click()
            expect(dialog.get_by_role("alert")).to_contain_text("files still contain them")
            expect(dialog.get_by_role("alert")).to_contain_text("tries again every few seconds")
            assert violations(page) == []
        dialog.get_by_role("button", name="Check again").click()
        expect(dialog).to_have_count(0)
        expect(page.get_by_text("nothing left to keep or erase")).to_be_visible()


def test_a_dialog_that_tells_of_words_not_yet_overwritten_may_be_closed(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "interviews.db"
    with (
        serving(eventlog_url=f"sqlite:///{path}") as gateway,
        visiting(browser, gateway.url) as page,
    ):
        desktop = Desktop(gateway).start(totalQuestions=1)
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        page.get_by_role("button", name="Erase the words…").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("Asked for")
        with reading(path):
            dialog.get_by_role("button", name="Erase the words").click()
            dialog.get_by_role("button", name="Close").click()
        expect(page.get_by_text("nothing left to keep or erase")).to_be_visible()


def test_blanks_are_no_reason(visit: Visit, gateway: Served) -> None:
    desktop = Desktop(gateway).start(totalQuestions=1)
    page = visit(f"#/history/{desktop.interview_id}/technical")
    for name in ("Put on hold", "Erase the words"):
        page.get_by_role("button", name=f"{name}…").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("   ")
        dialog.get_by_role("button", name=name).click()
        expect(dialog.get_by_label("Reason")).to_have_value("")
        expect(dialog.get_by_label("Reason")).to_be_focused()
        page.keyboard.press("Escape")
    events = gateway.get(f"/api/v1/interviews/{desktop.interview_id}/events").json()["events"]
    assert [event["kind"] for event in events] == ["interview-started", "question-asked"]


def test_what_could_not_be_reached_is_asked_for_again(browser: Browser, gateway: Served) -> None:
    """As it is promised: the session that was chosen, and whether all is in the log."""
    desktop = Desktop(gateway).start(totalQuestions=2)
    desktop.answer("An answer.")
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        expect(page.locator(".held .turn")).to_have_count(3)
        page.route("**/session?*", lambda route: route.abort())
        page.route("**/audit/checkpoint", lambda route: route.abort())
        page.get_by_role("button", name="Question 1").click()
        page.get_by_role("button", name="Check that it is in the log").click()
        promise = "tries again as soon as the gateway is back"
        unreached = page.locator(".notice", has_text=promise)
        expect(unreached.first).to_be_visible()
        page.unroute("**/session?*")
        page.unroute("**/audit/checkpoint")
        expect(page.locator(".held .turn")).to_have_count(1)
        expect(page.get_by_text("included")).to_be_visible()
        expect(unreached).to_have_count(0)


def test_another_forgot_it_meanwhile(browser: Browser, gateway: Served) -> None:
    desktop = Desktop(gateway).start()
    with visiting(browser, gateway.url, expected=["410", "409"]) as page:
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        page.get_by_role("button", name="Put on hold…").click()
        gateway.client.delete(f"/api/v1/interviews/{desktop.interview_id}?reason=elsewhere")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("Too late")
        dialog.get_by_role("button", name="Put on hold").click()
        expect(dialog.locator(".notice")).to_contain_text("erased")
        assert violations(page) == []


def test_what_is_not_in_the_log_is_not_vouched_for(browser: Browser, gateway: Served) -> None:
    desktop = Desktop(gateway).start()

    def lie(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        events = response.json()
        events["events"][0]["leaf"] = "00" * 32
        route.fulfill(response=response, body=json.dumps(events))  # type: ignore[attr-defined]

    with visiting(browser, gateway.url) as page:
        page.route("**/events", lie)
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        page.get_by_role("button", name="Check that it is in the log").click()
        expect(page.get_by_text("log differs from what this page shows")).to_be_visible()
        expect(
            page.get_by_text("Event 1, at position 0, does not match the checkpoint")
        ).to_be_visible()
        assert violations(page) == []


def test_one_that_is_not_there(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url, expected=["404"]) as page:
        page.goto(f"{gateway.url}/#/history/00000000-0000-4000-8000-000000000000")
        expect(page.locator(".notice", has_text="does not have this interview")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("link", name="Back to the history").click()
        expect(page.get_by_role("heading", name="History")).to_be_visible()


def test_it_comes_back_with_the_gateway(browser: Browser, gateway: Served) -> None:
    desktop = Desktop(gateway).start()
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.route("**/events", lambda route: route.abort())
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}/technical")
        expect(page.locator(".notice")).to_contain_text("cannot be reached")
        page.unroute("**/events")
        expect(page.get_by_role("heading", name="Events")).to_be_visible()
