"""Which interviews' words are to be forgotten, and which hold words of another."""

from sqlite3 import Connection

from eventlog.readmodels import COMPLETING
from statemachine.canonical import canonical_json

ADOPTED = (
    # CROSS, or SQLite looks through the events.
    "SELECT interviews.interview_id, position FROM interviews CROSS JOIN events "
    "ON position = first_position WHERE adopted AND typeof(payload) = 'text' ORDER BY position"
)
COMPLETED = (
    "FROM events WHERE events.interview_id = interviews.interview_id "
    f"AND kind IN ({', '.join(map(repr, COMPLETING))})"
)
# Most were begun in between, which makes them young: no event of theirs is looked up.
EXPIRED = (
    f"SELECT interview_id, (SELECT max(position) {COMPLETED}) FROM interviews "
    "WHERE state = 'complete' AND NOT on_hold AND started_at NOT BETWEEN :before AND :now "
    f"AND (SELECT max(time) {COMPLETED}) < :before ORDER BY first_position"
)
FIRST_BETWEEN = "SELECT position FROM events WHERE time BETWEEN ? AND ? ORDER BY position LIMIT 1"

# From the list of interviews: `events` would have to be read as a whole, words and all.
BUSY_DAYS = """
SELECT max(time) FROM (
    SELECT started_at AS time FROM interviews UNION ALL SELECT updated_at FROM interviews
) GROUP BY substr(time, 1, 10) ORDER BY 1
"""


def expired(before: str, now: str, db: Connection) -> list[str]:
    """`RetentionLog.expired`."""
    found = db.execute(EXPIRED, {"before": before, "now": now}).fetchall()
    if not found:
        return []
    # All events may have to be looked at for it, which is only worth it where something is due.
    young = db.execute(FIRST_BETWEEN, [before, now]).fetchone()
    return [id for id, completed_at in found if young is None or completed_at < young[0]]


def forks_of(interview_id: str, db: Connection) -> list[str]:
    """`ForgettingLog.forks_of`."""
    # An adopted session may have a megabyte. Its payload is canonical JSON, in which this comes
    # first, so no more of it is read.
    beginning = canonical_json({"forkedFrom": {"interviewId": interview_id}}).removesuffix(b"}}")

    def is_fork(position: int) -> bool:
        with db.blobopen("events", "payload", position, readonly=True) as payload:
            return payload.read(len(beginning)) == beginning

    db.execute("BEGIN")  # what is forgotten meanwhile is there still
    try:
        return [id for id, position in db.execute(ADOPTED).fetchall() if is_fork(position)]
    finally:
        db.rollback()


def busy_days(db: Connection) -> list[str]:
    """`RetentionLog.busy_days`, as the text of each time."""
    return [time for (time,) in db.execute(BUSY_DAYS)]
