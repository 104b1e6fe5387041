"""The whole suite runs in several processes at once; whatever is named runs in this one.

`pytest` alone starts workers. `pytest tests/page` or `pytest -k retry` starts none, so that one
test begins at once and a debugger has the terminal. `-n 4` and `-n 0` say otherwise.

A test marked `alone` measures how long something takes, or how much it holds. It runs when all
others are done.
"""

import gc
import json
import os
import tempfile
from collections.abc import Generator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

MORE_THAN_CORES = 3
"""Workers beyond one for each core. Of 2,091 s that 9,891 tests took, they had a core for about 800
and waited in the others, so that two cores have enough to do with five workers."""

LOOKING_FOR_ONE = ("keyword", "markexpr", "lf", "failedfirst", "stepwise", "usepdb", "trace")
"""Options of somebody who follows one failure."""

TOLD = pytest.StashKey[Path]()
"""The folder in which each worker tells this process which tests are to run alone. A worker sends
nothing but the tests' ids, and pytest-xdist's own groups (`loadgroup`) have no effect with pytest
9.2, which no longer reads the attribute that they change."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Without pytest-xdist (`-p no:xdist`), accept the options that pyproject.toml gives it."""
    if not pluginmanager.hasplugin("xdist"):
        parser.addoption("--numprocesses", help="no workers without pytest-xdist")
        parser.addoption("--dist", help="no workers without pytest-xdist")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many workers there are to be; 0 where the tests run in this process."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # pytest-xdist reads it itself
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    follows = any(config.getoption(option, None) for option in LOOKING_FOR_ONE)
    watches = config.getoption("capture") == "no"
    return 0 if named or follows or watches else MORE_THAN_CORES + (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory(prefix="pytest-alone-")
    config.add_cleanup(folder.cleanup)
    config.stash[TOLD] = Path(folder.name)
    # Or each worker, in each run, would rewrite the assertions of all tests: half of collecting.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["told"] = str(node.config.stash[TOLD])


def _load_share(config: pytest.Config) -> None:
    """Import some of the tests' modules, each worker others. All of them collect in the same order:
    at the first run, each would rewrite the assertions of all modules, just before another has
    kept them for it."""
    given = getattr(config, "workerinput", None)
    if given is None:
        return
    folders = [Path(arg) for arg in config.args if Path(arg).is_dir()]
    modules = sorted(module for folder in folders for module in folder.rglob("test_*.py"))
    number = int(given["workerid"].removeprefix("gw"))
    for module in modules[number :: given["workercount"]]:
        path = module.resolve().relative_to(config.rootpath)
        # What fails here fails again when it is collected, and is reported then.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(path.with_suffix("").parts))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """All that collecting makes stays. To look for garbage in it takes a fifth of the time."""
    gc.disable()
    try:
        _load_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """A worker tells which of the collected tests are to run alone, before pytest-xdist tells that
    all are collected."""
    given = getattr(session.config, "workerinput", None)
    if given is not None:
        alone = [item.nodeid for item in session.items if item.get_closest_marker("alone")]
        (Path(given["told"]) / given["workerid"]).write_text(json.dumps(alone))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import ByModule

    return ByModule(config, log, config.stash[TOLD])
