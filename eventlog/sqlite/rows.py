"""Rows into a table, all in one statement."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any


def insert(db: Connection, into: str, rows: Sequence[Sequence[Any]], rest: str = "") -> None:
    """Insert `rows` into the table and columns that `into` names; `rest` may follow in the
    statement."""
    if not rows:
        return
    row = f"({', '.join('?' * len(rows[0]))})"
    values = ", ".join([row] * len(rows))
    cells = [cell for row in rows for cell in row]
    db.execute(f"INSERT INTO {into} VALUES {values} {rest}", cells)
