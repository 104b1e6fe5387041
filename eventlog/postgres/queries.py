"""What a log's database is asked, by SQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Final, TypeVar

from psycopg import Connection

from eventlog import stored
from eventlog.claims import CLAIM_SECONDS
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted
from eventlog.keychanges import LOG_STREAM
from eventlog.postgres import custody, nodes
from eventlog.postgres.overviews import IN_STARTERS, overviews_where
from eventlog.postgres.searching import in_payload, in_words
from eventlog.reading import Listing
from eventlog.readmodels import FingerprintMatch, Overview
from eventlog.records import Record
from eventlog.searching import ADOPTED, ASSESSED, SAYING
from eventlog.signing import KeysOfLog
from eventlog.stored import RECORD_FIELDS
from eventlog.tree import Nodes

T = TypeVar("T")
Db = Connection[Any]

IN_WORDS: Final = ("payload", "salt")
EVENT_FIELDS: Final = [name for name in RECORD_FIELDS if name not in IN_WORDS]
EVENT_COLUMNS: Final = ", ".join(EVENT_FIELDS)

BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
WORDS: Final = "SELECT position, payload, salt FROM interview_log.words WHERE position = ANY (%s)"
HEAD: Final = "SELECT size FROM interview_log.head"
STREAM: Final = (
    "SELECT position, kind, schema_version, payload FROM interview_log.events "
    "JOIN interview_log.words USING (position) WHERE interview_id = %s ORDER BY version"
)
NEWEST_SEAL: Final = "SELECT size, note FROM interview_log.checkpoints ORDER BY size DESC LIMIT 1"
CHECKPOINTS: Final = "SELECT note FROM interview_log.checkpoints ORDER BY size"

FIND: Final = (
    "SELECT interview_id, found.version FROM (SELECT first_position, version "
    "FROM interview_log.fingerprints WHERE fingerprint = %s "
    "ORDER BY first_position DESC, version LIMIT 1) AS found "
    "JOIN interview_log.interviews USING (first_position)"
)
FIND_CURRENT: Final = (
    "SELECT interview_id FROM interview_log.fingerprints "
    "JOIN interview_log.interviews USING (first_position) "
    "WHERE fingerprint = %s AND session_version = fingerprints.version "
    "ORDER BY first_position DESC LIMIT 1"
)
# By way of the subject's own interviews: in all that hold the fingerprint, those of others would be
# looked at too, and the time would tell how many there are. OFFSET 0 keeps each part as it stands.
OWN: Final = (
    "FROM (SELECT interview_id, first_position FROM interview_log.starters "
    "WHERE started_by = %s OFFSET 0) AS own CROSS JOIN LATERAL (SELECT version "
    "FROM interview_log.fingerprints WHERE fingerprint = %s "
    "AND fingerprints.first_position = own.first_position OFFSET 0) AS found "
)
FIND_OWN: Final = (
    f"SELECT interview_id, found.version {OWN} ORDER BY first_position DESC, version LIMIT 1"
)
FIND_OWN_CURRENT: Final = (
    f"SELECT own.interview_id {OWN} JOIN interview_log.interviews USING (first_position) "
    "WHERE session_version = found.version ORDER BY first_position DESC LIMIT 1"
)
# As a range, only the index of starters serves it, in which another's interview is no nearer than
# one that nobody has.
IS_OWN: Final = (
    "SELECT 1 FROM interview_log.starters WHERE (started_by, interview_id) >= (%(by)s, %(id)s) "
    "AND (started_by, interview_id) <= (%(by)s, %(id)s)"
)
BEGINNING_WITH: Final = (
    "SELECT interview_id FROM interview_log.interviews WHERE interview_id >= %s "
    "AND interview_id < %s ORDER BY interview_id LIMIT %s"
)
# The range of positions stands there for each table: it says which partitions are read.
BEGUN_WHERE_SAID: Final = """
SELECT DISTINCT first_position FROM interview_log.words
JOIN interview_log.events USING (position) JOIN interview_log.interviews USING (interview_id)
WHERE words.position >= %(start)s AND words.position < %(end)s
AND events.position >= %(start)s AND events.position < %(end)s
AND kind = ANY (%(kinds)s) AND payload ~ %(pattern)s
"""
# By way of each interview, and its newest event: PostgreSQL would rather read all events since.
# OFFSET 0 keeps each part as it stands.
SAID_LATER: Final = """
SELECT later.position, first_position FROM interview_log.interviews CROSS JOIN LATERAL (
    SELECT FROM interview_log.events WHERE events.interview_id = interviews.interview_id
    AND events.version = interviews.version AND position >= %(since)s OFFSET 0
) AS newest CROSS JOIN LATERAL (
    SELECT position FROM interview_log.events WHERE events.interview_id = interviews.interview_id
    AND position >= %(since)s AND kind = ANY (%(kinds)s) OFFSET 0
) AS later WHERE first_position >= %(start)s AND first_position < %(end)s
"""
WHICH_SAID: Final = (
    "SELECT position FROM interview_log.words WHERE position = ANY (%s) AND payload ~ %s"
)
SPEAKING: Final = [*SAYING, ADOPTED, ASSESSED]
# The name is looked up for each interview of the window: in all, it would be once per window.
KNOWN_BY: Final = (
    "(starts_with(interview_id, %s) OR role ~ %s OR model ~ %s OR first_position = ANY (%s) "
    f"OR {IN_STARTERS['candidate_name']} ~ %s)"
)
OF_STARTER: Final = (
    "interview_id IN (SELECT interview_id FROM interview_log.starters WHERE started_by = %s)"
)
CLOCK: Final = "SELECT clock FROM interview_log.log"
DRAFTS: Final = (
    "SELECT interview_id, length, backend, model, shown, of_summary FROM interview_log.drafts "
    "WHERE interview_id NOT IN (SELECT interview_id FROM interview_log.claims "
    f"WHERE renewed_at > clock_timestamp() - interval '{CLAIM_SECONDS} seconds') "
    "ORDER BY interview_id"
)


class PostgresQueries:
    """`Queries` to a log's database."""

    def records_of(self, db: Db, interview_id: str) -> list[Record]:
        return records_where(db, "interview_id = %s ORDER BY version", [interview_id])

    def record(self, db: Db, interview_id: str, version: int) -> Record | None:
        found = records_where(db, "interview_id = %s AND version = %s", [interview_id, version])
        return found[0] if found else None

    def records_from(self, db: Db, position: int, limit: int) -> list[Record]:
        return records_where(db, "position >= %s ORDER BY position LIMIT %s", [position, limit])

    def head(self, db: Db) -> int:
        head: int = _value(db, HEAD)
        return head

    def with_nodes(self, db: Db, compute: Callable[[Nodes], T]) -> T:
        return nodes.with_nodes(db, compute)

    def keys(self, db: Db, origin: str) -> KeysOfLog:
        return keys_in(db, origin)

    def checkpoints(self, db: Db) -> list[str]:
        return _column(db, CHECKPOINTS)

    def beginning_with(self, db: Db, prefix: str, limit: int) -> list[str]:
        # No id goes as far as U+FFFF.
        return _column(db, BEGINNING_WITH, [prefix, f"{prefix}\uffff", limit])

    def find(self, db: Db, fingerprint: bytes, started_by: str | None) -> FingerprintMatch | None:
        found = (
            db.execute(FIND, [fingerprint])
            if started_by is None
            else db.execute(FIND_OWN, [started_by, fingerprint])
        )
        return stored.fingerprint_match(found.fetchone())

    def find_current(self, db: Db, fingerprint: bytes, started_by: str | None) -> str | None:
        found: list[str] = (
            _column(db, FIND_CURRENT, [fingerprint])
            if started_by is None
            else _column(db, FIND_OWN_CURRENT, [started_by, fingerprint])
        )
        return found[0] if found else None

    def was_started_by(self, db: Db, subject: str, interview_id: str) -> bool:
        found = db.execute(IS_OWN, {"by": subject, "id": interview_id})
        return found.fetchone() is not None

    def overview(self, db: Db, interview_id: str) -> Overview | None:
        found = overviews_where(db, "interview_id = %s", [interview_id])
        return found[0] if found else None

    def overviews(self, db: Db, listing: Listing) -> list[Overview]:
        return _listed(db, listing, "TRUE", [])

    def begun_where_said(self, db: Db, start: int, end: int, text: str) -> set[int]:
        pattern = in_payload(text)
        if pattern is None:
            return set()
        values = {"start": start, "end": end, "pattern": pattern, "kinds": SPEAKING}
        return {begun for (begun,) in db.execute(BEGUN_WHERE_SAID, values)}

    def begun_before_said(self, db: Db, start: int, end: int, since: int, text: str) -> set[int]:
        pattern = in_payload(text)
        if pattern is None:
            return set()
        # As `records_at_moment`: a join would open all partitions of words.
        values = {"start": start, "end": end, "since": since, "kinds": SPEAKING}
        begun = dict(db.execute(SAID_LATER, values).fetchall())
        if not begun:
            return set()
        return {begun[position] for position in _column(db, WHICH_SAID, [list(begun), pattern])}

    def found(self, db: Db, listing: Listing, text: str, begun: Sequence[int]) -> list[Overview]:
        pattern = in_words(text)
        if pattern is None:
            return []
        known = [text.lower(), pattern, pattern, list(begun), pattern]
        return _listed(db, listing, KNOWN_BY, known)

    def forks_of(self, db: Db, interview_id: str) -> list[str]:
        return custody.forks_of(db, interview_id)

    def expired(self, db: Db, before: str, now: str) -> list[str]:
        return custody.expired(db, before, now)

    def busy_days(self, db: Db) -> list[str]:
        return custody.busy_days(db)

    def clock(self, db: Db) -> str | None:
        kept: str | None = _value(db, CLOCK)
        return kept

    def drafts(self, db: Db) -> list[ReplyDraft]:
        return [ReplyDraft(*row) for row in db.execute(DRAFTS)]


def keys_in(db: Db, origin: str) -> KeysOfLog:
    """What the log in `db`, which signs by the name `origin`, tells of its keys. Raises
    LogCorrupted."""
    return KeysOfLog.read(
        origin, db.execute(STREAM, [LOG_STREAM]), db.execute(NEWEST_SEAL).fetchone()
    )


def records_where(db: Db, where: str, values: Sequence[Any]) -> list[Record]:
    """The records of the rows of `events` that `where` selects, in its order. Raises
    LogCorrupted."""
    with one_moment(db):
        return records_at_moment(db, where, values)


def records_at_moment(db: Db, where: str, values: Sequence[Any]) -> list[Record]:
    """The same in a transaction that is open already.

    The positions of the words are given as values, not by a join: so PostgreSQL opens none of
    their partitions but those that hold them.
    """
    return _with_words(db, _events_where(db, where, values))


def records_since(db: Db, newest: Record) -> list[Record] | None:
    """The records of its interview that came after `newest`; None where the log does not hold that
    one. They are not of one moment: words that have just been forgotten may be missing where the
    record that says so is missing, too."""
    found = _events_where(
        db,
        "interview_id = %s AND version >= %s ORDER BY version",
        [newest.interview_id, newest.version],
    )
    if not found or leaf_of(found[0]) != newest.leaf:
        return None
    return _with_words(db, found[1:])


def _events_where(db: Db, where: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    sql = f"SELECT {EVENT_COLUMNS} FROM interview_log.events WHERE {where}"
    return db.execute(sql, values, binary=True).fetchall()


def _with_words(db: Db, events: Sequence[tuple[Any, ...]]) -> list[Record]:
    positions = [position_of(row) for row in events]
    words = db.execute(WORDS, [positions], binary=True).fetchall() if positions else []
    said = {position: (payload, salt) for position, payload, salt in words}
    gone = (None, None)
    return stored.records(
        {
            **dict(zip(EVENT_FIELDS, row, strict=True)),
            **dict(zip(IN_WORDS, said.get(position, gone), strict=True)),
        }
        for row, position in zip(events, positions, strict=True)
    )


position_of = itemgetter(EVENT_FIELDS.index("position"))
leaf_of = itemgetter(EVENT_FIELDS.index("leaf"))


@contextmanager
def one_moment(db: Db) -> Iterator[None]:
    """All that is read in the block is of one moment: what is forgotten meanwhile is gone from all
    of it or from nothing."""
    with db.pipeline():
        db.execute(BEGIN_READING)
        yield
        db.execute("COMMIT")


def _listed(db: Db, listing: Listing, condition: str, values: Sequence[Any]) -> list[Overview]:
    """The listed interviews that fulfil the `condition`."""
    wanted = {
        "state = %s": listing.state,
        "role = %s": listing.role,
        "first_position < %s": listing.before,
        "first_position >= %s": listing.start or None,
        "practice = %s": listing.practice,
        OF_STARTER: listing.started_by,
    }
    given = {clause: value for clause, value in wanted.items() if value is not None}
    where = " AND ".join([condition, *given])
    return overviews_where(
        db,
        f"{where} ORDER BY first_position DESC LIMIT %s",
        [*values, *given.values(), listing.limit],
    )


def _column(db: Db, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    return [value for (value,) in db.execute(sql, values)]


def _value(db: Db, sql: str) -> Any:
    """The one value that `sql` gives. Raises LogCorrupted where there is not one row."""
    match db.execute(sql).fetchall():
        case [(value,)]:
            return value
    raise LogCorrupted("a table of the log that has one row has none or more")
