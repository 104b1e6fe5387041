"""The candidate's side in other languages than English."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.gateways import Served
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import visiting

Body = dict[str, Any]


def started(page: Page) -> list[Body]:
    """What the page posts to start an interview, as it comes."""
    bodies: list[Body] = []

    def note(request: Request) -> None:
        if request.url.endswith("/interviews/start"):
            bodies.append(request.post_data_json or {})

    page.on("request", note)
    return bodies


SIGHTS = {
    "ar-EG": ("rtl", "السؤال 1 من 1", "أبدأ بالنظر في البيانات ثم أبحث عن الأخطاء."),
    "de-AT": ("ltr", "Frage 1 von 1", "Ich sehe mir zuerst die Daten an und suche nach Fehlern."),
    "zh-CN": ("ltr", "第 1 题，共 1 题", "我先看数据，再找出错误的原因。"),
}
"""By a browser's locale: where its text runs, where the interview is, and an answer."""


@pytest.mark.parametrize("locale", SIGHTS)
def test_a_candidate_is_interviewed_in_the_browsers_language(
    browser: Browser, gateway: Served, locale: str
) -> None:
    direction, question, words = SIGHTS[locale]
    window, code = "light-phone", locale[:2]
    with visiting(browser, gateway.url, locale=locale, **WINDOWS[window]) as page:
        posted = started(page)
        page.goto(f"{gateway.url}/interview?role=Data+Analyst&questions=1")
        expect(page.locator("html")).to_have_attribute("dir", direction)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, f"candidate-setup-{code}", window)
        page.locator(".start").click()
        expect(page.locator(".where")).to_have_text(question)
        expect(page.locator(".turn .words").first).to_have_attribute("dir", "auto")
        look(page, f"candidate-interview-{code}", window)
        page.reload()
        expect(page.locator(".where")).to_have_text(question)
        page.locator("#answer").fill(words)
        page.locator(".under .primary").click()
        expect(page.locator(".next")).to_be_visible()
        look(page, f"candidate-summary-{code}", window)
        assert [body["language"] for body in posted] == [code]


def test_another_language_keeps_what_was_filled_in_and_is_remembered(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url) as page:
        posted = started(page)
        page.goto(gateway.url)
        page.get_by_label("Product Manager").check()
        page.get_by_label("Questions", exact=True).fill("3")
        page.locator("details.candidate summary").click()
        page.get_by_label("Candidate’s name").fill("Zoë")
        page.get_by_label("Practice interview").check()
        page.get_by_label("Language").select_option("fr")
        expect(page.get_by_label("Langue")).to_be_focused()
        expect(page.locator("main")).to_have_attribute("lang", "fr")
        expect(page.locator("html")).to_have_attribute("lang", "en")  # the frame is the staff's
        expect(page.get_by_label("Gestion de produit")).to_be_checked()
        expect(page.get_by_label("Nom de la personne candidate")).to_have_value("Zoë")
        page.get_by_role("button", name="Commencer l’entretien").click()
        expect(page.get_by_text("Question 1 sur 3")).to_be_visible()
        page.get_by_role("link", name="History", exact=True).click()
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        expect(page.locator("main")).to_have_attribute("lang", "en")
        page.get_by_role("link", name="Interview", exact=True).click()
        expect(page.get_by_text("Gestion de produit, question 1 sur 3")).to_be_visible()
    [body] = posted
    assert body.keys() - {"interviewId", "model"} == {
        *("role", "totalQuestions", "language", "candidateName", "practice")
    }
    assert (body["role"], body["language"], body["practice"]) == ("Product Manager", "fr", True)


def test_words_that_cannot_be_loaded_leave_the_page_as_it_is(
    browser: Browser, gateway: Served
) -> None:
    with visiting(browser, gateway.url, expected=["ERR_FAILED"]) as page:
        page.goto(f"{gateway.url}/interview")
        page.route("**/page/words/**", lambda route: route.abort())
        page.get_by_label("Language").select_option("bn")
        expect(page.locator(".notice")).to_contain_text("The gateway cannot be reached.")
        expect(page.get_by_label("Language")).to_have_value("en")
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_text("Question 1 of 5")).to_be_visible()


def test_a_link_can_fix_the_language(browser: Browser, gateway: Served) -> None:
    with visiting(browser, gateway.url) as page:
        page.goto(f"{gateway.url}/interview?language=hi-IN")
        expect(page.get_by_role("definition")).to_have_text(["हिन्दी"])
        expect(page.get_by_role("combobox")).to_have_count(0)
        page.goto(f"{gateway.url}/interview?language=tlh")
        expect(page.locator(".notice")).to_contain_text("a language that this page does not have")


def test_the_roles_of_kits_can_be_chosen(browser: Browser, gateway: Served) -> None:
    def kit(id: str, role: str, language: str = "en", **more: Any) -> dict[str, Any]:
        return {"id": id, "role": role, "language": language, "builtIn": True, **more}

    kits = [
        kit("software-engineer", "Software Engineer", seniority="any"),
        kit("nurse", "Nurse", seniority="any"),
        kit("nurse-junior", "Nurse", seniority="junior"),
        kit("baker", "Baker", builtIn=False),
        kit("broken", "Broken", error="broken.toml, line 1: no"),
    ]
    with visiting(browser, gateway.url, expected=["422"]) as page:
        posted = started(page)
        page.route("**/api/v1/kits", lambda route: route.fulfill(json={"kits": kits}))
        page.goto(gateway.url)
        expect(page.get_by_role("radio", name="Baker")).to_be_visible()
        expect(page.get_by_role("radio", name="Software Engineer")).to_be_checked()
        expect(page.get_by_role("radio", name="Broken")).to_have_count(0)
        page.get_by_text("2 more roles").click()
        page.get_by_role("radio", name="Nurse junior").check()
        page.get_by_role("button", name="Start the interview").click()
        expect(page.locator(".notice, .turn").first).to_be_visible()
    assert (posted[0]["role"], posted[0].get("kit")) == ("Nurse", "nurse-junior")
