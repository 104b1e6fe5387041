"""The suite's own running: who shares it, and what runs by itself."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scheduling import ALONE, LONGEST, next_scope

ROOT = Path(__file__).resolve().parents[1]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]

MODULE = """
import json, os, time
import pytest

def note(name):
    began = time.monotonic()
    time.sleep(0.1)
    with open("ran", "a") as ran:
        print(json.dumps([name, os.getpid(), began, time.monotonic()]), file=ran)

@pytest.mark.alone
def test_a_measurement():
    note("a measurement")

@pytest.mark.parametrize("number", range(3))
def test_anything(number):
    note(__name__)
"""


class Ran(NamedTuple):
    name: str
    pid: int
    began: float
    ended: float


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A small one, run as ours is."""
    markers = "\n ".join(CONFIGURED["markers"])
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\naddopts = {CONFIGURED['addopts']}\nmarkers = {markers}\n"
    )
    for name in "abc":
        (tmp_path / f"test_{name}.py").write_text(MODULE)
    return tmp_path


def run(suite: Path, *arguments: str, xdist: bool = True) -> list[Ran]:
    """What ran, in the order in which it ended. Other plugins would only take time to load."""
    plugins = ("-p", "xdist") if xdist else ()
    workers = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-p", "tests.workers", *arguments],
        cwd=suite,
        env={**os.environ, **workers},
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Ran(*json.loads(line)) for line in (suite / "ran").read_text().splitlines()]


def test_the_whole_suite_is_shared_by_modules_and_what_measures_runs_alone(suite: Path) -> None:
    ran = run(suite)
    assert len(ran) == 12
    *others, _, _, last = ran
    measurements = [one for one in ran if one.name == "a measurement"]
    assert ran[-3:] == measurements
    assert max(one.ended for one in ran if one not in measurements) <= measurements[0].began
    assert {one.pid for one in measurements} == {last.pid}
    shared = {
        name: {one.pid for one in others if one.name == name} for name in ("test_a", "test_b")
    }
    assert [len(pids) for pids in shared.values()] == [1, 1]
    assert shared["test_a"] != shared["test_b"]


@pytest.mark.parametrize("arguments", [("test_a.py",), ("-k", "anything"), ("-n0",), ("-s",)])
def test_who_looks_for_one_failure_gets_one_process(suite: Path, arguments: tuple[str]) -> None:
    assert len({one.pid for one in run(suite, *arguments)}) == 1


def test_without_xdist_one_process_runs_all(suite: Path) -> None:
    ran = run(suite, xdist=False)
    assert len(ran) == 12
    assert len({one.pid for one in ran}) == 1


def test_the_number_of_workers_can_be_given(suite: Path) -> None:
    assert len({one.pid for one in run(suite, "-n2", "-k", "anything")}) == 2


def test_each_module_that_is_to_begin_first_is_there() -> None:
    assert [module for module in LONGEST if not (ROOT / module).is_file()] == []


def test_who_has_begun_a_browser_goes_on_with_the_page() -> None:
    page, longer, shorter = "tests/page/test_words.py", LONGEST[0], "tests/test_network.py"
    waiting = [ALONE, shorter, page, longer]
    assert next_scope(waiting, []) == longer
    assert next_scope(waiting, ["tests/page/test_looks.py"]) == page
    assert next_scope([ALONE, page, shorter], [longer]) == shorter
    assert next_scope([ALONE, page], [longer]) == page
    assert next_scope([ALONE, shorter], ["tests/page/test_looks.py"]) == shorter
    assert next_scope([ALONE], [longer]) == ALONE
