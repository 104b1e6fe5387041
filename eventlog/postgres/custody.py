"""Which interviews' words are to be forgotten, and which hold words of another."""

from typing import Any, Final

from psycopg import Connection

from eventlog.readmodels import COMPLETING
from statemachine.canonical import canonical_json

COMPLETED: Final = (
    "FROM interview_log.events WHERE events.interview_id = interviews.interview_id "
    "AND kind = ANY (%(completing)s)"
)
# Most were begun in between, which makes them young: no event of theirs is looked up.
EXPIRED: Final = (
    f"SELECT interview_id, (SELECT max(position) {COMPLETED}) FROM interview_log.interviews "
    "WHERE state = 'complete' AND NOT on_hold "
    "AND started_at NOT BETWEEN %(before)s AND %(now)s "
    f"AND (SELECT max(time) {COMPLETED}) < %(before)s ORDER BY first_position"
)
FIRST_BETWEEN: Final = (
    "SELECT position FROM interview_log.events WHERE time BETWEEN %s AND %s "
    "ORDER BY position LIMIT 1"
)

ADOPTED: Final = (
    "SELECT first_position, interview_id FROM interview_log.interviews "
    "WHERE adopted AND state <> 'forgotten' AND first_position > %s "
    "ORDER BY first_position LIMIT %s"
)
# An adopted session may have a megabyte. No more is taken of it than its beginning.
BEGINS: Final = (
    "SELECT position FROM interview_log.words WHERE position = ANY (%s) "
    "AND left(payload, %s) = %s ORDER BY position"
)
AT_ONCE = 10_000
"""How many adopted sessions are looked at in one query."""

# From the list of interviews: `events` has many times as many rows.
BUSY_DAYS: Final = """
SELECT max(time) FROM (
    SELECT started_at AS time FROM interview_log.interviews
    UNION ALL SELECT updated_at FROM interview_log.interviews
) AS times GROUP BY left(time, 10) ORDER BY 1
"""


def expired(db: Connection[Any], before: str, now: str) -> list[str]:
    """`RetentionLog.expired`."""
    given = {"completing": list(COMPLETING), "before": before, "now": now}
    found = db.execute(EXPIRED, given).fetchall()
    if not found:
        return []
    # All events may have to be looked at for it, which is only worth it where something is due.
    young = db.execute(FIRST_BETWEEN, [before, now]).fetchone()
    return [id for id, completed_at in found if young is None or completed_at < young[0]]


def forks_of(db: Connection[Any], interview_id: str) -> list[str]:
    """`ForgettingLog.forks_of`."""
    # Its payload is canonical JSON, in which this comes first.
    beginning = canonical_json({"forkedFrom": {"interviewId": interview_id}}).removesuffix(b"}}")
    text = beginning.decode()
    forks: list[str] = []
    last = -1
    while adopted := dict(db.execute(ADOPTED, [last, AT_ONCE]).fetchall()):
        found = db.execute(BEGINS, [list(adopted), len(text), text])
        forks += [adopted[position] for (position,) in found]
        last = max(adopted)
    return forks


def busy_days(db: Connection[Any]) -> list[str]:
    """`RetentionLog.busy_days`, as the text of each time."""
    return [time for (time,) in db.execute(BUSY_DAYS)]
