"""Appends written in groups leave the file that they leave one by one."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eventlog.errors import VersionConflict
from eventlog.readmodels import project
from eventlog.records import draft
from eventlog.sqlite.appending import Append, write
from eventlog.sqlite.file import open_writer, prepare
from eventlog.sqlite.log import SqliteEventLog
from eventlog.tree import Frontier
from statemachine.interview import Interview, replay
from tests.eventlog.evidence import commits, rows
from tests.eventlog.interviews import AT, OPENING, new_id
from tests.eventlog.running import in_loop
from tests.statemachine.strategies import Run, few, runs

TABLES = ("events", "nodes", "interviews", "fingerprints")


def appends_of(run: Run, id: str) -> list[Append]:
    """An append for each event of a run."""
    before: Interview | None = None
    appends = []
    for version, event in enumerate(run):
        drafts = [draft(id, version + 1, event, AT)]
        appends.append(Append(id, version, drafts, project(before, id, [event])))
        before = replay(run[: version + 1], id=id)
    return appends


def written(
    groups: Iterable[Sequence[Append]], *, knows_tree: bool = False
) -> tuple[dict[str, list[Any]], list[bool]]:
    """What a new log's tables hold then, and of which appends a conflict came. With `knows_tree`,
    the writer knows the tree before each group."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        prepare(path)
        db = open_writer(path)
        tree, refused = Frontier(), []
        for group in groups:
            outcomes = write(db, group, tree if knows_tree else None)
            refused += [isinstance(outcome, VersionConflict) for outcome in outcomes]
            taken = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
            tree = tree.plus(record.leaf for records in taken for record in records)
        tables = {table: sorted(rows_of(db, table), key=repr) for table in TABLES}
        db.close()
        return tables, refused


def rows_of(db: Connection, table: str) -> list[Any]:
    rows: list[Any] = db.execute(f"SELECT * FROM {table}").fetchall()
    return rows


@st.composite
def interleaved(draw: st.DrawFn) -> list[Append]:
    """The appends of some interviews, in an order that keeps each one's own; now and then one
    comes twice."""
    waiting = [appends_of(run, new_id()) for run in draw(st.lists(runs(), min_size=1, max_size=3))]
    appends = []
    while waiting := [own for own in waiting if own]:
        own = draw(st.sampled_from(waiting))
        appends += [own[0]] * draw(st.sampled_from((1, 1, 1, 2)))
        del own[0]
    return appends


@few
@given(interleaved(), st.lists(st.integers(1, 6), max_size=40))
def test_however_appends_are_grouped_the_file_is_the_same(
    appends: list[Append], sizes: list[int]
) -> None:
    in_order = iter(appends)
    groups = [list(islice(in_order, size)) for size in sizes]
    groups = [group for group in (*groups, list(in_order)) if group]
    assert written(groups) == written([append] for append in appends)
    assert written(groups, knows_tree=True) == written(groups)


@in_loop
async def test_appends_of_one_commit_with_other_work_between_them_keep_the_tree(
    log: SqliteEventLog, path: Path
) -> None:
    await asyncio.gather(
        log.append(new_id(), 0, OPENING, AT),
        log.is_writable(),
        log.append(new_id(), 0, OPENING, AT),
    )
    assert commits(path) == 1
    leaves = [row["leaf"] for row in rows(path)]
    nodes = sorted((node.level, node.index, node.hash) for node in Frontier().completed_by(leaves))
    stored = rows(path, "SELECT level, position, hash FROM nodes ORDER BY level, position")
    assert [tuple(row.values()) for row in stored] == nodes
