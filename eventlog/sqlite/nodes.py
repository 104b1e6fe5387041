"""The tree in the file: its leaves are the events', its nodes are kept as they complete and
never change."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection

from eventlog import tree
from eventlog.errors import LogCorrupted
from eventlog.sqlite.rows import insert
from eventlog.tree import Frontier, Node, Nodes

LEAF = "SELECT leaf FROM events WHERE position = ?"
NODE = "SELECT hash FROM nodes WHERE level = ? AND position = ?"


HEAD = """
SELECT CAST(coalesce(max(position) + 1, 0) AS INTEGER) FROM events
WHERE position >= 0 AND position < (
    SELECT page_count * page_size / 64 FROM pragma_page_count, pragma_page_size
)
"""


def head_of(db: Connection) -> int:
    """How many records the log holds. Each takes the 64 bytes of its hashes at least: one that
    stands further than the file has room for was put there, and does not make the log longer."""
    head: int = db.execute(HEAD).fetchone()[0]
    return head


def nodes_of(db: Connection) -> Nodes:
    """How `tree` reads the nodes of the log in `db`. Raises LogCorrupted of one that is missing."""

    def node(level: int, index: int) -> bytes:
        found = db.execute(NODE, [level, index]) if level else db.execute(LEAF, [index])
        match found.fetchone():
            case (bytes(hash),):
                return hash
        raise LogCorrupted(f"the tree's node {index} of level {level} is missing")

    return node


def put_nodes(
    db: Connection, position: int, leaves: Sequence[bytes], committed: Frontier | None = None
) -> None:
    """Keep the nodes that the leaves from `position` on complete. If `committed` is the tree before
    them, its hashes are not read: each look-up would give the interpreter's lock away."""
    if committed is not None and committed.size == position:
        nodes = committed.completed_by(leaves)
    else:
        nodes = _completed(db, position, leaves)
    insert(db, "nodes (level, position, hash)", [(n.level, n.index, n.hash) for n in nodes])


def _completed(db: Connection, position: int, leaves: Sequence[bytes]) -> Iterator[Node]:
    stored = nodes_of(db)
    fresh = {(0, position + n): leaf for n, leaf in enumerate(leaves)}

    def node(level: int, index: int) -> bytes:
        return fresh.get((level, index)) or stored(level, index)

    for n, leaf in enumerate(leaves):
        for made in tree.completed_by(position + n, leaf, node):
            fresh[made.level, made.index] = made.hash
            yield made
