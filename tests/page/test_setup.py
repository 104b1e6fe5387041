"""Setting an interview up, and what the status bar tells meanwhile."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.api.documents.making import pages, saved
from tests.fakes import (
    ConversationServer,
    FakeServer,
    GraniteServer,
    Mood,
    OllamaServer,
    OpenAiServer,
)
from tests.gateways import Served, serving
from tests.page.conversing import answer, begin
from tests.page.visitor import NAME, violations, visiting
from tests.stopwatch import Stopwatch

Visit = Callable[..., Page]


def test_everything_has_a_default(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_label("Software Engineer")).to_be_checked()
    expect(page.get_by_label("Questions", exact=True)).to_have_value("5")
    page.get_by_role("button", name="Start the interview").click()
    expect(page.get_by_text("Question 1 of 5")).to_be_visible()
    expect(page.get_by_role("heading", name="Software Engineer interview")).to_be_visible()


def test_without_any_service_it_says_so_and_offers_what_is_built_in(visit: Visit) -> None:
    page = visit()
    status = page.locator("#status summary")
    expect(status).to_have_text("All services offline — built-in questions are used")
    expect(page.get_by_label("Granite 4 2B")).to_be_checked()
    expect(page.get_by_text("No model is available")).to_be_visible()
    assert violations(page) == []


def test_the_status_opens_and_closes_by_keyboard(visit: Visit) -> None:
    page = visit()
    status, panel = page.locator("#status summary"), page.locator("#status .panel")
    expect(status).to_contain_text("offline")
    status.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("listitem")).to_have_count(8)
    expect(panel.get_by_role("listitem").nth(1)).to_contain_text("conversation-service")
    expect(panel.get_by_role("listitem").nth(1)).to_contain_text("offline")
    expect(panel.get_by_role("listitem").nth(1)).to_contain_text("Connection refused")
    expect(panel.get_by_text("2 s ago").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(status).to_be_focused()


@pytest.mark.parametrize("service", [GraniteServer, ConversationServer, OllamaServer, OpenAiServer])
def test_where_an_interviewer_is_up_no_built_in_questions_are_promised(
    browser: Browser, service: type[FakeServer]
) -> None:
    with service() as up, serving(up) as gateway, visiting(browser, gateway.url) as page:
        page.goto(gateway.url)
        expect(page.locator("#status summary")).to_have_text(re.compile(r"^1 of \d services$"))


def test_services_that_are_up_are_told_with_their_latency(browser: Browser) -> None:
    with (
        GraniteServer() as granite,
        OllamaServer() as ollama,
        serving(granite, ollama) as gateway,
        visiting(browser, gateway.url) as page,
    ):
        gateway.wait_until_noticed(granite_interview_service="online", ollama="online")
        page.goto(gateway.url)
        expect(page.locator("#status summary")).to_have_text("2 of 7 services")
        page.locator("#status summary").click()
        row = page.get_by_role("listitem").filter(has_text="ollama")
        expect(row).to_contain_text("online")
        expect(row).to_contain_text(" ms · ")


def test_models_are_cards_and_the_chosen_one_is_asked(browser: Browser) -> None:
    with (
        GraniteServer() as granite,
        OllamaServer() as ollama,
        serving(granite, ollama) as gateway,
        visiting(browser, gateway.url) as page,
    ):
        gateway.wait_until_noticed(granite_interview_service="online", ollama="online")
        page.goto(gateway.url)
        expect(page.get_by_label("Vetta Granite 2B v4")).to_be_checked()
        page.get_by_label("llama3.2:1b").check()
        begin(page)
        expect(page.locator(".words", has_text="Ollama question 1?")).to_be_visible()
        expect(page.get_by_text("llama3.2:1b ·")).to_be_visible()
        # And it is the one that is offered the next time.
        page.goto(f"{gateway.url}/#/")
        expect(page.get_by_label("llama3.2:1b")).to_be_checked()


def card(id: str, state: str | None = None, source: str = "ollama") -> dict[str, str]:
    """A model as the gateway lists it."""
    texts = dict.fromkeys(("paramCount", "ramRequired", "downloadSize"), "unknown")
    about = {"id": id, "name": id, "description": "", "source": source, **texts}
    return about | ({"state": state} if state else {})


@contextmanager
def listing(browser: Browser, *states: list[dict[str, str]]) -> Iterator[tuple[Page, list[str]]]:
    """The setup with a gateway that lists these models, one list at each look and the last from
    then on; and the models that the page lets it select, as they come."""
    selected: list[str] = []
    lists = [*states]

    def give(route: Route) -> None:
        models = lists.pop(0) if len(lists) > 1 else lists[0]
        route.fulfill(json={"models": models})

    def select(route: Route) -> None:
        chosen: str = json.loads(route.request.post_data or "")["modelId"]
        selected.append(chosen)
        route.fulfill(json={"selected": chosen, "timestamp": "2026-01-05T10:30:00Z"})

    with serving() as gateway, visiting(browser, gateway.url) as page:
        page.route("**/api/v1/models", give)
        page.route("**/api/v1/models/select", select)
        page.goto(gateway.url)
        yield page, selected


def test_each_model_tells_whether_it_is_ready(browser: Browser) -> None:
    models = [card("a", "ready"), card("b", "installed"), card("c", "loading"), card("d")]
    with listing(browser, models) as (page, _):
        states = page.locator(".choice .state")
        expect(states).to_have_text(["Ready", "On disk, loads when chosen", "Loading …", ""])
        assert violations(page) == []


def test_a_model_is_warmed_as_soon_as_it_is_chosen_and_watched_while_it_loads(
    browser: Browser,
) -> None:
    before = [card("a", "ready"), card("b", "installed")]
    during = [card("a", "installed"), card("b", "loading")]
    after = [card("a", "installed"), card("b", "ready")]
    with listing(browser, before, during, during, after) as (page, selected):
        chosen = page.locator("[value=b]")
        expect(page.locator(".state").last).to_have_text("On disk, loads when chosen")
        assert selected == []  # the one that is chosen is there
        chosen.check()
        expect(page.locator(".state").last).to_have_text("Loading …")
        expect(page.locator(".state").last).to_have_text("Ready")
        expect(chosen).to_be_checked()
        expect(chosen).to_be_focused()
        assert selected == ["b"]


def test_models_that_the_keyboard_passes_over_are_not_loaded(browser: Browser) -> None:
    models = [card("a", "ready"), *(card(name, "installed") for name in ("b", "c", "d"))]
    with listing(browser, models, [*models[:3], card("d", "ready")]) as (page, selected):
        expect(page.locator(".state")).to_have_count(4)
        page.evaluate(
            "for (const radio of document.querySelectorAll('[name=model]')) radio.click()"
        )
        expect(page.locator(".state").last).to_have_text("Ready")
        assert selected == ["d"]


def test_the_model_of_the_last_time_is_warmed_at_once(browser: Browser) -> None:
    before, during = ([card("a", "ready"), card("b", state)] for state in ("installed", "loading"))
    with listing(browser, before, before, during) as (page, selected):
        expect(page.locator(".state").first).to_have_text("Ready")
        page.evaluate("localStorage.setItem('model', JSON.stringify('b'))")
        page.reload()
        expect(page.locator(".state").last).to_have_text("Loading …")
        expect(page.locator("[value=b]")).to_be_checked()
        assert selected == ["b"]


def test_a_first_visitor_waits_for_no_model_that_could_have_loaded_meanwhile(
    browser: Browser,
) -> None:
    before, during = ([card("a", state), card("b", "ready")] for state in ("installed", "loading"))
    with listing(browser, before, during) as (page, selected):
        expect(page.locator(".state").first).to_have_text("Loading …")
        assert selected == ["a"]


def test_with_no_model_it_says_that_the_built_in_questions_will_be_asked(
    browser: Browser,
) -> None:
    models = [card("a", "unavailable", "fallback")]
    with listing(browser, models) as (page, _):
        expect(
            page.get_by_text("No model is available. The gateway asks built-in questions")
        ).to_be_visible()
        expect(page.locator(".choice .state")).to_have_text([""])


def test_hostile_model_cards_are_text(browser: Browser) -> None:
    with GraniteServer() as granite:
        markup = "<img src=x onerror=alert(1)>"
        granite.models[0] |= {"name": markup, "description": f"\u202e{markup}" * 30}
        with serving(granite) as gateway, visiting(browser, gateway.url, width=360) as page:
            gateway.wait_until_noticed(granite_interview_service="online")
            page.goto(gateway.url)
            expect(page.get_by_text(markup).first).to_be_visible()
            assert page.locator("main img").count() == 0
            assert violations(page) == []


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.HANG_ACCEPT])
def test_it_paints_and_starts_while_services_hang(browser: Browser, mood: Mood) -> None:
    services: list[FakeServer] = [GraniteServer(), ConversationServer(), OllamaServer()]
    for service in services:
        service.mood = mood
        service.start()
    try:
        with (
            serving(*services, first_word_seconds=2) as gateway,
            visiting(browser, gateway.url) as page,
        ):
            watch = Stopwatch()
            page.goto(gateway.url)
            expect(page.get_by_role("button", name="Start the interview")).to_be_visible()
            assert watch.seconds() < 4
            begin(page)
            expect(page.get_by_text("Built-in question", exact=True)).to_be_visible()
    finally:
        for service in services:
            service.stop()


def test_a_start_that_does_not_reach_the_gateway_can_be_tried_again(browser: Browser) -> None:
    with (
        serving() as gateway,
        visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page,
    ):
        page.goto(gateway.url)
        page.get_by_label("Product Manager").check()
        expect(page.locator("#status summary")).to_contain_text("offline")
        page.context.route("**/*", lambda route: route.abort())
        page.get_by_role("button", name="Start the interview").click()
        notice = page.locator(".notice")
        expect(notice).to_contain_text("Your choices are kept.", timeout=30_000)
        expect(page.locator("#status summary")).to_have_text("Gateway unreachable")
        assert violations(page) == []
        page.context.unroute_all()
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Product Manager interview")).to_be_visible()
        assert len(gateway.get("/api/v1/interviews").json()["interviews"]) == 1


def test_the_number_of_questions_stays_within_what_is_allowed(visit: Visit) -> None:
    page = visit()
    field = page.get_by_label("Questions", exact=True)
    page.get_by_role("button", name="3 questions").click()
    expect(field).to_have_value("3")
    expect(page.get_by_role("button", name="3 questions")).to_have_attribute("aria-pressed", "true")
    for _ in range(4):
        page.get_by_role("button", name="One fewer").click()
    expect(field).to_have_value("1")
    field.fill("99")
    field.blur()
    expect(field).to_have_value("15")


def test_an_unfinished_interview_is_offered_again(visit: Visit) -> None:
    page = visit()
    begin(page, role="Data Analyst")
    page.get_by_role("link", name="Interview", exact=True).click()
    expect(page.get_by_text("Data Analyst, question 1 of 3")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Continue this interview").click()
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()


def test_a_page_from_another_name_of_the_machine_does_without_what_browsers_keep_back(
    browser: Browser,
) -> None:
    with serving(allowed_hosts=NAME) as gateway:
        url = gateway.url.replace("127.0.0.1", NAME)
        with visiting(browser, url) as page:
            page.goto(url)
            begin(page)
            page.goto(page.url.replace("#/interviews/", "#/history/") + "/technical")
            page.get_by_role("button", name="Check that it is in the log").click()
            expect(page.get_by_text("Open the page at 127.0.0.1")).to_be_visible()
            assert violations(page) == []


def test_what_a_failed_start_says_is_not_said_of_an_answer(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.route("**/interviews/start", lambda route: route.abort())
        page.goto(gateway.url)
        page.get_by_role("button", name="Start the interview").click()
        expect(page.locator(".notice")).to_contain_text("Your choices are kept.")
        page.unroute("**/interviews/start")
        begin(page)
        page.route("**/interviews/respond", lambda route: route.abort())
        page.route("**/health", lambda route: route.abort())
        answer(page, "Because.")
        expect(page.locator(".notice")).to_contain_text(
            "tries again as soon as the gateway is back"
        )


def test_a_job_description_comes_from_a_file_and_can_be_corrected(visit: Visit) -> None:
    page = visit()
    page.get_by_text("More", exact=True).click()
    below = page.locator(".field", has=page.get_by_label("Job description", exact=True))
    choose, told = below.locator("input[type=file]"), below.get_by_role("status")
    area = page.get_by_label("Job description", exact=True)
    pdf = saved(pages("We run Kubernetes."))
    choose.set_input_files({"name": "job.pdf", "mimeType": "application/pdf", "buffer": pdf})
    expect(area).to_have_value("We run Kubernetes.")
    expect(told).to_have_text("Check the text, and correct it.")
    # Another file takes its place; what somebody typed stays.
    file: FilePayload = {"name": "job.txt", "mimeType": "text/plain", "buffer": b"We run Nomad."}
    choose.set_input_files(file)
    expect(area).to_have_value("We run Nomad.")
    area.fill("On call every third week.")
    choose.set_input_files(file)
    expect(area).to_have_value("On call every third week.\n\nWe run Nomad.")
    assert violations(page) == []
    with page.expect_request("**/interviews/start") as started:
        page.get_by_role("button", name="Start the interview").click()
    posted = json.loads(started.value.post_data or "")
    assert posted["jobDescription"].endswith("We run Nomad.")


def test_why_a_file_cannot_be_read_stands_beside_its_field(visit: Visit) -> None:
    page = visit(expected=["status of 422"])
    page.get_by_text("More", exact=True).click()
    below = page.locator(".field", has=page.get_by_label("CV", exact=True))
    choose, told = below.locator("input[type=file]"), below.get_by_role("status")
    locked = saved(pages("Hello"), password="secret")
    for content, words in (
        (b"a" * (5 * 1024 * 1024 + 1), "The file is too large"),
        (locked, "is protected by a password"),
    ):
        choose.set_input_files({"name": "cv.pdf", "mimeType": "application/pdf", "buffer": content})
        expect(told).to_contain_text(words)
    expect(page.get_by_label("CV", exact=True)).to_have_value("")
    page.get_by_label("Language", exact=True).select_option("de")
    page.get_by_text("Weitere Angaben", exact=True).click()
    below = page.locator(".field", has=page.get_by_label("Lebenslauf", exact=True))
    below.locator("input[type=file]").set_input_files(
        {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": locked}
    )
    expect(below.get_by_role("status")).to_contain_text("lässt sich nicht lesen")
