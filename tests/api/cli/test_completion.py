"""Completion by Tab, in the shells themselves."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.cli.conftest import write
from tests.eventlog.interviews import WHOLE, new_id
from tests.forked import PATIENCE
from tests.processes import environment

SET_UP = {
    "bash": 'eval "$(interview-gateway --show-completion)"',
    "zsh": """
compdef() { :; }
_arguments() { print -r -- "$@"; }
_files() { :; }
eval "$(interview-gateway --show-completion)"
""",
    "fish": "interview-gateway --show-completion | source",
}
TAB = {
    "bash": """
COMP_WORDS=(interview-gateway {words} "{typed}")
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_interview_gateway_completion interview-gateway
printf '%s\\n' "${{COMPREPLY[@]}}"
""",
    "zsh": """
words=(interview-gateway {words} "{typed}")
CURRENT=$#words
_interview_gateway_completion
""",
    "fish": 'complete -C "interview-gateway {words} {typed}"',
}
NEXT = "-- next --"


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    if shutil.which(found) is None:
        pytest.skip(f"there is no {found} here")
    return found


def complete(shell: str, folder: Path, *lines: tuple[str, str]) -> list[str]:
    """What one shell offers for each line: some words, and what is typed after them."""
    env = environment(folder)
    bin = Path(sys.executable).parent  # where the README's set-up puts the command
    env |= {"PATH": f"{bin}:{env['PATH']}", "TERM": "dumb", "HOME": str(folder)}
    tabs = [TAB[shell].format(words=words, typed=typed) for words, typed in lines]
    file = folder / f"complete.{shell}"
    file.write_text(f"\necho '{NEXT}'\n".join([SET_UP[shell], *tabs]))
    done = subprocess.run(
        [shell, str(file)], env=env, cwd=folder, capture_output=True, text=True,
        timeout=PATIENCE * len(lines), check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    _, *offered = done.stdout.split(f"{NEXT}\n")
    assert len(offered) == len(lines)
    return offered


def test_commands_options_and_interviews_are_offered(shell: str, tmp_path: Path) -> None:
    id = new_id()
    write(tmp_path / "interviews.db", id, *WHOLE)
    commands, options, ids, roles, states, numbers, last, formats = complete(
        shell,
        tmp_path,
        ("", "re"),
        ("audit verify", "--ch"),
        ("replay", id[:4]),
        ("interviews --role", "data"),
        ("interviews --state", ""),
        (f"session {id}", ""),
        ("forget", "la"),
        ("audit export --format", "m"),
    )
    assert all(command in commands for command in ("replay", "rerun", "release"))
    assert "serve" not in commands
    assert "--checkpoint" in options
    assert id in ids
    assert "data-analyst" in roles
    assert "questioning" in states
    assert "new" not in states.split()
    assert all(number in numbers for number in "123")
    assert "interviews.db" not in numbers
    assert "last" in last
    assert "markdown" not in formats
    assert "md" in formats


def test_a_log_that_is_not_there_offers_no_interviews_and_no_noise(
    shell: str, tmp_path: Path
) -> None:
    (offered,) = complete(shell, tmp_path, ("replay", "la"))
    assert "last" not in offered
    assert not (tmp_path / "interviews.db").exists()
