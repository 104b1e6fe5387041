"""The picture of the rooms in the README."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "docs/draw_rooms.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_the_picture_is_drawn_from_the_imports_as_they_are(script: dict[str, Any]) -> None:
    drawn = (ROOT / "docs/img/rooms.svg").read_text(encoding="utf-8")
    assert drawn == script["svg"](), "draw it: python docs/draw_rooms.py > docs/img/rooms.svg"


def test_an_arrow_that_follows_from_others_is_left_out(script: dict[str, Any]) -> None:
    imports = {"cli": {"app", "log"}, "app": {"log"}, "log": set()}
    assert script["without_detours"](imports) == {"cli": {"app"}, "app": {"log"}, "log": set()}


def test_each_room_stands_below_all_that_import_from_it(script: dict[str, Any]) -> None:
    imports = {"log": set(), "cli": {"app", "text"}, "app": {"log"}, "text": {"log"}}
    assert script["rows"](imports) == [["cli"], ["app", "text"], ["log"]]


def test_the_readme_shows_it() -> None:
    assert "(docs/img/rooms.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
