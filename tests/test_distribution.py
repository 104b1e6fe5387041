"""What is handed out: a wheel that runs by itself, and a source archive that builds it."""

import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
INCLUDED: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
PACKAGES = [name for name in INCLUDED if (ROOT / name).is_dir()]
NEEDED = {".css", ".html", ".js", ".svg", ".toml", ".ts", ".typed"}
"""What a package's files that are no Python modules end in."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    [built] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return set(zipfile.ZipFile(built).namelist())


def test_the_wheel_says_that_each_package_has_types(wheel: set[str]) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel


def test_the_wheel_has_every_file_that_the_packages_need(wheel: set[str]) -> None:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    needed = {str(path.relative_to(ROOT)) for path in files if path.suffix in {".py", *NEEDED}}
    needed |= {name for name in INCLUDED if name not in PACKAGES}
    assert "api/page/index.html" in needed
    assert needed <= wheel


def test_the_wheel_has_nothing_else(wheel: set[str]) -> None:
    told = f"interview_gateway-{PROJECT['project']['version']}.dist-info"
    assert {name.partition("/")[0] for name in wheel} == {*INCLUDED, told}


def test_the_source_archive_has_what_the_wheel_is_built_from_and_what_tests_it(
    tmp_path: Path,
) -> None:
    [built] = SdistBuilder(str(ROOT)).build(directory=str(tmp_path))
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "CHANGELOG.md", "docs/verify_bundle.py"} <= names
    assert {"api/page/index.html", "tests/test_distribution.py"} <= names
    private = re.compile(r"\.db|(^|/)\.env$|\.coverage|node_modules")
    assert not {name for name in names if private.search(name)}


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    [newest, *_] = re.findall(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest in (PROJECT["project"]["version"], "Unreleased")
