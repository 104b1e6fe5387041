"""What is left of forgotten words in the database's files, and how it goes.

A deleted row stays in its table's file, and what it held in the indexes, until the table is written
anew. That is done for the small tables that hold such rows, once no transaction can still see them.
"""

import logging
from typing import Any, Final

from psycopg import Connection, errors

from eventlog.postgres.migrations import BEGIN

logger = logging.getLogger(__name__)

# A transaction that began before the rows were deleted, a replica that gives its feedback, a slot
# and a prepared transaction may each still see them. Ages are counted back from the next one.
HOLDERS: Final = """
SELECT holder, max(deleted_in::text::bigint) FROM interview_log.scrubs GROUP BY holder
HAVING age(max(deleted_in::text::bigint)::text::xid8::xid) > (
    SELECT coalesce(max(age), -1) FROM (
        SELECT greatest(age(backend_xid), age(backend_xmin)) AS age FROM pg_stat_activity
        WHERE pid <> pg_backend_pid()
        UNION ALL SELECT age(xmin) FROM pg_replication_slots
        UNION ALL SELECT age(transaction) FROM pg_prepared_xacts
    ) AS others
) ORDER BY holder
"""
DUE: Final = "SELECT count(DISTINCT position) FROM interview_log.scrubs"
LIMITS: Final = (
    "SELECT set_config('lock_timeout', '300', true), set_config('statement_timeout', '0', true)"
)
# Gateways may find the same table due. One rewrites it, and the next one sees that it is done.
SCRUB_LOCK: Final = 0x73637262
"""The first key of the advisory lock of each table that is rewritten: "scrb" in ASCII."""
TAKE_TURNS: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
IS_DUE: Final = "SELECT EXISTS (SELECT FROM interview_log.scrubs WHERE holder = %s)"
REWRITE: Final = "SELECT interview_log.rewrite_scrubbed(%s)"
SCRUBBED: Final = (
    "DELETE FROM interview_log.scrubs WHERE holder = %s AND deleted_in <= %s::text::xid8"
)


def scrubs_due(db: Connection[Any]) -> int:
    """`Measurable.scrubs_due`."""
    [(due,)] = db.execute(DUE).fetchall()
    return int(due)


def scrub(db: Connection[Any]) -> bool:
    """Write anew what can be, one table after the other; whether nothing is left."""
    for holder, deleted_in in db.execute(HOLDERS).fetchall():
        try:
            db.execute(BEGIN)
            db.execute(LIMITS)
            db.execute(TAKE_TURNS, [SCRUB_LOCK, holder])
            if db.execute(IS_DUE, [holder]).fetchone() == (True,):
                db.execute(REWRITE, [holder])
                db.execute(SCRUBBED, [holder, deleted_in])
            db.execute("COMMIT")
        except errors.LockNotAvailable:
            logger.info("A table of the event log with erased words is in use; it is for later")
            db.rollback()
        except BaseException:
            db.rollback()
            raise
    return scrubs_due(db) == 0
