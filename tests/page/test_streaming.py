"""The page while a reply comes: what is waited for, the words, those who listen, a reload."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fakes import GraniteServer
from tests.gateways import serving
from tests.page.conversing import answer, begin, box_of, stop_waiting, turns, waiting
from tests.page.streamed import MODEL, Front, Reply, in_front_of
from tests.page.visitor import PATIENCE_MS, overflow, violations, visiting

LEAD = "Thank you, that is clear. It helps to know it."
QUESTION = "Question 2: How do you test it?"
WORDS = f"{LEAD} {QUESTION}"
LONG = " ".join(f"That is thought number {number}, and it is a long one." for number in range(60))

HEARD = """() => {
    window.heard = [];
    const regions = document.querySelectorAll("[aria-live], [role=status], [role=log]");
    new MutationObserver((changes) => {
        for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
            window.heard.push(node.textContent);
    }).observe(document.getElementById("reader"), { childList: true, subtree: true });
    return [...regions].map(({ id, className }) => id || className);
}"""
"""Remember what a screen reader is told; the regions that it listens to."""

Open = Callable[..., tuple[Front, Page]]


@pytest.fixture
def open_interview(browser: Browser) -> Iterator[Open]:
    """An interview of three questions with a streaming gateway, and its page."""
    with ExitStack() as stack:

        def opened(script: str = WORDS, questions: int = 3, **how: Any) -> tuple[Front, Page]:
            granite = stack.enter_context(GraniteServer())
            gateway = stack.enter_context(serving(granite))
            gateway.wait_until_noticed(granite_interview_service="online")
            granite.script = ["Question 1: Why?", script]
            front = stack.enter_context(in_front_of(gateway))
            page = stack.enter_context(visiting(browser, front.url, **how))
            page.goto(front.url)
            begin(page, questions)
            return front, page

        yield opened


def asked(front: Front, page: Page, words: str = "Because.") -> Reply:
    """The reply to an answer that is given now."""
    answer(page, words)
    return front.next_reply()


def newest(page: Page) -> Locator:
    """The words of the newest turn."""
    return page.locator(".turn .words").last


def built_in(page: Page, thing: str = "question") -> Locator:
    return page.get_by_role("button", name=f"Use the built-in {thing}")


def wait_until(page: Page, condition: str) -> None:
    """Until a JavaScript expression is true. The page's policy allows no other way to ask."""
    page.evaluate(
        f"""() => new Promise((resolve, reject) => {{
            setTimeout(() => reject(new Error("never: {condition}")), {PATIENCE_MS});
            const look = () => ({condition}) ? resolve() : requestAnimationFrame(look);
            look();
        }})"""
    )


def height(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["height"]


def test_the_words_appear_as_they_come(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.status("reading", 100)
    expect(waiting(page)).to_have_text("Reading your answer …")
    reply.delta("Thank you, ")
    expect(newest(page)).to_have_text("Thank you,")
    expect(page.locator(".turn").last).to_have_attribute("aria-busy", "true")
    reply.words(WORDS.removeprefix("Thank you, "))
    expect(newest(page)).to_contain_text("How do you test it?")
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()
    bubble = page.locator(".turn").last.element_handle()
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert page.locator(".turn").last.evaluate("(now, before) => now === before", bubble)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(waiting(page)).to_have_count(0)
    expect(box_of(page)).to_be_focused()
    assert turns(page)[1:] == ["Because.", f"{LEAD}\n{QUESTION}"]
    expect(page.locator(".pending")).to_have_count(0)


def test_what_is_waited_for_is_told_and_counted(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    expect(waiting(page)).to_have_text("Thinking…")
    reply.status("queued", 1100)
    expect(waiting(page)).to_have_text("Waiting in line …")
    reply.status("loading", 5990)
    expect(waiting(page)).to_have_text(f"Loading {MODEL} … 6 s")
    expect(waiting(page)).to_have_text(f"Loading {MODEL} … 7 s")  # and no status said so
    reply.status("writing", 8000)
    expect(waiting(page)).to_have_text("Writing … 8 s")


def test_the_built_in_question_can_be_had_instead(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.status("loading", 3000)
    built_in(page).click()
    assert reply.stopped.wait(10)
    expect(built_in(page)).to_have_attribute("aria-disabled", "true")
    assert violations(page) == []
    built_in(page).dispatch_event("click")  # once is enough
    reply.reset(WORDS)
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    expect(built_in(page)).to_have_count(0)
    assert front.asked.count("DELETE reply") == 1


def test_a_reply_that_is_here_at_once_shows_no_button(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.status("reading")
    expect(waiting(page)).to_have_text("Reading your answer …")
    expect(built_in(page)).to_be_hidden()
    reply.words(WORDS)
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()


def test_the_question_stands_out_from_what_comes_before_it(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.words(WORDS)
    question = newest(page).locator(".question")
    expect(question).to_have_text(QUESTION)  # while the reply is being written, too
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    expect(question).to_have_text(QUESTION)
    weight = "element => Number(getComputedStyle(element).fontWeight)"
    lead = newest(page).locator(".lead").first
    expect(lead).to_have_text(LEAD)
    assert question.evaluate(weight) > lead.evaluate(weight)
    assert newest(page).evaluate("element => element.textContent") == WORDS


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("Good. How do you test it?", "How do you test it?"),
        ("Why? I ask since it matters. And how? Take your time.", "And how?"),
        ("谢谢。您如何测试代码？", "您如何测试代码？"),
        ("Version 3.2 is out. Is “it” good?", "Is “it” good?"),
        ("This concludes the interview.", ""),
        ("Let us come to Question 2: tell me more.", "Question 2: tell me more."),
    ],
)
def test_without_a_label_the_last_sentence_that_asks_is_the_question(
    open_interview: Open, words: str, question: str
) -> None:
    _, page = open_interview()
    found = page.evaluate(
        """async (words) => {
            const { questionIn } = await import("/page/views/sentences.js");
            return words.slice(...questionIn(words, true));
        }""",
        words,
    )
    assert found == question


def test_who_spoke_stands_below_each_reply(open_interview: Open) -> None:
    front, page = open_interview()
    front.streams.clear()
    answer(page, "Because.")
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    expect(page.locator(".under-words", has_text="vetta-granite-2b-gguf-v4 · ")).to_have_count(2)


def test_a_reload_joins_the_reply(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.words(LEAD)
    expect(newest(page)).to_contain_text("It helps to know it.")
    page.reload()
    expect(newest(page)).to_have_text(LEAD)
    expect(page.locator(".under-words").last).to_contain_text("Writing …")
    expect(page.locator(".pending")).to_contain_text("Because.")
    reply.words(f" {QUESTION}")
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert turns(page)[1:] == ["Because.", f"{LEAD}\n{QUESTION}"]
    assert front.asked.count("POST respond") == 1
    assert "GET reply" in front.asked
    expect(box_of(page)).to_have_value("")


def test_a_connection_that_breaks_off_is_not_noticed(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.words(LEAD)
    expect(newest(page)).to_have_text(LEAD)
    reply.break_off()
    reply.words(f" {QUESTION}")  # nobody listens at this moment
    expect(newest(page)).to_contain_text(QUESTION)
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert turns(page)[2] == f"{LEAD}\n{QUESTION}"


def test_another_reply_replaces_only_what_differs(open_interview: Open) -> None:
    front, page = open_interview("Thank you, I see. Question 2: How?", still=True)
    reply = asked(front, page)
    reply.words("Thank you, and so on, at some length, and then " + "on and on " * 80)
    expect(newest(page)).to_contain_text("on and on")
    before = newest(page).locator(".lead").first.evaluate_handle("element => element.firstChild")
    tall = height(newest(page))
    reply.reset("Thank you, I see. ")
    expect(newest(page)).to_have_text("Thank you, I see.")
    same = "(element, before) => element.firstChild === before"
    assert newest(page).locator(".lead").first.evaluate(same, before)
    assert height(newest(page)) >= tall
    reply.words("Question 2: How?")
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert height(newest(page)) >= tall


def test_a_screen_reader_hears_sentences_and_not_tokens(open_interview: Open) -> None:
    front, page = open_interview()
    regions = page.evaluate(HEARD)
    assert "reader" in regions
    assert not any("words" in region or "turn" in region for region in regions)
    reply = asked(front, page)
    for ms in range(0, 3000, 100):
        reply.status("loading", ms)
    wait_until(page, "window.heard.length > 0")
    assert page.evaluate("window.heard.length") == 1  # of thirty statuses
    reply.words(WORDS)
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    heard = page.evaluate("window.heard")[1:]
    assert " ".join(heard) == WORDS
    assert all(said.endswith((".", "?")) for said in heard)
    assert len(heard) == 3


def test_the_page_follows_the_words_only_where_the_visitor_is_at_the_end(
    open_interview: Open,
) -> None:
    front, page = open_interview(f"{LONG} {QUESTION}", width=500, height=420, still=True)
    reply = asked(front, page)
    at_end = "innerHeight + scrollY >= document.documentElement.scrollHeight - 2"
    reply.words("That is thought number 0, and it is a long one. ")
    expect(newest(page)).to_contain_text("thought number 0")
    wait_until(page, at_end)
    page.mouse.move(200, 100)
    page.mouse.wheel(0, -2000)
    wait_until(page, "scrollY === 0")
    reply.reset(LONG)
    expect(newest(page)).to_contain_text("thought number 59")
    assert page.evaluate("scrollY") == 0
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert page.evaluate("scrollY") == 0


def test_a_long_reply_stays_at_its_beginning(open_interview: Open) -> None:
    front, page = open_interview(f"{LONG} {QUESTION}", width=500, height=420, still=True)
    reply = asked(front, page)
    reply.words(f"{LONG} {QUESTION}")
    expect(newest(page)).to_contain_text(QUESTION)
    top = "document.querySelector('.turn:last-child').getBoundingClientRect().top"
    wait_until(page, f"Math.abs({top} - 16) < 2")
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert abs(page.evaluate(top) - 16) < 2


def test_words_fade_in_unless_the_visitor_wants_no_movement(open_interview: Open) -> None:
    running = "document.getAnimations().filter(({ animationName }) => animationName).length"
    for still in (False, True):
        front, page = open_interview(still=still)
        page.evaluate(
            """() => {
                window.faded = 0;
                addEventListener("animationstart", () => window.faded += 1);
            }"""
        )
        reply = asked(front, page)
        reply.words(LEAD)
        expect(newest(page)).to_have_text(LEAD)
        wait_until(page, f"{running} === 0")
        assert (page.evaluate("window.faded") > 0) is not still
        assert newest(page).locator(".fresh").count() == 0


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (320, True)])
def test_nothing_is_amiss_while_a_reply_comes(open_interview: Open, width: int, dark: bool) -> None:
    front, page = open_interview(width=width, dark=dark)
    reply = asked(front, page)
    reply.status("loading", 6000)
    expect(built_in(page)).to_be_visible()
    assert violations(page) == []
    assert overflow(page) == 0
    reply.words(LEAD)
    expect(newest(page)).to_have_text(LEAD)
    assert violations(page) == []
    assert overflow(page) == 0


def test_nothing_jumps_while_a_reply_comes(open_interview: Open) -> None:
    front, page = open_interview()
    page.evaluate(
        """() => {
            window.shifted = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries())
                    if (!entry.hadRecentInput) window.shifted += entry.value;
            }).observe({ type: "layout-shift" });
        }"""
    )
    reply = asked(front, page)
    reply.status("loading", 6000)
    expect(built_in(page)).to_be_visible()
    tops = []
    for word in WORDS.split(" "):
        reply.delta(f"{word} ")
        expect(newest(page)).to_contain_text(word)
        tops.append(page.locator(".turn").last.bounding_box())
    heights = [box["height"] for box in tops if box]
    assert heights == sorted(heights)
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert height(page.locator(".turn").last) >= heights[-1] - 1
    assert page.evaluate("window.shifted") < 0.05


def test_whoever_stops_waiting_keeps_the_words_that_came(open_interview: Open) -> None:
    front, page = open_interview()
    reply = asked(front, page)
    reply.words(LEAD)
    expect(newest(page)).to_have_text(LEAD)
    stop_waiting(page)
    expect(page.locator(".notice")).to_contain_text("Your answer is in the log")
    expect(newest(page)).to_have_text(LEAD)
    assert violations(page) == []
    page.get_by_role("button", name="Get the reply").click()
    reply.words(f" {QUESTION}")
    reply.done()
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    assert turns(page)[1:] == ["Because.", f"{LEAD}\n{QUESTION}"]


def test_hostile_words_are_text_at_every_moment(open_interview: Open) -> None:
    words = "<img src=x onerror=alert(1)> \u202eand \U0001f468\u200d\U0001f469\u200d\U0001f467 why?"
    front, page = open_interview(words, width=360)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    reply = asked(front, page)
    for character in words:
        reply.delta(character)
    expect(newest(page)).to_contain_text("why?")
    assert page.locator("main img").count() == 0
    assert newest(page).evaluate("element => element.textContent") == words
    assert overflow(page) == 0


def test_the_summary_comes_word_by_word_too(open_interview: Open) -> None:
    summary = "They test what they write. They say so clearly."
    front, page = open_interview("This concludes the interview.", questions=1)
    front.streams = {"summary"}
    answer(page, "Because.")
    reply = front.next_reply()
    body = page.locator(".summary")
    reply.status("loading", 6000)
    expect(body).to_contain_text(f"Loading {MODEL} … 6 s")
    expect(built_in(page, "summary")).to_be_visible()
    assert violations(page) == []
    built_in(page, "summary").click()
    assert reply.stopped.wait(10)
    reply.words(summary)
    expect(body.locator(".words")).to_have_text(summary)
    expect(page.get_by_role("heading", name="Transcript")).to_be_hidden()
    reply.done()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    expect(body.locator(".under-words")).to_contain_text("vetta-granite-2b-gguf-v4 · ")
    assert violations(page) == []
