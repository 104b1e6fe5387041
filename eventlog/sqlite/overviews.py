"""The list of interviews in the file: a row of `interviews` is an `Overview` and the fingerprint of
the session that its interview stands at."""

from collections.abc import Sequence
from dataclasses import fields
from sqlite3 import Connection
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eventlog.errors import LogCorrupted
from eventlog.readmodels import Overview

OVERVIEW_FIELDS = [field.name for field in fields(Overview)]
OVERVIEW_COLUMNS = ", ".join(OVERVIEW_FIELDS)

# What stands in the file was perhaps not put there by the gateway. SQLite has no booleans: those
# of the list are 0 and 1.
OVERVIEW = TypeAdapter(Overview)


def overviews_where(where: str, values: Sequence[Any], db: Connection) -> list[Overview]:
    """Return the interviews that `where` selects, in its order. Raises LogCorrupted."""
    sql = f"SELECT {OVERVIEW_COLUMNS} FROM interviews WHERE {where}"
    return [_overview(row) for row in db.execute(sql, list(values))]


def stored_overview(row: Overview, current: bytes | None) -> dict[str, Any]:
    """Return the row as the file holds it, `current` being the fingerprint of the session that the
    interview stands at. SQLite has no lists: commas join the sources."""
    return vars(row) | {"sources": ",".join(row.sources), "head": current}


def _overview(row: Sequence[Any]) -> Overview:
    found = dict(zip(OVERVIEW_FIELDS, row, strict=True))
    found["sources"] = tuple(filter(None, str(found["sources"]).split(",")))
    try:
        return OVERVIEW.validate_python(found)
    except ValidationError as error:
        raise LogCorrupted("the list of interviews holds what no interview can have") from error
