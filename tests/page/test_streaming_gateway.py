"""The page with a gateway that streams, and a model that takes its time."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.fakes import OllamaServer
from tests.gateways import serving
from tests.page.conversing import answer, begin, box_of, turns, waiting
from tests.page.visitor import violations, visiting
from tests.processes import mortal_gateway

REFUSED = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
WITHIN_MS = 1000
"""How soon the page says that the gateway is not there."""

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


def test_behind_the_last_answer_no_question_is_offered(browser: Browser) -> None:
    with OllamaServer() as ollama, serving(ollama) as gateway:
        gateway.wait_until_noticed(ollama="online")
        with visiting(browser, gateway.url) as page:
            page.goto(gateway.url)
            begin(page, questions=1)
            ollama.prompt_seconds = 60
            answer(page, "Because.")
            page.get_by_role("button", name="Use the built-in closing").click()
            expect(page.get_by_text("Complete · 1 of 1 question")).to_be_visible()


def test_a_gateway_that_dies_in_mid_reply_is_missed_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    with OllamaServer() as ollama, mortal_gateway(tmp_path, OLLAMA_URL=ollama.url) as gateway:
        ollama.loaded = {ollama.models[0]["name"]: 4096}
        ollama.script = ["Welcome. Question 1: Why do you write software?", SPOKEN]
        with visiting(browser, gateway.url, expected=REFUSED) as page:
            page.goto(gateway.url)
            begin(page)
            ollama.tokens_per_second = 5
            answer(page, "Because.")
            expect(page.locator(".turn .words").last).to_contain_text("it helps. Question 2: How")
            gateway.die()
            notice = page.locator(".notice")
            expect(notice).to_contain_text("The gateway cannot be reached.", timeout=WITHIN_MS)
            expect(notice).to_contain_text("tries again as soon as the gateway is back")
            expect(waiting(page)).to_have_text(
                "Waiting for the gateway. The words so far are kept."
            )
            assert turns(page)[-1].startswith(SPOKEN.partition(" Question")[0])
            assert violations(page) == []
            gateway.live()
            expect(page.get_by_text("Question 2 of 3")).to_be_visible()
            assert turns(page)[-1].startswith(SPOKEN.partition(" Question")[0])
            expect(notice).to_have_count(0)


def test_a_gateway_that_dies_in_mid_summary_is_missed_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    with OllamaServer() as ollama, mortal_gateway(tmp_path, OLLAMA_URL=ollama.url) as gateway:
        ollama.loaded = {ollama.models[0]["name"]: 4096}
        sentences = (f"Of thing number {n} they said what they did." for n in range(9))
        summary = " ".join(["They test what they write.", *sentences])
        ollama.script = [
            "Welcome. Question 1: Why do you write software?",
            "Thank you for taking part. This concludes the interview.",
            *[summary] * 2,
        ]
        with visiting(browser, gateway.url, expected=REFUSED) as page:
            page.goto(gateway.url)
            begin(page, 1)
            answer(page, "Because.")
            words = page.locator(".summary .words")
            ollama.tokens_per_second = 10
            expect(words).to_contain_text("They test what they write.")
            gateway.die()
            notice = page.locator(".notice")
            expect(notice).to_contain_text("The gateway cannot be reached.", timeout=WITHIN_MS)
            expect(waiting(page)).to_have_text(
                "Waiting for the gateway. The words so far are kept."
            )
            expect(words).to_contain_text("They test what they write.")
            gateway.live()
            expect(page.locator(".summary")).to_contain_text("llama3.2:1b · ")
            expect(words).to_have_text(summary)
            expect(notice).to_have_count(0)
