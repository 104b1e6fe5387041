"""The page with sign-in: at a real OpenID provider, in a browser."""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.api.http.signin.people import BY_SECRET, token
from tests.gateways import NOWHERE, Served, serving
from tests.page.conversing import answer, box_of, turns
from tests.page.provider import CLIENT, THOROUGH, OpenIdProvider, needs_provider, openid_provider
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import overflow, violations, visiting

pytestmark = needs_provider

PEOPLE = {
    "cai": ["candidate"],
    "ivy": ["interviewer"],
    "odo": ["auditor"],
    "ada": ["admin"],
    "noa": [],
}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider(PEOPLE) as provider:
        yield provider


@pytest.fixture(scope="module")
def gateway(provider: OpenIdProvider) -> Iterator[Served]:
    with serving(**provider.settings()) as gateway:
        yield gateway


def stored(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("({ ...localStorage })")
    return found


def spoil_token(page: Page, **others: str) -> None:
    """As if the token had run out."""
    page.evaluate(
        """others => {
            const held = JSON.parse(sessionStorage.getItem("sign-in tokens"));
            const bearer = `${held.bearer.slice(0, -8)}AAAAAAAA`;
            const spoilt = JSON.stringify({ ...held, bearer, ...others });
            sessionStorage.setItem("sign-in tokens", spoilt);
        }""",
        others,
    )


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_a_candidate_signs_in_and_an_expired_sign_in_loses_nothing(
    browser: Browser, provider: OpenIdProvider, gateway: Served, window: str
) -> None:
    with visiting(
        browser, gateway.url, **WINDOWS[window], expected=["401"], others=provider.others
    ) as page:
        sent: list[tuple[str, str]] = []
        page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
        page.goto(f"{gateway.url}/interview?role=Data+Analyst&questions=2")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        look(page, "sign-in", window)
        provider.sign_in(page, "cai")
        expect(page).to_have_title("Interview")  # the candidates' page, and not that of staff
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_text("Question 1 of 2")).to_be_visible()
        assert page.url.startswith(f"{gateway.url}/interview?role=Data+Analyst&questions=2#/")
        assert_proves_itself(sent)

        box_of(page).fill("By looking at the data first.")
        page.reload()
        expect(box_of(page)).to_have_value("By looking at the data first.")
        expect(page.locator(".account")).to_contain_text("cai Ash")
        spoil_token(page)
        box_of(page).press("Enter")
        expect(page.locator(".notice")).to_contain_text("You are no longer signed in.")
        expect(page.locator("#status")).to_have_text("Connected")
        look(page, "signed-out", window)
        page.get_by_role(
            "button", name="Sign in again"
        ).click()  # the provider still knows who it is
        expect(box_of(page)).to_have_value("By looking at the data first.")
        box_of(page).press("Enter")
        expect(page.get_by_text("Question 2 of 2")).to_be_visible()
        assert turns(page)[1] == "By looking at the data first."
        answer(page, "By asking whose data it is.")
        expect(page.get_by_text("Your interview is over.")).to_be_visible()
        assert not [value for value in stored(page).values() if "eyJ" in value]
        assert not [url for url, _ in sent if "eyJ" in url]
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Yes, sign me out").click()  # the provider asks
        expect(page).to_have_url(f"{gateway.url}/interview?role=Data+Analyst&questions=2")


def assert_proves_itself(sent: list[tuple[str, str]]) -> None:
    """The page showed who began the sign-in: PKCE, and no secret."""
    asked: dict[str, Any] = next(
        parse_qs(urlsplit(url).query) for url, _ in sent if "/auth?" in url
    )
    posted = next(parse_qs(data) for url, data in sent if url.endswith("/token"))
    digest = hashlib.sha256(posted["code_verifier"][0].encode()).digest()
    assert asked["code_challenge"] == [urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["client_id"] == posted["client_id"] == [CLIENT]
    assert "client_secret" not in posted


def open_replay(page: Page) -> None:
    page.get_by_role("link", name="History", exact=True).click()
    page.get_by_role("link", name="Data Analyst").click()
    page.get_by_text("Technical details").click()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()


def sees(page: Page, *names: str) -> bool:
    """Whether these are the pages and buttons of those that only some may use."""
    navigation = page.get_by_role("navigation").get_by_role("link").all_inner_texts()
    buttons = page.get_by_role("button").all_inner_texts()
    for_some = ["Check that it is in the log", "Put on hold…", "Erase the words…"]
    return [*names] == [*navigation, *(name for name in for_some if name in buttons)]


def conduct_and_export(page: Page) -> None:
    """As an interviewer."""
    expect(page.locator("#status summary")).to_contain_text("All services offline")
    page.get_by_label("Data Analyst").check()
    page.get_by_role("button", name="Start the interview").click()
    expect(page.get_by_text("Question 1 of 5")).to_be_visible()
    open_replay(page)
    assert sees(page, "Interview", "History")
    # A token that has run out is renewed, and nobody notices.
    spoil_token(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").click()
    assert download.value.suggested_filename.endswith(".md")
    assert "# Interview transcript: Data Analyst" in download.value.path().read_text()
    expect(page.locator(".notice.bad")).to_have_count(0)
    # If it cannot be renewed, it takes a click, and one is back where one was.
    spoil_token(page, refresh="of no use")
    page.get_by_role("link", name="HTML").click()
    expect(page.locator(".notice.bad")).to_contain_text("You are no longer signed in.")
    assert violations(page) == []
    page.get_by_role("button", name="Sign in again").click()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    page.evaluate("location.hash = '#/audit'")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


def audit(page: Page) -> None:
    """As an auditor."""
    expect(page.get_by_text("1 interview shown")).to_be_visible()  # nothing to start here
    expect(page.get_by_role("link", name="Continue")).to_have_count(0)
    open_replay(page)
    assert sees(page, "History", "Audit", "Check that it is in the log")
    page.get_by_role("button", name="Check that it is in the log").click()
    expect(page.locator(".mark.good")).to_have_text("included")


def administer(page: Page) -> None:
    """As an admin."""
    expect(page.get_by_role("button", name="Start the interview")).to_be_visible()
    open_replay(page)
    checks = ("Check that it is in the log", "Put on hold…", "Erase the words…")
    assert sees(page, "Interview", "History", "Audit", *checks)
    page.evaluate("location.hash = '#/admin'")
    expect(page.get_by_role("button", name="Refuse new steps")).to_be_visible()
    spoil_token(page, refresh="")
    page.get_by_role("button", name="Store a checkpoint").click()
    expect(page.locator(".notice.bad")).to_contain_text("You are no longer signed in.")
    page.get_by_role("button", name="Sign in again").click()
    expect(page.get_by_role("button", name="Refuse new steps")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("#status summary").click()
    look(page, "signed-in", "light-phone")
    panel = page.locator("#status .panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()  # the provider asks
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not page.evaluate("sessionStorage.getItem('sign-in tokens')")


def test_each_role_sees_what_the_table_allows(browser: Browser, provider: OpenIdProvider) -> None:
    with serving(**provider.settings(THOROUGH)) as gateway:
        for subject, act in (("ivy", conduct_and_export), ("odo", audit), ("ada", administer)):
            with visiting(
                browser, gateway.url, expected=["400", "401"], others=provider.others
            ) as page:
                page.goto(gateway.url)
                expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
                expect(page.get_by_role("navigation")).to_have_count(0)
                provider.sign_in(page, subject)
                act(page)


def test_a_provider_that_is_away_ends_no_sign_in(
    browser: Browser, provider: OpenIdProvider
) -> None:
    with (
        serving(**provider.settings(THOROUGH)) as gateway,
        visiting(browser, gateway.url, expected=["401", "503"], others=provider.others) as page,
    ):
        page.goto(gateway.url)
        provider.sign_in(page, "ivy")
        expect(page.get_by_role("button", name="Start the interview")).to_be_visible()
        page.evaluate(
            """() => {
                const held = JSON.parse(sessionStorage.getItem("sign-in tokens"));
                sessionStorage.setItem("sign-in tokens", JSON.stringify({ ...held, renewAt: 0 }));
            }"""
        )
        hanging: list[Route] = []

        def hang(route: Route) -> None:
            hanging.append(route)

        page.route("**/token", hang)  # the token is still good
        page.get_by_role("link", name="History", exact=True).click()
        expect(page.get_by_text("There are no interviews yet.")).to_be_visible(timeout=4000)
        page.unroute("**/token")
        page.reload()
        for route in hanging:
            route.abort()
        expect(page.get_by_text("There are no interviews yet.")).to_be_visible()
        origin = {"access-control-allow-origin": "*"}
        page.route("**/token", lambda route: route.fulfill(status=503, headers=origin))
        spoil_token(page)
        page.get_by_label("State").select_option("Complete")
        expect(page.locator(".notice.bad")).to_contain_text("You are no longer signed in.")
        page.unroute("**/token")
        page.get_by_label("State").select_option("Under way")  # now it can be renewed
        expect(page.get_by_text("No interview matches.")).to_be_visible()


def test_a_page_that_the_browser_brings_back_shows_nothing_after_sign_out(
    browser: Browser, provider: OpenIdProvider, gateway: Served
) -> None:
    with visiting(browser, gateway.url, others=provider.others) as page:
        page.goto(gateway.url)
        provider.sign_in(page, "cai")
        page.get_by_role("button", name="Start the interview").click()
        expect(page.get_by_text("Question 1 of 5")).to_be_visible()
        # Playwright's browsers keep no pages, so this tells the page that it was kept.
        page.evaluate("sessionStorage.removeItem('sign-in tokens')")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert turns(page) == []


def test_what_goes_wrong_at_sign_in_is_said(
    browser: Browser, provider: OpenIdProvider, gateway: Served
) -> None:
    with visiting(
        browser, gateway.url, width=360, expected=["403", "ERR_FAILED"], others=provider.others
    ) as page:
        alert = page.get_by_role("alert")
        page.goto(f"{gateway.url}/?code=of-somebody-else&state=guessed")
        expect(alert).to_have_text("This sign-in was not begun in this tab, or is over already.")
        assert page.url == f"{gateway.url}/"
        assert (violations(page), overflow(page)) == ([], 0)

        page.route(
            "**/auth?*",
            lambda route: route.continue_(url=re.sub("nonce=[^&]+", "nonce=x", route.request.url)),
        )
        provider.sign_in(page, "noa")
        expect(alert).to_have_text("The identity provider answered another sign-in.")
        page.unroute("**/auth?*")

        page.route("**/token", lambda route: route.abort())
        page.get_by_role("button", name="Sign in").click()
        expect(alert).to_have_text(f"{provider.url.removeprefix('http://')} cannot be reached.")
        page.unroute("**/token")

        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="You have no role here")).to_be_visible()
        expect(page.locator("main")).to_contain_text("You are signed in as noa Ash,")
        assert (violations(page), overflow(page)) == ([], 0)

        page.context.clear_cookies()
        page.evaluate("sessionStorage.clear()")
        page.reload()
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Cancel").click()
        expect(alert).to_have_text("You did not sign in, or may not use this gateway.")


def test_a_page_on_which_nobody_can_sign_in_says_why(browser: Browser) -> None:
    by_secret: dict[str, Any] = {
        "auth_secret": "s" * 32,
        "auth_issuer": NOWHERE,
        "auth_audience": "a",
    }
    for client, title in (
        (None, "Sign-in is not set up for this page"),
        ("the-page", "You cannot sign in right now"),
    ):
        with (
            serving(**by_secret, auth_oidc_client_id=client) as gateway,
            visiting(browser, gateway.url) as page,
        ):
            page.goto(gateway.url)
            expect(page.get_by_role("heading", name=title)).to_be_visible()
            assert violations(page) == []


def test_who_has_signed_in_goes_on_while_the_provider_is_away(browser: Browser) -> None:
    """Also if the gateway was started since then, and knows no more of the provider."""
    held = {"bearer": token("ivy", "interviewer", iss=NOWHERE), "refresh": "one", "renewAt": 0}
    with (
        serving(**{**BY_SECRET, "auth_issuer": NOWHERE, "auth_oidc_client_id": "page"}) as gateway,
        visiting(browser, gateway.url, expected=["429"]) as page,
    ):
        page.add_init_script(
            f"sessionStorage.setItem('sign-in tokens', '{json.dumps({**held, 'subject': 'ivy'})}')"
        )
        page.goto(gateway.url)
        page.get_by_role("link", name="History", exact=True).click()
        expect(page.get_by_text("There are no interviews yet.")).to_be_visible()
        problem = {
            "type": "/problems/quota-exceeded",
            "detail": "Too many requests.",
            "status": 429,
        }
        page.route("**/me", lambda route: route.fulfill(status=429, json=problem))
        page.reload()
        expect(page.locator("main")).to_contain_text("Too many requests. You are still signed in.")
        page.unroute("**/me")
