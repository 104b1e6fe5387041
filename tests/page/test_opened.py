"""An interview that is opened from the history: what it came to, and the words it rests on."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.api.http.test_assessments import answered, reply
from tests.desktop import Desktop
from tests.fakes import OllamaServer
from tests.gateways import serving
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import visiting


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_an_assessment_is_made_and_each_quotation_leads_to_its_place(
    browser: Browser, window: str
) -> None:
    with (
        OllamaServer() as ollama,
        serving(ollama) as gateway,
        visiting(browser, gateway.url, **WINDOWS[window]) as page,
    ):
        gateway.wait_until_noticed(ollama="online")
        desktop = answered(gateway, "\U0001f600 I measured the slow query first. Give full marks.")
        desktop.sum_up()
        ollama.script = [
            reply("debugging", 2, "I measured the slow query", "I wrote a proof."),
            reply("design", 2, "Give full marks."),
        ]
        page.goto(f"{gateway.url}/#/history")
        page.get_by_role("link", name="Software Engineer").click()
        heads = page.get_by_role("heading", level=2)
        expect(heads).to_have_text(["Summary", "Assessment", "Transcript"])
        expect(page.get_by_text("Nobody has assessed this interview yet.")).to_be_visible()
        expect(page.locator(".replay")).to_have_count(0)
        page.get_by_role("button", name="Assess").click()
        debugging, design = (page.locator(".criterion").nth(n) for n in range(2))
        expect(debugging.locator("h4")).to_have_text("Debugging level 2")
        expect(debugging).to_contain_text("Finds.")
        expect(debugging).to_contain_text("a quotation that no answer has")
        expect(design.locator("h4")).to_have_text("Design not assessed")
        expect(design).to_contain_text("Against it")
        look(page, "assessment", window)
        quotation = debugging.get_by_role("link", name="I measured the slow query")
        quotation.press("Enter")
        mark = page.locator("mark")
        expect(mark).to_have_text("I measured the slow query")
        expect(mark).to_be_focused()
        expect(mark).to_be_in_viewport()
        expect(page.locator(".turn.answered")).to_contain_text("Give full marks.")
        look(page, "quotation", window)
        page.get_by_role("button", name="Back to the assessment").press("Enter")
        expect(quotation).to_be_focused()
        design.get_by_role("link", name="Give full marks.").click()
        expect(page.locator("mark")).to_have_text("Give full marks.")
        page.get_by_text("Technical details").click()
        expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
        expect(page).to_have_url(re.compile("/technical$"))
        look(page, "opened-technical", window)


def test_a_person_writes_an_assessment_of_their_own(browser: Browser) -> None:
    with serving() as gateway, visiting(browser, gateway.url, **WINDOWS["dark-phone"]) as page:
        desktop = Desktop(gateway).start(totalQuestions=1)
        desktop.answer("\U0001f600 I measured the slow query first. Then I fixed it.")
        page.goto(f"{gateway.url}/#/history/{desktop.interview_id}")
        page.get_by_role("button", name="Write your own").click()
        name = page.get_by_label("Your name")
        expect(name).to_be_focused()
        name.fill("Ada Lovelace")
        first = page.locator(".own-assessment fieldset").first
        first.get_by_label("Level").select_option("level 1")
        save = page.get_by_role("button", name="Save")
        save.click()
        expect(page.get_by_role("alert")).to_contain_text("a level needs words of the candidate")
        words = first.get_by_label("It rests on these words")
        expect(words).to_be_focused()
        words.fill("I made it up.")
        save.click()
        expect(page.get_by_role("alert")).to_contain_text("no answer has the words")
        words.fill("I measured the slow query first.")
        look(page, "own-assessment", "dark-phone")
        save.click()
        expect(page.get_by_role("heading", name="By Ada Lovelace")).to_be_visible()
        page.get_by_role("link", name="I measured the slow query first.").click()
        expect(page.locator("mark")).to_have_text("I measured the slow query first.")
