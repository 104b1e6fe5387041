"""The tree's nodes in the file: kept as they complete, never changed."""

from sqlite_utils import Database

from eventlog import tree
from eventlog.tree import Nodes

LEAF = "SELECT leaf FROM events WHERE position = ?"
NODE = "SELECT hash FROM nodes WHERE level = ? AND position = ?"
PUT_NODE = "INSERT INTO nodes (level, position, hash) VALUES (?, ?, ?)"


def nodes_of(db: Database) -> Nodes:
    """How `tree` reads the nodes of the log in `db`."""

    def node(level: int, index: int) -> bytes:
        found = db.execute(NODE, [level, index]) if level else db.execute(LEAF, [index])
        hash: bytes = found.fetchone()[0]
        return hash

    return node


def put_nodes(db: Database, position: int, leaf: bytes) -> None:
    """Keep the nodes that the record at `position` completes."""
    for node in tree.completed_by(position, leaf, nodes_of(db)):
        db.execute(PUT_NODE, [node.level, node.index, node.hash])
