"""Interview kits in the page: found, changed, made from others. Nothing that is written is lost."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backends.kits.examples import SMALL
from tests.gateways import Served, serving
from tests.page.test_looks import WINDOWS, look
from tests.page.visitor import visiting

Visit = Callable[..., Page]


@pytest.fixture
def kits(tmp_path: Path) -> Path:
    (tmp_path / "diver.toml").write_text(SMALL)
    (tmp_path / "broken.toml").write_text(SMALL.replace('"How deep do you dive?"', '""'))
    return tmp_path


@pytest.fixture
def gateway(kits: Path) -> Iterator[Served]:
    with serving(kits=kits) as served:
        yield served


@pytest.mark.parametrize("window", ["light-wide", "dark-phone"])
def test_a_kit_is_changed_and_errors_stand_beside_their_fields(
    browser: Browser, gateway: Served, kits: Path, window: str
) -> None:
    with visiting(browser, gateway.url, **WINDOWS[window], expected=["422"]) as page:
        page.goto(f"{gateway.url}/#/history")
        page.get_by_role("link", name="Interview kits").click()
        page.get_by_label("Role, language or id").fill("diver")
        expect(page.get_by_text("1 kit shown")).to_be_visible()
        look(page, "kits", window)
        page.get_by_role("link", name="Diver", exact=True).click()
        page.get_by_label("Greeting").fill("Welcome. <b>Dive</b> in.")
        second = page.get_by_role("group", name="Question 2")
        second.get_by_label("Listen for").fill("valves\n\nthe <i>other</i> diver\ngas")
        page.get_by_role("button", name="Add a question").click()
        third = page.get_by_role("group", name="Question 3")
        expect(third.get_by_label("Question", exact=True)).to_be_focused()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The kit is not saved yet.")).to_be_visible()
        expect(page.get_by_label("Greeting")).to_be_focused()
        expect(page.locator(".field", has=page.get_by_label("Greeting"))).to_contain_text("markup")
        expect(second.locator(".wrong")).to_contain_text("Line 2 must not contain markup")
        expect(third.locator(".wrong")).to_have_count(4)
        look(page, "kit-editor", window)
        page.get_by_label("Greeting").fill("Welcome on board.")
        page.get_by_role("link", name="History", exact=True).first.click()
        page.go_back()
        expect(page.get_by_text("This is what you had not saved.")).to_be_visible()
        expect(page.get_by_label("Greeting")).to_have_value("Welcome on board.")
        second.get_by_label("Listen for").fill("valves\nthe other diver")
        third.get_by_role("button", name="Remove").click()
        second.get_by_role("button", name="Move up").click()
        criterion = page.get_by_role("group", name="Criterion 1")
        criterion.get_by_label("Id").fill("care")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Interview kits")).to_be_visible()
    kit = tomllib.loads((kits / "diver.toml").read_text())
    assert kit["greeting"] == "Welcome on board."
    assert [q["text"] for q in kit["questions"]] == [
        "What do you check before a dive?",
        "How deep do you dive?",
    ]
    assert [q["criteria"] for q in kit["questions"]] == [["care"], ["care"]]


def test_a_new_kit_is_made_from_another_and_a_broken_one_deleted(visit: Visit, kits: Path) -> None:
    page = visit("#/kits", expected=["412"])
    page.get_by_role("link", name="New from this nurse", exact=True).click()
    page.get_by_label("Role", exact=True).fill("Night Nurse")
    page.get_by_label("Id", exact=True).first.fill("diver")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").last).to_contain_text("diver")
    page.get_by_label("Id", exact=True).first.fill("night-nurse")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Night Nurse", exact=True)).to_be_visible()
    assert len(tomllib.loads((kits / "night-nurse.toml").read_text())["questions"]) == 15
    page.get_by_role("link", name="broken", exact=True).click()
    expect(page.get_by_text("questions[0].text: must not be blank")).to_be_visible()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("link", name="Night Nurse", exact=True)).to_be_visible()
    assert not (kits / "broken.toml").exists()


def test_without_a_folder_kits_are_only_read(browser: Browser) -> None:
    with serving() as alone, visiting(browser, alone.url) as page:
        page.goto(f"{alone.url}/#/kits")
        expect(page.get_by_text("This gateway has no folder for kits")).to_be_visible()
        page.get_by_role("link", name="Nurse", exact=True).click()
        expect(page.get_by_text("This gateway has no folder for kits")).to_be_visible()
        expect(page.get_by_label("Greeting")).to_be_disabled()
        expect(page.get_by_role("button", name="Save")).to_have_count(0)
