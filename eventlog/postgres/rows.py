"""Rows into a table, all in one statement."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor


class Rows:
    """A statement that takes rows with these `columns`, each a name and its type: `{rows}` stands
    in it for them. They go to the database as an array for each column, so that the statement is
    the same for any number of rows, and is prepared once."""

    def __init__(self, statement: str, **columns: str) -> None:
        arrays = ", ".join(f"%b::{type}[]" for type in columns.values())
        self._statement = statement.format(
            columns=", ".join(columns),
            rows=f"unnest({arrays}) AS given ({', '.join(columns)})",
        )

    def execute(self, db: Connection[Any], rows: Sequence[Sequence[Any]]) -> Cursor[Any]:
        """What the statement returns; no rows make none."""
        if not rows:
            return db.cursor()
        return db.execute(self._statement, [list(column) for column in zip(*rows, strict=True)])
