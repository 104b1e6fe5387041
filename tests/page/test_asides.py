"""What stands beside "Send": words that a button says to the interviewer, and voice."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

from tests.gateways import Served
from tests.page.conversing import begin, box_of, turns
from tests.page.visitor import overflow, violations, visiting

REPEAT = "Could you repeat the question, please?"

FAKE_VOICES = """
const voice = { lang: "en-GB", localService: true, name: "Test" };
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  getVoices: () => [voice],
  speak: (said) => {
    document.body.dataset.spoken = said.text;
    setTimeout(() => said.onend?.(), 1);
  },
  cancel: () => {},
}) });
window.SpeechRecognition = class extends EventTarget {
  start() { window.recognition = this; document.body.dataset.hears = true; }
  abort() { document.body.dataset.hears = false; this.dispatchEvent(new Event("end")); }
  hear(transcript, isFinal) {
    const result = Object.assign([{ transcript }], { isFinal });
    this.dispatchEvent(Object.assign(new Event("result"), { resultIndex: 0, results: [result] }));
  }
};
"""


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)


def test_a_button_says_it_and_what_is_typed_stays(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url, width=360, height=740) as page:
        page.goto(gateway.url)
        box = begin(page)
        box.fill("A thought that is not")
        tool(page, "Repeat").click()
        expect(page.locator(".turn")).to_have_count(3)
        assert turns(page)[1] == REPEAT
        expect(box).to_have_value("A thought that is not")
        expect(box).to_be_focused()
        expect(page.locator(".notice")).to_have_count(0)
        page.reload()
        expect(box).to_have_value("A thought that is not")
        expect(page.locator(".notice")).to_have_count(0)
        assert (violations(page), overflow(page)) == ([], 0)


def test_the_toolbar_is_one_row_beside_send(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url) as page:
        page.goto(gateway.url)
        begin(page)
        buttons = page.get_by_role("toolbar").get_by_role("button")
        places = [button.bounding_box() for button in (*buttons.all(), page.locator(".primary"))]
    assert len(places) == 7
    assert len({round(place["y"] + place["height"] / 2) for place in places if place}) == 1


def test_the_toolbar_is_one_stop_and_arrows_go_along_it(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url) as page:
        page.goto(gateway.url)
        box = begin(page)
        box.press("Tab")
        expect(page.get_by_role("button", name="Send")).to_be_focused()
        page.keyboard.press("Tab")
        expect(tool(page, "Repeat")).to_be_focused()
        expect(tool(page, "Repeat")).to_have_accessible_description(REPEAT)
        page.keyboard.press("ArrowLeft")
        expect(tool(page, "Dictate")).to_be_focused()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        expect(tool(page, "Skip")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name="Send")).to_be_focused()


def test_an_end_is_confirmed_by_a_button(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url) as page:
        page.goto(gateway.url)
        begin(page)
        tool(page, "End").click()
        asked = page.locator(".notice", has_text="Do you want to end the interview?")
        asked.get_by_role("button", name="No").click()
        expect(asked).to_have_count(0)
        expect(page.get_by_text("Question 1 of 3")).to_be_visible()
        expect(page.locator(".turn")).to_have_count(5)
        assert turns(page)[3] == "No, let us go on."


def test_an_aside_that_was_refused_is_said_again_and_not_what_is_typed(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url, expected=["429"]) as page:
        page.goto(gateway.url)
        box = begin(page)
        box.fill("Half an answer")
        problem = {
            "type": "/problems/quota-exceeded",
            "title": "",
            "detail": "Wait.",
            "status": 429,
        }
        page.route(
            "**/respond",
            lambda route: route.fulfill(status=429, json=problem, headers={"retry-after": "0"}),
        )
        tool(page, "Skip").click()
        expect(page.locator(".notice")).to_contain_text("Wait.")
        expect(box).to_have_value("Half an answer")
        page.unroute("**/respond")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".turn")).to_have_count(3)
        assert turns(page)[1] == "I would like to skip this question."
        expect(box).to_have_value("Half an answer")


def test_voice_is_off_and_not_loaded_until_it_is_switched_on(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url) as page:
        page.add_init_script(FAKE_VOICES)
        paths: set[str] = set()
        page.on("request", lambda request: paths.add(urlsplit(request.url).path))
        page.goto(gateway.url)
        box = begin(page)
        assert not [path for path in paths if path.startswith("/page/voice/")]
        body = page.locator("body")
        assert body.evaluate("body => ({ ...body.dataset })") == {}
        tool(page, "Read aloud").click()
        expect(tool(page, "Read aloud")).to_have_attribute("aria-pressed", "true")
        expect(body).to_have_attribute("data-spoken", re.compile(r"\?$"))
        tool(page, "Dictate").click()
        expect(body).to_have_attribute("data-hears", "true")
        expect(page.locator(".foot .remark")).to_contain_text("send your voice to its maker.")
        assert violations(page) == []
        page.evaluate("recognition.hear('I looked', false)")
        page.evaluate("recognition.hear('I looked at the log', true)")
        expect(box).to_have_value("I looked at the log")
        box.fill("I looked at the logs.")
        page.evaluate("recognition.hear('Then I fixed it', true)")
        expect(box).to_have_value("I looked at the logs. Then I fixed it")
        first = body.get_attribute("data-spoken") or ""
        box.press("Enter")
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        expect(body).not_to_have_attribute("data-spoken", first)
        tool(page, "Dictate").click()
        expect(body).to_have_attribute("data-hears", "false")


def test_without_a_voice_it_says_so(browser: Browser, gateway: Served) -> None:
    none = "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"
    with visiting(browser, gateway.url) as page:
        page.add_init_script(none)
        page.goto(gateway.url)
        begin(page)
        tool(page, "Dictate").click()
        expect(page.locator(".foot .remark")).to_contain_text("no voice service is there")
        expect(tool(page, "Dictate")).to_have_attribute("aria-pressed", "false")
        expect(box_of(page)).to_be_focused()
