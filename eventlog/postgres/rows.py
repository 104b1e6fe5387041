"""Rows into tables, as JSON: an array of objects. psycopg makes an array of each column much more
slowly, value by value, in the thread that all others wait for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import Connection, Cursor


def rows_of(name: str, columns: Mapping[str, str]) -> str:
    """SQL for the rows in a parameter, to stand after FROM. Each column has a name and a type."""
    types = ", ".join(f"{column} {type}" for column, type in columns.items())
    return f"json_to_recordset(%s::json) AS {name} ({types})"


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as the parameter."""
    return json.dumps(list(rows), ensure_ascii=False, default=_as_bytea)


class Rows:
    """A statement that takes rows with these `columns`, each a name and its type: `{rows}` stands
    in it for them, and `{columns}` for their names. It is the same for any number of rows, and is
    prepared once."""

    def __init__(self, statement: str, **columns: str) -> None:
        self._columns = columns
        self._statement = statement.format(
            columns=", ".join(columns), rows=rows_of("given", columns)
        )

    def execute(self, db: Connection[Any], rows: Sequence[Sequence[Any]]) -> Cursor[Any]:
        """What the statement returns; no rows make none."""
        if not rows:
            return db.cursor()
        named = (dict(zip(self._columns, row, strict=True)) for row in rows)
        return db.execute(self._statement, [as_json(named)])


def _as_bytea(value: bytes) -> str:
    return f"\\x{value.hex()}"
