"""The page with a gateway that streams, and a model that takes its time."""

from playwright.sync_api import Browser, expect

from tests.fakes import OllamaServer
from tests.gateways import serving
from tests.page.conversing import answer, box_of, waiting
from tests.page.visitor import visiting

SPOKEN = "Thank you for telling me that, it helps. Question 2: How do you test what you write?"


def test_an_interview_with_a_model_that_is_loaded_first(browser: Browser) -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.load_seconds = 4
        ollama.tokens_per_second = 6
        ollama.script = ["Welcome. Question 1: Why do you write software at all?", SPOKEN]
        with visiting(browser, gateway.url) as page:
            page.goto(gateway.url)
            page.get_by_label("Questions", exact=True).fill("3")
            page.get_by_role("button", name="Start the interview").click()
            expect(waiting(page)).to_contain_text("Loading llama3.2:1b")
            expect(page.locator(".turn .words")).to_contain_text("Welcome.")
            expect(page.locator("[aria-busy]")).to_have_count(1)
            expect(page.locator("[aria-busy]")).to_have_count(0)
            expect(page.locator(".turn .question")).to_have_text(
                "Question 1: Why do you write software at all?"
            )
            expect(page.get_by_text("llama3.2:1b · ")).to_have_count(1)
            answer(page, "Because.")
            expect(page.locator(".turn .words").last).to_contain_text("Thank you")
            page.reload()
            expect(page.locator(".turn .words").last).to_contain_text("Thank you")
            expect(page.locator(".turn .words").last).to_contain_text("you write?")
            expect(page.get_by_text("Question 2 of 3")).to_be_visible()
            expect(box_of(page)).to_be_focused()
            expect(page.get_by_text("llama3.2:1b · ")).to_have_count(2)
            assert ollama.count("/api/chat") == 2


def test_a_slow_model_can_be_left_for_the_built_in_question(browser: Browser) -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        ollama.load_seconds = 60
        with visiting(browser, gateway.url) as page:
            page.goto(gateway.url)
            page.get_by_role("button", name="Start the interview").click()
            page.get_by_role("button", name="Use the built-in question").click()
            expect(page.get_by_text("Built-in question", exact=True)).to_be_visible()
            expect(box_of(page)).to_be_focused()
