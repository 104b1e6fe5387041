"""Rows into a table, all in one statement."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any


def insert(
    db: Connection, into: str, rows: Sequence[Sequence[Any]], rest: str = ""
) -> list[tuple[Any, ...]]:
    """Insert `rows` into the table and columns that `into` names; `rest` may follow in the
    statement. What it returns, if it does."""
    if not rows:
        return []
    row = f"({', '.join('?' * len(rows[0]))})"
    values = ", ".join([row] * len(rows))
    cells = [cell for row in rows for cell in row]
    found: list[tuple[Any, ...]] = db.execute(
        f"INSERT INTO {into} VALUES {values} {rest}", cells
    ).fetchall()
    return found
