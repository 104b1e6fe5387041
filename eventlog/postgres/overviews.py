"""The list of interviews in the database: a row of `interviews` is an `Overview` without whose it
is, which stands in `starters`."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from eventlog import stored
from eventlog.readmodels import Overview
from eventlog.stored import OVERVIEW_FIELDS

IN_STARTERS: Final = {
    name: f"(SELECT {name} FROM interview_log.starters "
    "WHERE starters.interview_id = interviews.interview_id)"
    for name in ("started_by", "candidate_name")
}
"""The SQL of what stands there."""

OVERVIEW_COLUMNS: Final = ", ".join(IN_STARTERS.get(name, name) for name in OVERVIEW_FIELDS)


def overviews_where(db: Connection[Any], where: str, values: Sequence[Any]) -> list[Overview]:
    """Return the interviews that `where` selects, in its order. Raises LogCorrupted."""
    sql = f"SELECT {OVERVIEW_COLUMNS} FROM interview_log.interviews WHERE {where}"
    return stored.overviews(
        dict(zip(OVERVIEW_FIELDS, row, strict=True)) for row in db.execute(sql, values)
    )
