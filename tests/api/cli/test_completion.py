"""Completion by Tab, in the shells themselves."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.cli.conftest import write
from tests.eventlog.interviews import WHOLE, new_id
from tests.processes import environment

BASH = """
eval "$(interview-gateway --show-completion)"
COMP_WORDS=(interview-gateway {words} "{typed}")
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_interview_gateway_completion interview-gateway
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ :; }}
_arguments() {{ print -r -- "$@"; }}
_files() {{ :; }}
eval "$(interview-gateway --show-completion)"
words=(interview-gateway {words} "{typed}")
CURRENT=$#words
_interview_gateway_completion
"""
FISH = """
interview-gateway --show-completion | source
complete -C "interview-gateway {words} {typed}"
"""


@pytest.fixture(params=[("bash", BASH), ("zsh", ZSH), ("fish", FISH)], ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    if shutil.which(found[0]) is None:
        pytest.skip(f"there is no {found[0]} here")
    return found


def complete(shell: tuple[str, str], folder: Path, words: str, typed: str) -> str:
    """What the shell offers after `words` for what is `typed`."""
    name, script = shell
    env = environment(folder)
    bin = Path(sys.executable).parent  # where the README's set-up puts the command
    env |= {"PATH": f"{bin}:{env['PATH']}", "TERM": "dumb", "HOME": str(folder)}
    text = script.format(words=words, typed=typed)
    file = folder / f"complete.{name}"
    file.write_text(text)
    done = subprocess.run(
        [name, str(file)], env=env, cwd=folder, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.stdout


def test_commands_options_and_interviews_are_offered(
    shell: tuple[str, str], tmp_path: Path
) -> None:
    id = new_id()
    write(tmp_path / "interviews.db", id, *WHOLE)
    commands = complete(shell, tmp_path, "", "re")
    assert all(command in commands for command in ("replay", "rerun", "release"))
    assert "serve" not in commands
    assert "--checkpoint" in complete(shell, tmp_path, "audit verify", "--ch")
    assert id in complete(shell, tmp_path, "replay", id[:4])
    assert "data-analyst" in complete(shell, tmp_path, "interviews --role", "data")
    states = complete(shell, tmp_path, "interviews --state", "")
    assert "questioning" in states
    assert "new" not in states.split()
    numbers = complete(shell, tmp_path, f"session {id}", "")
    assert all(number in numbers for number in "123")
    assert "interviews.db" not in numbers
    assert "last" in complete(shell, tmp_path, "forget", "la")
    formats = complete(shell, tmp_path, "audit export --format", "m")
    assert "markdown" not in formats
    assert "md" in formats


def test_a_log_that_is_not_there_offers_no_interviews_and_no_noise(
    shell: tuple[str, str], tmp_path: Path
) -> None:
    assert "last" not in complete(shell, tmp_path, "replay", "la")
    assert not (tmp_path / "interviews.db").exists()
