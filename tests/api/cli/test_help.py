"""What `--help` shows, and the reference that is made of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.reference import helps, reference
from tests.api.cli.conftest import Run
from tests.processes import environment

DOCS = Path(__file__).parents[3] / "docs"
HELPS = dict(helps())
WHOLE_SENTENCE = re.compile(r"[A-Z`].*(\.|: interview-gateway .*)")


@pytest.mark.parametrize("command", HELPS)
def test_help_has_each_sentence_whole_on_a_line_of_80_columns(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(*command.split()[1:], "--help", prog_name="interview-gateway").stdout
    assert shown.rstrip() == HELPS[command]
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    listed = lines.index("Commands:") if "Commands:" in lines else len(lines)
    explained = [line.strip() for line in lines[:listed] if re.match("  (    )?[A-Z`]", line)]
    names = re.compile(r"[A-Z]+")
    sentences = [line for line in explained if not names.fullmatch(line)]
    assert len(sentences) >= 2
    assert [line for line in sentences if not WHOLE_SENTENCE.fullmatch(line)] == []


NARROW = dict(helps(60))


@pytest.mark.parametrize("command", HELPS)
def test_help_fits_a_narrow_terminal(command: str) -> None:
    assert max(map(len, NARROW[command].splitlines())) <= 60
    assert NARROW[command].split() == HELPS[command].split()


@pytest.mark.parametrize("command", HELPS)
def test_each_option_is_named_by_what_it_takes_and_explained(command: str) -> None:
    lines = HELPS[command].splitlines()
    assert "<" not in HELPS[command]
    options = [number for number, line in enumerate(lines) if re.match("  -", line)]
    assert options
    for number in options:
        assert re.fullmatch(r"  (-\w, )?--[\w-]+( [A-Z]+| [a-z]+(\|[a-z]+)*)?", lines[number])
        assert re.fullmatch(r"      [A-Z].*\.?", lines[number + 1])


def test_the_reference_in_the_docs_is_what_help_prints() -> None:
    made = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert made == reference(), "make it anew: python -m api.cli.reference > docs/commands.md"


def test_every_command_of_the_list_is_in_the_reference() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for group in ("interview-gateway", "interview-gateway audit"):
        _, commands = HELPS[group].split("Commands:\n")
        for line in commands.splitlines():
            assert f"`{group} {line.split()[0]}`\n" in page


@pytest.mark.parametrize("columns", [60, 80])
def test_help_keeps_to_the_width_of_the_terminal(tmp_path: Path, columns: int) -> None:
    for command in ((), ("audit",), ("replay",)):
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *command, "--help"],
            env=environment(tmp_path) | {"COLUMNS": str(columns)},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert max(map(len, done.stdout.splitlines())) <= columns
