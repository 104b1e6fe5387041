"""The list of interviews in the database: a row of `interviews` is an `Overview` without who began
it, which stands in `starters`."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from eventlog import stored
from eventlog.readmodels import Overview
from eventlog.stored import OVERVIEW_FIELDS

STARTED_BY: Final = (
    "(SELECT started_by FROM interview_log.starters "
    "WHERE starters.interview_id = interviews.interview_id)"
)
OVERVIEW_COLUMNS: Final = ", ".join(
    STARTED_BY if name == "started_by" else name for name in OVERVIEW_FIELDS
)


def overviews_where(db: Connection[Any], where: str, values: Sequence[Any]) -> list[Overview]:
    """Return the interviews that `where` selects, in its order. Raises LogCorrupted."""
    sql = f"SELECT {OVERVIEW_COLUMNS} FROM interview_log.interviews WHERE {where}"
    return stored.overviews(
        dict(zip(OVERVIEW_FIELDS, row, strict=True)) for row in db.execute(sql, values)
    )
