"""What a log's file is asked, by SQL."""

import json
from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import Any, Final, TypeVar

from eventlog import stored
from eventlog.drafts import ReplyDraft
from eventlog.keychanges import LOG_STREAM
from eventlog.reading import Listing
from eventlog.readmodels import FingerprintMatch, Overview
from eventlog.records import Record
from eventlog.signing import KeysOfLog
from eventlog.sqlite import custody
from eventlog.sqlite.drafts import drafts_in
from eventlog.sqlite.nodes import head_of, nodes_of
from eventlog.sqlite.overviews import overviews_where
from eventlog.sqlite.searching import (
    Condition,
    begun_before,
    begun_where,
    known_by,
    said,
)
from eventlog.stored import RECORD_FIELDS
from eventlog.tree import Nodes

T = TypeVar("T")

RECORD_COLUMNS: Final = ", ".join(RECORD_FIELDS)
STREAM: Final = (
    "SELECT position, kind, schema_version, payload FROM events WHERE interview_id = ? "
    "ORDER BY version"
)
NEWEST_SEAL: Final = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"

FIND = (
    "SELECT interview_id, fingerprints.version FROM fingerprints "
    "JOIN interviews USING (first_position) WHERE fingerprint = ? "
    "ORDER BY fingerprints.first_position DESC, fingerprints.version LIMIT 1"
)
FIND_HEAD = (
    "SELECT interview_id FROM interviews WHERE head = ? ORDER BY first_position DESC LIMIT 1"
)
# By way of the subject's own interviews: in all that hold the fingerprint, those of others would be
# looked at too, and the time would tell how many there are.
OWN = "interviews INDEXED BY interviews_by_starter"
FIND_OWN = (
    f"SELECT interview_id, fingerprints.version FROM {OWN} CROSS JOIN fingerprints "
    "USING (first_position) WHERE started_by = ? AND fingerprint = ? "
    "ORDER BY first_position DESC, fingerprints.version LIMIT 1"
)
FIND_OWN_HEAD = (
    f"SELECT interview_id FROM {OWN} WHERE started_by = ? AND head = ? "
    "ORDER BY first_position DESC LIMIT 1"
)
IS_OWN = f"SELECT 1 FROM {OWN} WHERE started_by = ? AND interview_id = ?"
BEGINNING_WITH = (
    "SELECT interview_id FROM interviews WHERE interview_id >= ? AND interview_id < ? "
    "ORDER BY interview_id LIMIT ?"
)


class SqliteQueries:
    """`Queries` to a log's file."""

    def records_of(self, db: Connection, interview_id: str) -> list[Record]:
        return records_where(db, "interview_id = ? ORDER BY version", [interview_id])

    def record(self, db: Connection, interview_id: str, version: int) -> Record | None:
        found = records_where(db, "interview_id = ? AND version = ?", [interview_id, version])
        return found[0] if found else None

    def records_from(self, db: Connection, position: int, limit: int) -> list[Record]:
        return records_where(db, "position >= ? ORDER BY position LIMIT ?", [position, limit])

    def head(self, db: Connection) -> int:
        return head_of(db)

    def with_nodes(self, db: Connection, compute: Callable[[Nodes], T]) -> T:
        return compute(nodes_of(db))

    def keys(self, db: Connection, origin: str) -> KeysOfLog:
        return keys_in(db, origin)

    def checkpoints(self, db: Connection) -> list[str]:
        return [note for (note,) in db.execute("SELECT note FROM checkpoints ORDER BY size")]

    def beginning_with(self, db: Connection, prefix: str, limit: int) -> list[str]:
        values = [prefix, f"{prefix}\uffff", limit]  # no id goes as far as U+FFFF
        return [id for (id,) in db.execute(BEGINNING_WITH, values)]

    def find(
        self, db: Connection, fingerprint: bytes, started_by: str | None
    ) -> FingerprintMatch | None:
        found = (
            db.execute(FIND, [fingerprint])
            if started_by is None
            else db.execute(FIND_OWN, [started_by, fingerprint])
        )
        return stored.fingerprint_match(found.fetchone())

    def find_current(
        self, db: Connection, fingerprint: bytes, started_by: str | None
    ) -> str | None:
        found = (
            db.execute(FIND_HEAD, [fingerprint])
            if started_by is None
            else db.execute(FIND_OWN_HEAD, [started_by, fingerprint])
        ).fetchone()
        return str(found[0]) if found else None

    def was_started_by(self, db: Connection, subject: str, interview_id: str) -> bool:
        return db.execute(IS_OWN, [subject, interview_id]).fetchone() is not None

    def overview(self, db: Connection, interview_id: str) -> Overview | None:
        found = overviews_where("interview_id = ?", [interview_id], db)
        return found[0] if found else None

    def overviews(self, db: Connection, listing: Listing) -> list[Overview]:
        return _listed(db, listing, Condition("TRUE", ()))

    def begun_where_said(self, db: Connection, start: int, end: int, text: str) -> set[int]:
        return begun_where(start, end, said(text), db)

    def begun_before_said(
        self, db: Connection, start: int, end: int, since: int, text: str
    ) -> set[int]:
        return begun_before(start, end, since, said(text), db)

    def found(
        self, db: Connection, listing: Listing, text: str, begun: Sequence[int]
    ) -> list[Overview]:
        known = known_by(text)
        condition = f"({known.sql} OR first_position IN (SELECT value FROM json_each(?)))"
        return _listed(db, listing, Condition(condition, (*known.values, json.dumps(begun))))

    def forks_of(self, db: Connection, interview_id: str) -> list[str]:
        return custody.forks_of(interview_id, db)

    def expired(self, db: Connection, before: str, now: str) -> list[str]:
        return custody.expired(before, now, db)

    def busy_days(self, db: Connection) -> list[str]:
        return custody.busy_days(db)

    def clock(self, db: Connection) -> str | None:
        kept: str | None = db.execute("SELECT clock FROM log").fetchone()[0]
        return kept

    def drafts(self, db: Connection) -> list[ReplyDraft]:
        return drafts_in(db)


def keys_in(db: Connection, origin: str) -> KeysOfLog:
    """What the log in `db`, which signs by the name `origin`, tells of its keys. Raises
    LogCorrupted."""
    return KeysOfLog.read(
        origin, db.execute(STREAM, [LOG_STREAM]), db.execute(NEWEST_SEAL).fetchone()
    )


def records_where(db: Connection, where: str, values: Sequence[Any]) -> list[Record]:
    """The records of the rows that `where` selects, in its order. Raises LogCorrupted."""
    rows = db.execute(f"SELECT {RECORD_COLUMNS} FROM events WHERE {where}", list(values))
    return stored.records(dict(zip(RECORD_FIELDS, row, strict=True)) for row in rows)


def _listed(db: Connection, listing: Listing, condition: Condition) -> list[Overview]:
    """The listed interviews that fulfil the `condition`."""
    wanted = {
        "state = ?": listing.state,
        "role = ?": listing.role,
        "first_position < ?": listing.before,
        "first_position >= ?": listing.start or None,
        "practice = ?": listing.practice,
        "started_by = ?": listing.started_by,
    }
    given = {clause: value for clause, value in wanted.items() if value is not None}
    where = " AND ".join([condition.sql, *given])
    values = [*condition.values, *given.values(), listing.limit]
    return overviews_where(f"{where} ORDER BY first_position DESC LIMIT ?", values, db)
