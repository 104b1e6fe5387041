"""The short run of the crash harness: `python -m tests.reliability.crash` is the long one."""

import json
import sys
from pathlib import Path

import pytest

from tests.reliability.crash import Result, crash
from tests.reliability.wreckage import FRAME_HEADER, WAL_HEADER, wreckage_of

KILLS = 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kills are aimed by inotify")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return crash(tmp_path_factory.mktemp("crash"), kills=KILLS, clients=6, seed=20261124)


def test_nothing_acknowledged_is_lost_or_there_twice_in_twenty_kills(result: Result) -> None:
    assert result.findings == []
    assert result.kills == KILLS
    assert result.acknowledged > KILLS


def test_every_interrupted_interview_goes_on_to_its_end(result: Result) -> None:
    assert 0 < result.interrupted == result.went_on


def test_the_kills_fall_where_they_hurt(result: Result) -> None:
    assert result.before_the_reply > 0
    assert result.inside_a_commit > 0


def test_the_table_and_the_json_tell_the_same(result: Result) -> None:
    assert f"{result.acknowledged}" in result.table()
