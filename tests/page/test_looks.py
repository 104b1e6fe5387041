"""How it looks: in both themes, on a wide window and a phone's. With SCREENSHOTS set to a folder,
its pictures are left there."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes import ConversationServer, GraniteServer, HealthOnlyServer, Mood, OllamaServer
from tests.gateways import Served, serving
from tests.page.conversing import answer, begin, box_of
from tests.page.visitor import Window, overflow, violations, visiting

FOLDER = os.environ.get("SCREENSHOTS")

WINDOWS = {
    f"{theme}-{size}": Window(width=width, height=height, dark=theme == "dark", still=True)
    for theme in ("light", "dark")
    for size, (width, height) in {"wide": (1440, 900), "phone": (360, 740)}.items()
}

QUESTIONS = [
    "Welcome, and thank you for making the time. To begin: which system that you have built are "
    "you proudest of, and what was your own part in it?",
    "A ledger that never loses a cent is a fine thing to be proud of. Tell me about a time when it "
    "did not behave: how did you notice, and what did you do first?",
    "You stopped the writes before you understood the cause. Looking back, what would you have "
    "needed to see in order to keep the shop open that night?",
]
ANSWERS = [
    "The ledger behind a payments service: about four hundred transfers a second, and it had to "
    "balance at all times. I designed the write path and the reconciliation, two of us built it.",
    "A nightly check found a difference of nine cents. I stopped the writes, since a wrong ledger "
    "is worse than a closed one, and compared the last good snapshot with the log.",
    "The age of the oldest unsettled transfer, on one chart, with an alarm. I had every number "
    "but that one; it would have told us hours before the check did.",
]
CLOSING = (
    "Thank you: that is the chart I would have asked for as well. This concludes the interview. "
    "You will hear from us within the week."
)
SUMMARY = (
    "The candidate speaks of systems they have run, not only built, and gives numbers without "
    "being asked for them. Strongest on correctness under failure: stopped the writes before "
    "looking for the cause, and could say why.\n\n"
    "Worth asking next: how they would have made the same choice with less to lose by being slow."
)


def look(page: Page, name: str, window: str) -> None:
    """Nothing to object to, and nothing too wide; and a picture, where they are wanted."""
    assert violations(page) == []
    assert overflow(page) == 0
    if FOLDER:
        folder = Path(FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}-{window}.png", animations="disabled", caret="hide")


@contextmanager
def in_full_swing() -> Iterator[Served]:
    """A gateway with six of its seven services, and an interviewer with something to say."""
    with ExitStack() as stack:
        granite = stack.enter_context(GraniteServer())
        rest = (
            ConversationServer(),
            OllamaServer(),
            *map(HealthOnlyServer, ("voice-service", "interview-service", "analytics-service")),
        )
        for service in rest:
            stack.enter_context(service)
        granite.script = [*QUESTIONS, CLOSING, SUMMARY]
        granite.moods["/api/v1/interviews"] = Mood.SLOW
        granite.delay = 1.3 if FOLDER else 0.7
        gateway = stack.enter_context(serving(granite, *rest))
        gateway.wait_until_noticed(granite_interview_service="online", ollama="online")
        yield gateway


@pytest.mark.parametrize("window", WINDOWS)
def test_every_state_of_an_interview(browser: Browser, window: str) -> None:
    with in_full_swing() as gateway, visiting(browser, gateway.url, **WINDOWS[window]) as page:
        page.goto(gateway.url)
        expect(page.get_by_label("Vetta Granite 2B v4")).to_be_checked()
        expect(page.locator("#status summary")).to_have_text("6 of 7 services")
        look(page, "setup", window)
        page.locator("#status summary").click()
        expect(page.get_by_text("Connection refused")).to_be_visible()
        look(page, "status", window)
        page.keyboard.press("Escape")
        begin(page)
        for number, words in enumerate(ANSWERS[:-1], 2):
            answer(page, words)
            expect(page.get_by_text(f"Question {number} of 3")).to_be_visible()
        expect(page.get_by_text("vetta-granite-2b-gguf-v4 · ")).to_have_count(3)
        box_of(page).fill(ANSWERS[-1])
        look(page, "interview", window)
        box_of(page).press("Enter")
        expect(page.locator(".summary .words", has_text="Worth asking next")).to_be_visible()
        look(page, "summary", window)


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_nothing_jumps(browser: Browser, window: str) -> None:
    with in_full_swing() as gateway, visiting(browser, gateway.url, **WINDOWS[window]) as page:
        page.add_init_script(
            "window.shifts = []; new PerformanceObserver((list) => {"
            "for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts.push("
            "[e.value, ...e.sources.map((s) => s.node?.outerHTML?.slice(0, 80) ?? '')]);"
            "}).observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(gateway.url)
        expect(page.get_by_label("Vetta Granite 2B v4")).to_be_checked()
        expect(page.locator("#status summary")).to_have_text("6 of 7 services")
        begin(page)
        page.reload()
        expect(page.get_by_text("Question 1 of 3")).to_be_visible()
        expect(page.get_by_text("vetta-granite-2b-gguf-v4 · ")).to_be_visible()

        def moved() -> list[Any]:
            """By how much something has moved since this was asked last, and what."""
            shifts: list[Any] = page.evaluate("window.shifts.splice(0)")
            return shifts

        all_moved = moved()
        for words in ANSWERS:
            # What moves while they type and send is the visitor's own doing.
            box_of(page).fill(words)
            page.get_by_role("button", name="Send").click()
            expect(page.locator(".pending")).to_have_count(1)
            moved()
            expect(page.locator(".pending")).to_have_count(0)
            all_moved += moved()
        expect(page.locator(".summary .words", has_text="Worth asking next")).to_be_visible()
        all_moved += moved()
        assert sum(by for by, *_ in all_moved) < 0.1, all_moved  # what Web Vitals calls good
