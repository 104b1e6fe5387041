"""The short run of the crash harness: `python -m tests.reliability.crash` is the long one."""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.reliability.crash import Result, crash
from tests.reliability.wreckage import FRAME_HEADER, Wreckage, wreckage_of

KILLS = 20
FRAME = FRAME_HEADER + 4096


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    if sys.platform != "linux":
        pytest.skip("the kills are aimed with inotify, which is Linux's")
    return crash(tmp_path_factory.mktemp("crash"), kills=KILLS, clients=6, seed=20261124)


def test_nothing_acknowledged_is_lost_or_there_twice_in_twenty_kills(result: Result) -> None:
    assert result.findings == []
    assert result.kills == KILLS
    assert result.acknowledged > KILLS


def test_every_interrupted_interview_goes_on_to_its_end(result: Result) -> None:
    assert 0 < result.interrupted == result.went_on


def test_the_kills_fall_where_they_hurt(result: Result) -> None:
    assert result.before_the_reply > 0
    assert result.inside_a_commit + result.before_the_acknowledgement > 0


def test_a_commit_that_was_cut_short_is_known_by_its_frames(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.db", tmp_path / "cut.db"
    with closing(sqlite3.connect(whole)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE words (word BLOB)")
        db.commit()
        with db:  # of several pages
            db.execute("INSERT INTO words VALUES (zeroblob(20000))")
        for tail in ("-wal", "-shm"):
            shutil.copy(f"{whole}{tail}", f"{cut}{tail}")
        assert wreckage_of(whole) == Wreckage(0, checkpoint=False)
    wal = Path(f"{cut}-wal")
    wal.write_bytes(wal.read_bytes()[: -2 * FRAME])
    assert wreckage_of(cut).uncommitted > 0
