"""The list of interviews in the file: a row of `interviews` is an `Overview` and the fingerprint of
the session that its interview stands at."""

from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from eventlog import stored
from eventlog.readmodels import Overview
from eventlog.stored import OVERVIEW_FIELDS

OVERVIEW_COLUMNS = ", ".join(OVERVIEW_FIELDS)


def overviews_where(where: str, values: Sequence[Any], db: Connection) -> list[Overview]:
    """Return the interviews that `where` selects, in its order. Raises LogCorrupted."""
    sql = f"SELECT {OVERVIEW_COLUMNS} FROM interviews WHERE {where}"
    return stored.overviews(map(_values, db.execute(sql, list(values))))


def stored_overview(row: Overview, current: bytes | None) -> dict[str, Any]:
    """Return the row as the file holds it, `current` being the fingerprint of the session that the
    interview stands at. SQLite has no lists: commas join the sources. Nor has it booleans: those of
    the list are 0 and 1."""
    return vars(row) | {"sources": ",".join(row.sources), "head": current}


def _values(row: Sequence[Any]) -> dict[str, Any]:
    found = dict(zip(OVERVIEW_FIELDS, row, strict=True))
    return found | {"sources": tuple(filter(None, str(found["sources"]).split(",")))}
