"""The tree in the database: its leaves are the events', its nodes are kept as they complete and
never change."""

from collections.abc import Callable
from typing import Any, TypeVar

from psycopg import Connection

from eventlog.errors import LogCorrupted
from eventlog.tree import Nodes

T = TypeVar("T")

# The join goes from the few that are wanted to their rows, by the key.
NODES = """
SELECT wanted.level, wanted.position, CASE wanted.level
    WHEN 0 THEN (SELECT leaf FROM interview_log.events WHERE position = wanted.position)
    ELSE (SELECT hash FROM interview_log.nodes
          WHERE level = wanted.level AND position = wanted.position)
END
FROM unnest(%s::integer[], %s::bigint[]) AS wanted (level, position)
"""


def with_nodes(db: Connection[Any], compute: Callable[[Nodes], T]) -> T:
    """What `compute` makes of the tree's nodes. It is run twice: which nodes it reads depends on
    none of them, so that one query gives all. Raises LogCorrupted where one is missing."""
    wanted: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        wanted.append((level, index))
        return b""

    compute(note)
    levels, positions = [level for level, _ in wanted], [index for _, index in wanted]
    rows = db.execute(NODES, [levels, positions], binary=True) if wanted else ()
    found = {(level, index): hash for level, index, hash in rows}

    def node(level: int, index: int) -> bytes:
        hash: bytes | None = found[level, index]
        if hash is None:
            raise LogCorrupted(f"the tree's node {index} of level {level} is missing")
        return hash

    return compute(node)
