"""Output into files, pipes and terminals of every encoding."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from statemachine.commands import give_answer
from tests.api.cli.conftest import write
from tests.eventlog.interviews import OPENING, ask, new_id
from tests.processes import COMMAND, environment, gateway_process, run

SAID = "Kraków → 日本 😀"
SHOWING = (
    "replay last",
    "replay last --json",
    "session last",
    "session last --json",
    "diff last 2 4",
    "diff last 2 4 --json",
    "audit export last",
    "audit export last --format html",
    "audit export last --format json",
)
SILENT = (
    "--help",
    "--version",
    "interviews",
    "interviews --json",
    "rerun last --with recording",
    "audit verify",
    "audit verify --json",
    "audit checkpoint",
    "audit key",
    "hold last --reason →",
    "release last --reason →",
    "session last 99",
    "replay →",
    "audit export last -o →.md",
    "forget last --reason →",
    "forget last --reason → --yes",
)
NARROW = [(command, "cp1252") for command in SHOWING]
NARROW += [("replay last", "ascii"), ("audit export last", "cp1252:strict")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "interviews.db", new_id(), *OPENING, give_answer(SAID), ask(2))
    return tmp_path


def spoken(folder: Path, encoding: str) -> dict[str, str]:
    return environment(folder, PYTHONIOENCODING=encoding)


@pytest.mark.parametrize(("command", "encoding"), NARROW)
def test_files_and_pipes_get_utf8(folder: Path, command: str, encoding: str) -> None:
    done = subprocess.run(
        [*COMMAND, *command.split()], env=spoken(folder, encoding), cwd=folder,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert SAID in done.stdout.decode("utf-8")


def test_no_command_ends_with_a_stack_trace_in_a_narrow_encoding(folder: Path) -> None:
    env = spoken(folder, "ascii:strict")
    for command in SILENT:
        done = run(*command.split(), env=env, cwd=folder)
        assert "Traceback" not in done.stderr, command
        assert done.returncode in (0, 1), command


def test_a_file_whose_name_is_no_text_is_named_without_a_stack_trace(folder: Path) -> None:
    done = run(b"\xff.json".decode("utf-8", "surrogateescape"), env=environment(folder), cwd=folder)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    named = b"replay\0\xff".decode("utf-8", "surrogateescape").split("\0")
    done = run(*named, env=environment(folder), cwd=folder)
    assert (done.returncode, "is not the id of an interview" in done.stderr) == (1, True)


def test_a_terminal_shows_a_mark_for_what_it_lacks(folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "replay", "last"], env=spoken(folder, "cp1252"), cwd=folder,
        stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    _, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (0, b"")
    assert "Krak\xf3w ? ?? ?".encode("cp1252") in shown


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", ["--help", "interviews", "replay last", "audit key"])
def test_a_full_disk_is_one_line(folder: Path, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *command.split()], env=environment(folder), cwd=folder,
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "interview-gateway: No space left on device\n")


def test_a_reader_that_has_enough_is_no_error_to_tell_of(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "replay", "last"], env=environment(folder), cwd=folder,
        stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_serve_prints_the_address_of_the_page_first(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        first, second, *_ = gateway.printed.splitlines()
        assert first == f"Interview page: {gateway.url}/"
        assert second.startswith(f"API reference: {gateway.url}/docs ")
        page = gateway.client.get("/")
        assert (page.status_code, "text/html" in page.headers["content-type"]) == (200, True)


def test_an_export_says_what_it_wrote_and_keeps_the_pipe_clean(folder: Path) -> None:
    done = run("audit", "export", "last", "-o", "talk.md", env=environment(folder), cwd=folder)
    size = (folder / "talk.md").stat().st_size
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Wrote talk.md ({size:,} bytes).\n"
