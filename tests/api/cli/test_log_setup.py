"""What the gateway prints of errors that nobody caught."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FAILS_IN_EVERY_WAY = """
import asyncio, threading, sys, warnings
from api.cli.log_setup import set_up_logging
from api.environment import LogFormat

set_up_logging("INFO", LogFormat(sys.argv[1]))
WORDS = "yodelled"

def fail(*_):
    raise ValueError(WORDS.upper())

async def in_task():
    fail()

async def main():
    forgotten = asyncio.create_task(in_task())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del forgotten
    asyncio.get_running_loop().call_soon(fail, WORDS.upper())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

class Failing:
    __del__ = fail

asyncio.run(main())
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Failing()
warnings.warn("deprecated")
fail()
"""

TOLD = [
    "deprecated",
    "Task exception was never retrieved",
    "Exception in callback fail",
    "A thread of the gateway failed",
    "Python ignored an error",
    "The gateway failed",
]


def test_the_driver_of_the_database_shows_no_objects_when_a_connection_breaks() -> None:
    """As psycopg does after each `pg_terminate_backend`, beside what the gateway says."""
    script = """
import logging
from api.cli.log_setup import set_up_logging
set_up_logging("INFO")
logging.getLogger("psycopg").warning("error ignored terminating %r: %s", object(), "lost")
"""
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stderr == ""


@pytest.mark.parametrize("shape", ["text", "json"])
def test_no_error_that_nobody_caught_shows_its_message(shape: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", FAILS_IN_EVERY_WAY, shape],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 1
    assert "YODELLED" not in found.stderr
    for words in TOLD:
        assert words in found.stderr
    if shape == "json":
        lines = [json.loads(line)["message"] for line in found.stderr.splitlines()]
        assert [line for line in lines if "deprecated" not in line] == TOLD[1:]
