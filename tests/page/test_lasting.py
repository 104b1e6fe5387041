"""A gateway that dies in the middle of an interview, and comes back on its port and its log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.fakes import GraniteServer, Mood
from tests.page.conversing import answer, begin, box_of, stop_waiting, turns, waiting
from tests.page.visitor import violations, visiting
from tests.processes import Mortal, mortal_gateway

REFUSED = [
    *("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "503"),
    *("ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONTENT_LENGTH_MISMATCH"),
]
PATIENCE_MS = 30_000


@contextmanager
def interviewed(browser: Browser, gateway: Mortal) -> Iterator[Page]:
    """A page on the first question of three."""
    with visiting(browser, gateway.url, expected=REFUSED) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.goto(gateway.url)
        begin(page)
        yield page


def test_an_answer_goes_out_by_itself_when_the_gateway_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    with mortal_gateway(tmp_path) as gateway, interviewed(browser, gateway) as page:
        gateway.die()
        expect(page.locator("#status summary")).to_have_text(
            "Gateway unreachable", timeout=PATIENCE_MS
        )
        answer(page, "While it was dead.")
        notice = page.locator(".notice")
        expect(notice).to_contain_text("cannot be reached", timeout=PATIENCE_MS)
        expect(page.locator(".pending")).to_contain_text("While it was dead.")
        assert violations(page) == []
        gateway.live()
        expect(page.get_by_text("Question 2 of 3")).to_be_visible(timeout=PATIENCE_MS)
        expect(notice).to_have_count(0)
        expect(page.locator("#status summary")).to_contain_text("All services offline")
        assert turns(page)[1] == "While it was dead."
        expect(page.locator(".answered")).to_have_count(1)


def test_a_page_closed_over_a_dead_gateway_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    with mortal_gateway(tmp_path) as gateway, interviewed(browser, gateway) as page:
        gateway.die()
        answer(page, "Kept by the browser.")
        expect(page.locator(".notice")).to_contain_text("cannot be reached", timeout=PATIENCE_MS)
        gateway.live()
        again = page.context.new_page()
        again.goto(page.url)
        page.close()
        expect(again.get_by_text("of 3")).to_be_visible()
        # Until the log's session is here, the page shows how far the interview was.
        expect(again.locator(".turn").first).to_be_visible()
        # The old page may have got it through in the moment the two were open together.
        if "Question 1" in again.get_by_text("of 3").inner_text():
            expect(box_of(again)).to_have_value("Kept by the browser.")


def test_an_answer_that_a_dead_gateway_never_got_comes_back_to_be_changed(
    browser: Browser, tmp_path: Path
) -> None:
    with mortal_gateway(tmp_path) as gateway, interviewed(browser, gateway) as page:
        gateway.die()
        answer(page, "It might hold.")
        expect(page.locator(".notice")).to_contain_text("cannot be reached", timeout=PATIENCE_MS)
        stop_waiting(page)
        expect(page.locator(".notice")).to_contain_text("does not know whether your answer arrived")
        assert turns(page)[1] == "It might hold."
        expect(box_of(page)).to_have_value("")
        gateway.live()
        expect(page.locator(".notice")).to_contain_text("was not sent", timeout=PATIENCE_MS)
        expect(box_of(page)).to_have_value("It might hold.")
        answer(page, "It surely held.")
        expect(page.get_by_text("Question 2 of 3")).to_be_visible(timeout=PATIENCE_MS)
        assert turns(page)[1] == "It surely held."


def test_an_answer_in_the_log_without_a_reply_goes_on_at_the_next_visit(
    browser: Browser, tmp_path: Path
) -> None:
    with GraniteServer() as granite:
        url = {"GRANITE_INTERVIEW_URL": granite.url}
        with mortal_gateway(tmp_path, **url) as gateway, interviewed(browser, gateway) as page:
            granite.moods["/api/v1/interviews/respond"] = Mood.HANG
            answer(page, "Written down before it died.")
            expect(waiting(page)).to_have_text("Reading your answer … 2 s")
            gateway.die()
            address = page.url
            page.goto("about:blank")
            granite.moods.clear()
            gateway.live()
            page.goto(address)
            expect(page.get_by_text("Question 2 of 3")).to_be_visible(timeout=PATIENCE_MS)
            assert turns(page)[1] == "Written down before it died."
            expect(box_of(page)).to_have_value("")
