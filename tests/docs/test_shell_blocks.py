"""What README and docs show of the shell works as pasted, right after the README's own set-up.

A fresh copy of the repository is set up by the README's first command, and the gateway it starts
serves while every other block is pasted into a shell in that folder. Only the port is another.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from api.cli.app import app
from backends.services import SERVICES
from tests.gateways import NOWHERE
from tests.http_clients import PLAIN
from tests.processes import free_port

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^ *```sh *(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SET_UP_SECONDS = 300

ELSEWHERE = {
    "pip install -q -e '.[dev]' && .venv/bin/pytest": ".ci/run runs it",
    "'.[team]'": "the extra `dev` has all that it brings",
    "npm install": "tests/client takes the client in from such an app",
    "mkdir -m 700 backup": "tests/docs/test_event_log_md.py runs it",
    "backup(sqlite3.connect": "tests/docs/test_event_log_md.py runs it",
    "mkdir -m 700 replaced": "tests/docs/test_event_log_md.py runs it",
    "hatchling": "tests/test_distribution.py builds a release",
    "../fresh/bin": "tests/test_distribution.py installs a release",
    "'.[dev]'\n": "for whoever changes the code: .ci/run does the same",
    "ruff check": ".ci/run runs it",
    ".venv/bin/pytest tests": "tests, which are run by all of this",
    "--install-completion": "tests/api/cli/test_completion.py completes in each shell",
}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the blocks are a shell's")


def blocks(document: Path) -> list[str]:
    return [found for _, found in BLOCK.findall(document.read_text(encoding="utf-8"))]


def is_elsewhere(block: str) -> bool:
    return any(mark in block for mark in ELSEWHERE)


SET_UP, *_ = blocks(ROOT / "README.md")
PASTED = {
    document: [block for block in blocks(document) if block != SET_UP and not is_elsewhere(block)]
    for document in DOCUMENTS
}


@dataclass(frozen=True)
class Checkout:
    """A fresh copy of the repository, set up, with its gateway running."""

    folder: Path
    port: int
    env: dict[str, str]
    printed: Path


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("fresh") / "interview-gateway"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("this is no git checkout, so nobody knows what a fresh one holds")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    port = free_port()
    services = {info.variable: NOWHERE for info in SERVICES}
    mine = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    # The log goes where a user's data belong, and that is in the folder too.
    data = {"XDG_DATA_HOME": str(folder.parent / "data"), "PORT": str(port)}
    env = {**mine, **services, **data, "PYTHONUNBUFFERED": "1"}
    env.pop("EVENTLOG_URL", None)
    printed = folder.parent / "printed.txt"
    with printed.open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", SET_UP], cwd=folder, env=env, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_it_answers(process, port, printed)
        yield Checkout(folder, port, env, printed)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int, printed: Path) -> None:
    deadline = time.monotonic() + SET_UP_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = printed.read_text()
            if "No matching distribution" in said or "ConnectionError" in said:
                pytest.skip("pip reaches no package index here")
            raise AssertionError(f"the set-up failed:\n{said}")
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", **PLAIN)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the set-up took more than {SET_UP_SECONDS} s:\n{printed.read_text()}")


def paste(checkout: Checkout, commands: str) -> subprocess.CompletedProcess[str]:
    """Have a shell run the commands. Its input is a terminal at which a person types y."""
    import pty

    script = checkout.folder.parent / "pasted.sh"
    script.write_text(commands.replace("8009", str(checkout.port)), encoding="utf-8")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"y\n")
        return subprocess.run(
            ["bash", "-e", script], cwd=checkout.folder, env=checkout.env, stdin=theirs,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_set_up_ends_with_the_address_of_the_page(checkout: Checkout) -> None:
    lines = checkout.printed.read_text().splitlines()  # pip may have warned of something before
    assert f"Interview page: http://127.0.0.1:{checkout.port}/" in lines


@pytest.mark.parametrize(
    "document",
    [document for document, pasted in PASTED.items() if pasted],
    ids=lambda document: document.name,
)
def test_every_block_works_as_pasted(checkout: Checkout, document: Path) -> None:
    interview = "\n".join(PASTED[ROOT / "README.md"][:1])
    if document.name != "README.md":  # others are read by somebody who had an interview
        assert paste(checkout, interview).returncode == 0
    for made in ("kept", "talk.md", "demo.json", "bundle.json"):
        (checkout.folder / made).unlink(missing_ok=True)
    done = paste(checkout, "\n".join(PASTED[document]))
    assert done.returncode == 0, done.stderr
    assert "command not found" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout


def test_what_is_run_elsewhere_is_still_shown() -> None:
    shown = "".join(block for document in DOCUMENTS for block in blocks(document))
    assert [mark for mark in ELSEWHERE if mark not in shown] == []


# Commands in sentences, and those that are shown with what they print


def shown_commands() -> Iterator[Any]:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        fenced = re.findall(r"^ *(?:\$ )?((?:[A-Z_]+=\S+ )*interview-gateway .*)$", text, re.M)
        inline = re.findall(r"`((?:[A-Z_]+=\S+ )*interview-gateway [^`]*)`", text)
        for command in (*fenced, *inline):
            yield pytest.param(command, id=f"{document.stem}: {' '.join(command.split())[:60]}")


@pytest.mark.parametrize("command", list(shown_commands()))
def test_every_command_that_is_shown_can_be_typed(command: str) -> None:
    words = shlex.split(command, comments=True)
    words = words[words.index("interview-gateway") + 1 :]
    for end in ("&&", "|", ">", ";"):
        words = words[: words.index(end)] if end in words else words
    # What a reader fills in; N is a number.
    words = ["1" if word in {"VERSION", "OLD", "NEW", "N"} else word for word in words]
    found: Any = get_command(app)
    context: Any = typer.Context(found, info_name="interview-gateway")
    if words and words[0].isupper():
        return  # `interview-gateway COMMAND --help`
    while isinstance(found, TyperGroup) and words and not words[0].startswith("-"):
        name = words.pop(0)
        assert name in found.commands, f"there is no command {name}"
        found = found.commands[name]
        context = typer.Context(found, info_name=name, parent=context)
    if isinstance(found, TyperGroup) or not words:
        return  # its name alone, in a sentence
    known = {option: param for param in found.get_params(context) for option in param.opts}
    for word in words:
        if word.startswith("-"):
            assert word in known, f"{found.name} has no {word}"
            assert not known[word].hidden, f"{word} of {found.name} goes with the next release"
