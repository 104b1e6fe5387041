"""A command that cannot be carried out as it was typed says in a line what to type instead."""

from pathlib import Path

import pytest

from tests.api.cli.conftest import Run, write
from tests.eventlog.interviews import WHOLE, new_id

LIBRARY_WORDS = ("Input should", "Value error", "String should", "Invalid value", "Errno", "{", "[")
STATES = "started, questioning, complete, forgotten"
ONLY_JSON = "--checkpoint goes only with --format json: a transcript"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (
            "audit export last --format docx",
            "--format must be one of json, md, html, pdf, not 'docx'",
        ),
        ("replay last --pace x", "--pace must be a number, not 'x'"),
        ("replay last --pace 0", "--pace must be 0.001 or more, not '0'"),
        ("interviews --limit 0", "--limit must be 1 or more, not '0'"),
        ("interviews --state new", f"--state must be one of {STATES}, not 'new'"),
        ("session last x", "VERSION must be a whole number, not 'x'"),
        ("rerun last --with x", "--with must be recording, not 'x'"),
        ("diff last 1", "NEW is missing"),
        ("hold last", "--reason is missing"),
        ("hold last --reason", "--reason needs a value"),
        ("replay last --full --json", "--full goes without --json"),
        ("replay last --full --at 2", "--full goes without --at"),
        ("audit export last --checkpoint kept", f"{ONLY_JSON} (md) has no proofs"),
        (
            "audit export last --format html --checkpoint kept",
            f"{ONLY_JSON} (html) has no proofs",
        ),
    ],
)
def test_what_was_typed_wrong_is_named_with_what_it_must_be(
    run: Run, path: Path, command: str, says: str
) -> None:
    write(path, new_id(), *WHOLE)
    result = run(*command.split(), prog_name="interview-gateway")
    assert (result.exit_code, result.stdout) == (2, "")
    line, hint = result.stderr.splitlines()
    assert line == f"interview-gateway: {says}"
    assert hint.startswith("`interview-gateway ")
    assert hint.endswith(" --help` explains the command.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hold", "last", "--reason", ""], "--reason must not be empty"),
        (["hold", "last", "--reason", "x" * 501], "--reason must have at most 500 characters"),
        (["hold", "last", "--reason", " "], "--reason must not be blank"),
        (
            ["audit", "export", "last", "--format", "json", "--checkpoint", "nope"],
            "--checkpoint nope cannot be read (No such file or directory)",
        ),
        (
            ["audit", "export", "last", "--format", "json", "--checkpoint", "no-checkpoint"],
            "--checkpoint no-checkpoint has no checkpoint; give a file that",
        ),
        (["audit", "export", "last", "-o", ""], "--output . is a folder; name a new file"),
        (["replay", "/nonexist.json"], "the file /nonexist.json does not exist; give the file of"),
        (["replay", "folder/"], "the file folder/ is a folder"),
        (["replay", "no-checkpoint", "--log", "x"], "--log has no effect: no-checkpoint is a"),
        (["rerun", "folder", "--log", "x"], "--log has no effect: folder is a folder"),
        (["interviews", "--log", ""], "--log is empty; give the file of an event log"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_give(
    run: Run, path: Path, arguments: list[str], says: str
) -> None:
    write(path, new_id(), *WHOLE)
    (path.parent / "no-checkpoint").write_bytes(b"\xff")
    (path.parent / "folder").mkdir()
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"interview-gateway: {says}")
    assert len(result.stderr.splitlines()) == 1
    assert not any(words in result.stderr for words in LIBRARY_WORDS)


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert "Commands:" in result.stderr
