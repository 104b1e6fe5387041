"""`interview-gateway kits`: make, check, list."""

import json
from pathlib import Path

import pytest

from backends.kits.reading import read_kit
from tests.api.cli.conftest import Run
from tests.backends.kits.examples import SMALL


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kits"
    folder.mkdir()
    monkeypatch.setenv("KITS", str(folder))
    return folder


def test_a_new_kit_can_be_used_as_it_is_and_explains_its_fields(run: Run, folder: Path) -> None:
    assert run("kits", "new", "florist").exit_code == 0
    text = (folder / "florist.toml").read_text()
    assert len(read_kit(text.encode(), "florist.toml").questions) == 3
    assert "# What a good answer holds" in text
    assert run("kits", "check").exit_code == 0


def test_a_new_kit_begins_with_another(run: Run, folder: Path) -> None:
    result = run("kits", "new", "night-nurse", "--from", "nurse", "--role", "Night Nurse")
    assert result.exit_code == 0
    kit = read_kit((folder / "night-nurse.toml").read_bytes(), "night-nurse.toml")
    assert (kit.role, len(kit.questions)) == ("Night Nurse", 15)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["florist"], "exists already"),
        (["Not an id"], "ID must be small letters"),
        (["../florist"], "ID must be small letters"),
        (["new", "--role", "\x1b[31m"], "--role must"),
        (["new", "--from", "nobody"], "--from: There is no kit"),
    ],
)
def test_a_kit_that_cannot_be_made_is_told_why(
    run: Run, folder: Path, arguments: list[str], said: str
) -> None:
    run("kits", "new", "florist")
    before = (folder / "florist.toml").read_bytes()
    result = run("kits", "new", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert (folder / "florist.toml").read_bytes() == before
    assert len(list(folder.iterdir())) == 1


def test_check_tells_all_errors_of_all_files(run: Run, folder: Path) -> None:
    (folder / "good.toml").write_text(SMALL)
    (folder / "bad.toml").write_text(SMALL.replace('"Diver"', "1").replace('"metres", ', ""))
    (folder / "Bad name.toml").write_text(SMALL)
    result = run("kits", "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "kits/'Bad name'.toml: the name must be small letters and digits, with single hyphens "
        "between them",
        "kits/bad.toml, line 1, role: must be text",
        "kits/bad.toml, line 7, questions[0].listen_for: must have 2 or more entries",
    ]
    named = run("kits", "check", str(folder / "good.toml"))
    assert (named.exit_code, named.stdout) == (0, "All kits can be used.\n")
    missing = run("kits", "check", str(folder / "none.toml"))
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_check_needs_something_to_check(run: Run) -> None:
    result = run("kits", "check")
    assert result.exit_code == 1
    assert "set KITS" in result.stderr


def test_the_list_names_all_kits(run: Run, folder: Path) -> None:
    (folder / "diver.toml").write_text(SMALL)
    (folder / "bad.toml").write_text("")
    lines = [line.split() for line in run("kits", "list").stdout.splitlines()]
    assert ["diver", "Diver", "en", "2", "questions,", "own"] in lines
    assert ["bad", "broken:", "see", "interview-gateway", "kits", "check"] in lines
    kits = {kit["id"]: kit for kit in json.loads(run("kits", "list", "--json").stdout)["kits"]}
    assert kits["diver"]["builtIn"] is False
    assert kits["nurse"]["role"] == "Nurse"
