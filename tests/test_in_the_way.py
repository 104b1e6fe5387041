"""Other modules under the names of the gateway's packages: a line says which, and what to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interview_gateway import MARK, PACKAGES
from tests.processes import environment

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = (str(Path(sys.executable).with_name("interview-gateway")),)
OWN = "environment of its own (python3 -m venv)"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder for modules of somebody else."""
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def run(
    *command: str, path: Path, cwd: Path, before: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command where Python looks in `before`, then in `path`, for its modules."""
    python_path = ":".join(map(str, (*before, path)))
    return subprocess.run(
        command,
        env=environment(cwd, PYTHONPATH=python_path),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(ran: subprocess.CompletedProcess[str]) -> str:
    """The one line that is printed."""
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert line.startswith("interview-gateway: ")
    return line


def write(file: Path, text: str = "") -> str:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_of_the_same_name_is_named(tmp_path: Path, other: Path, name: str) -> None:
    file = write(other / name / "__init__.py", "raise RuntimeError('not to be run')")
    line = refusal(run(*INSTALLED, "interviews", path=ROOT, before=(other,), cwd=tmp_path))
    assert f"{file} is in the way of the gateway's own package {name}" in line
    assert "unset PYTHONPATH" in line
    assert OWN in line


def test_a_module_of_the_same_name_is_named(tmp_path: Path, other: Path) -> None:
    file = write(other / "api.py")
    ran = run(*INSTALLED, "--help", path=ROOT, before=(other,), cwd=tmp_path)
    assert f"{file} is in the way" in refusal(ran)


def test_a_folder_that_is_no_package_is_in_nobodys_way(tmp_path: Path, other: Path) -> None:
    write(other / "api" / "notes.txt")
    ran = run(*INSTALLED, "--version", path=ROOT, before=(other,), cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("module", ["api", "api.cli", "interview_gateway"])
def test_in_the_working_folder_it_is_named(tmp_path: Path, module: str) -> None:
    file = write(tmp_path / "statemachine" / "__init__.py")
    # `-m` looks in the working folder first: there stands only what is in the way.
    for part in (*PACKAGES, "interview_gateway.py"):
        if part != "statemachine":
            (tmp_path / part).symlink_to(ROOT / part)
    ran = run(sys.executable, "-m", module, "interviews", path=ROOT, cwd=tmp_path)
    line = refusal(ran)
    assert f"{file} is in the way" in line
    assert "start it in another folder" in line


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder that the gateway is installed in."""
    folder = tmp_path / "site-packages"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "interview_gateway.py", folder)
    return folder


COMMAND = (sys.executable, "-S", "-m", "interview_gateway")  # without what this environment has


def test_a_package_that_was_installed_over_ours_is_named(tmp_path: Path, installed: Path) -> None:
    """As python-statemachine is, whose files then stand among ours."""
    file = write(installed / "statemachine" / "__init__.py", "from .states import State\n")
    line = refusal(run(*COMMAND, "interviews", path=installed, cwd=tmp_path))
    assert f"{file} is in the way of the gateway's own package statemachine" in line
    assert OWN in line


def test_a_package_whose_removal_took_files_of_ours_with_it_is_named(
    tmp_path: Path, installed: Path
) -> None:
    (installed / "statemachine" / "__init__.py").unlink()
    line = refusal(run(*COMMAND, "interviews", path=installed, cwd=tmp_path))
    assert f"{installed / 'statemachine'} is in the way" in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("typer", ""),
        ("typer", "import no_such_module"),
        ("pydantic_core/__init__", ""),
        ("rich/__init__", ""),
        ("transitions", "from os import no_such_name"),
    ],
)
def test_a_module_in_the_way_of_a_library_is_named(
    tmp_path: Path, other: Path, name: str, text: str
) -> None:
    write(other / f"{name}.py", text)
    ran = run(*INSTALLED, "interviews", path=ROOT, before=(other,), cwd=tmp_path)
    line = refusal(ran)
    assert "the gateway cannot be loaded" in line
    assert "unset PYTHONPATH" in line
    assert str(other) in line


def test_each_package_begins_with_the_line_that_it_is_known_by() -> None:
    for name in PACKAGES:
        assert (ROOT / name / "__init__.py").read_bytes().startswith(MARK + b";"), name
