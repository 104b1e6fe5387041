"""Interviews are kept in memory as long as there is room for what was said in them."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog import known
from eventlog.known import Known, KnownInterviews
from statemachine.interview import Interview
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config, Message, Speaker
from tests.eventlog.running import lingering_in, python


def said(characters: int, version: int) -> Known:
    """An interview in which so much was said by event number `version`."""
    message = Message(role=Speaker.SYSTEM, content="x" * characters)
    config = Config(role=DATA_ANALYST)
    return Known(Interview(id=None, config=config, version=version, messages=(message,)))


MOVES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(1, 60), st.integers(1, 9)), max_size=60
)


@given(moves=MOVES)
def test_the_newest_of_each_is_kept_within_the_bounds(
    moves: list[tuple[str, int, int]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "INTERVIEWS_IN_MEMORY", 4)
        patch.setattr(known, "CHARACTERS_IN_MEMORY", 100)
        kept = KnownInterviews()
        for id, characters, version in moves:
            before = kept.get(id)
            found = kept.keep(id, said(characters, version))
            assert kept.get(id) is found
            assert found.interview.version == max(
                version, before.interview.version if before else 0
            )
            there = [one for one in map(kept.get, "abcdef") if one]
            assert len(there) <= 4
            assert sum(one.characters() for one in there) <= 100
        for id in "abcdef":
            kept.forget(id)
            assert kept.get(id) is None
        kept.keep("a", said(100, 1))
        kept.keep("b", said(1, 1))
        assert kept.get("a") is None


def test_threads_that_meet_keep_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "INTERVIEWS_IN_MEMORY", 4)
    monkeypatch.setattr(known, "CHARACTERS_IN_MEMORY", 100)
    kept = KnownInterviews()

    def use(seed: int) -> None:
        chance = random.Random(seed)
        with lingering_in(known):
            for version in range(1, 60):
                id = chance.choice("abcdef")
                kept.keep(id, said(chance.randint(1, 60), version))
                kept.get(chance.choice("abcdef"))
                kept.forget(chance.choice("abcdef"))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(use, range(3)))
    for id in "abcdef":
        kept.forget(id)
    kept.keep("a", said(100, 1))
    assert kept.get("a")
    kept.keep("b", said(1, 1))
    assert kept.get("a") is None


ADOPT = """
import asyncio, resource, sys
from pathlib import Path
from eventlog.sqlite.log import SqliteEventLog
from statemachine.interview import replay
from tests.eventlog.interviews import adopt, ask, new_id, start, tell

async def main():
    log = SqliteEventLog(Path(sys.argv[1]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(80):
        id = new_id()
        words = f"{number} \\N{FOX FACE} " + "x" * 1_000_000
        session = replay([start(), ask(1, words)], id=id).session
        await tell(log, id, adopt(session, id))
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    await log.close()

asyncio.run(main())
"""


def test_long_sessions_do_not_pile_up_in_memory(path: Path) -> None:
    with python("-c", ADOPT, str(path)) as process:
        assert process.stdout is not None
        grown = float(process.stdout.read())
    # Where all are kept, these grow by 765 MiB; where they are not, 80 grow as much as 200.
    assert grown < 250, "MiB for 80 sessions of 1 MB, each of 4 MB in memory"
