"""A command imports what it needs and no more: imports are nearly all of the time it takes."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.api.cli.conftest import write
from tests.eventlog.interviews import WHOLE, new_id
from tests.processes import environment

LISTING = """
import sys
before = set(sys.modules)  # those of whatever watches this process
from api.cli.app import app
try:
    app(sys.argv[1:])
finally:
    loaded = set(sys.modules) - before
    packages = {name.split(".")[0] for name in loaded}
    print(*sorted(packages | loaded), file=sys.stderr)
"""
HTTP = {"fastapi", "starlette", "uvicorn", "httptools", "httpx", "httpcore", "h11"}
HEAVY = {*HTTP, "schemathesis"}
TO_WRITE = {"sqlite_utils", "filelock", "eventlog.sqlite.writing", "eventlog.memory"}
SETTINGS = {"api.settings", "dotenv"}
STARTING = """
import sys
from api.cli import light_start
light_start.begin()
import api.cli.serving
print(*(name for name, module in sys.modules.items() if module is not None))
"""
LATER = {
    *("api.http.routes.late", "api.http.routes.replay", "api.http.openapi", "api.http.links"),
    *("api.transcript.document", "api.transcript.sheets", "api.usecases.recordings"),
    *("backends.turnreader", "backends.recording", "eventlog.copying", "sqlite_utils"),
    *("typer", "rich", "pygments", "pydantic.v1"),
}

READING = [
    "interviews",
    "interviews --json",
    "replay last",
    "replay last --json",
    "session last",
    "diff last 2 4",
]
PROVING = [
    "audit verify",
    "audit checkpoint",
    "audit key",
    "audit export last",
    "audit export last --format json",
]


Imported = Callable[[str], set[str]]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """What a command imports. It starts Python, so it is run once for all who ask, on a log of its
    own."""

    @cache
    def run(command: str) -> set[str]:
        folder = tmp_path_factory.mktemp("run")
        write(folder / "interviews.db", new_id(), *WHOLE)
        done = subprocess.run(
            [sys.executable, "-c", LISTING, *command.split()], env=environment(folder), cwd=folder,
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return set(done.stderr.splitlines()[-1].split())

    return run


@pytest.mark.parametrize("command", ["--help", "--version", "audit verify --help"])
def test_help_imports_no_library_but_that_of_the_command_line(
    imported: Imported, command: str
) -> None:
    others = {"rich", "asyncio", "sqlite3", "sqlite_utils", "cryptography"}
    assert imported(command) & (HEAVY | others) == set()


@pytest.mark.parametrize(
    "command",
    [
        *READING,
        *PROVING,
        "hold last --reason Why",
        "forget last --reason Why --yes",
        "rerun last --with recording",
    ],
)
def test_a_command_on_the_log_imports_nothing_of_http(imported: Imported, command: str) -> None:
    assert imported(command) & HEAVY == set()


@pytest.mark.parametrize("command", [*READING, *PROVING])
def test_a_command_that_only_reads_imports_nothing_that_writes_a_log(
    imported: Imported, command: str
) -> None:
    assert imported(command) & (TO_WRITE | SETTINGS) == set()


@pytest.mark.parametrize("command", READING)
def test_a_command_that_checks_no_signature_imports_no_cryptography(
    imported: Imported, command: str
) -> None:
    assert "cryptography" not in imported(command)


def test_a_start_imports_nothing_that_no_first_answer_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTING], env=environment(tmp_path), cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert {"api.http.routes.interviews", "backends.templates"} <= loaded
    assert loaded & LATER == set()
