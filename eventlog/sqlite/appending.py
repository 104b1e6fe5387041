"""The rows that an append writes: events, nodes of the tree, read models.

All appends of a group are written together, each table in one statement. Every statement gives
the interpreter's lock away and has to win it back from a loop that is busy answering; ten
statements for each append kept both waiting for most of their time.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from sqlite3 import Connection
from typing import Any

from eventlog.errors import EventLogError, VersionConflict
from eventlog.readmodels import Change, Projection
from eventlog.records import Record, UnplacedRecord
from eventlog.sqlite.drafts import drop_drafts
from eventlog.sqlite.nodes import HEAD, put_nodes
from eventlog.sqlite.overviews import OVERVIEW_COLUMNS, stored_overview
from eventlog.sqlite.queries import RECORD_COLUMNS
from eventlog.sqlite.rows import insert
from eventlog.stored import OVERVIEW_FIELDS, RECORD_FIELDS
from eventlog.tree import Frontier
from statemachine.events import KIND_OF, OUTLIVES_FORGETTING, ContentForgotten

# One row, whatever the group: each row that is fetched gives the interpreter's lock away.
STANDING = f"""
SELECT ({HEAD}), json_group_object(interview_id, json_array(version, began)) FROM (
    SELECT interview_id, max(version) AS version, (
        SELECT first_position FROM interviews WHERE interview_id = events.interview_id
    ) AS began
    FROM events WHERE interview_id IN (SELECT value FROM json_each(?)) GROUP BY interview_id
)
"""
NEWEST_COUNTS = (
    "ON CONFLICT (interview_id) DO UPDATE SET model = excluded.model, state = excluded.state, "
    "questions_asked = excluded.questions_asked, answers_given = excluded.answers_given, "
    "on_hold = excluded.on_hold, sources = excluded.sources, version = excluded.version, "
    "updated_at = excluded.updated_at, head = excluded.head, started_by = excluded.started_by, "
    "candidate_name = excluded.candidate_name, kit = excluded.kit, practice = excluded.practice"
)
_COLUMNS_OF = attrgetter(*RECORD_FIELDS)
FORGOTTEN = KIND_OF[ContentForgotten]
ERASE_WORDS = (
    "UPDATE events SET payload = NULL, salt = NULL WHERE interview_id = ? "
    "AND payload IS NOT NULL AND kind NOT IN "
    f"({', '.join(repr(kind) for kind in sorted(OUTLIVES_FORGETTING))})"
)


@dataclass(frozen=True)
class Append:
    """Drafts of one interview's next events, and what they make of the read models. `ends_reply`
    says that the draft of its reply is to be deleted."""

    interview_id: str
    expected_version: int
    drafts: Sequence[UnplacedRecord]
    projection: Projection
    ends_reply: bool = False


def write(
    db: Connection, appends: Sequence[Append], committed: Frontier | None = None
) -> list[tuple[Record, ...] | EventLogError]:
    """The records that each append became; a VersionConflict where the interview is not at the
    version that it expects, and then nothing is written of it. `committed` is the tree over what
    was in the log before this transaction, where it is known."""
    ids = json.dumps([append.interview_id for append in appends])
    position, found_as_json = db.execute(STANDING, [ids]).fetchone()
    standing: dict[str, tuple[int, int | None]] = json.loads(found_as_json)
    outcomes: list[tuple[Record, ...] | EventLogError] = []
    changes: list[Change] = []
    replied: list[str] = []
    for append in appends:
        found, began = standing.get(append.interview_id, (0, None))
        if found != append.expected_version:
            message = f"{append.interview_id} is at {found}, not {append.expected_version}"
            outcomes.append(VersionConflict(f"interview {message}"))
            continue
        records = tuple(draft.at(position + n) for n, draft in enumerate(append.drafts))
        began = position if began is None else began
        position += len(records)
        standing[append.interview_id] = records[-1].version, began
        outcomes.append(records)
        changes.append(Change(append.projection, records, began))
        if append.ends_reply:
            replied.append(append.interview_id)
    if replied:
        drop_drafts(db, replied)
    if changes:
        put_events(db, [record for change in changes for record in change.records], committed)
        _put_read_models(db, changes)
    for change in changes:
        if change.records[-1].kind == FORGOTTEN:
            _erase_words(db, change.interview_id)
    return outcomes


def rebuild_read_models(db: Connection, interviews: Iterable[Sequence[Record]]) -> None:
    """Make the list of interviews and the fingerprints again, of the records of each. Raises
    what `Change.whole` does."""
    # Before anything is deleted: an event may be unreadable.
    changes = [Change.whole(records) for records in interviews]
    db.execute("DELETE FROM interviews")
    db.execute("DELETE FROM fingerprints")
    for change in changes:
        _put_read_models(db, [change])


def put_read_models(db: Connection, records: Sequence[Record]) -> None:
    """Make the rows of the interview that has these records. Raises what `Change.whole` does."""
    _put_read_models(db, [Change.whole(records)])


def put_events(
    db: Connection, records: Sequence[Record], committed: Frontier | None = None
) -> None:
    """Append the records, and the nodes of the tree that they complete. `committed` is as for
    `write`."""
    rows = [_COLUMNS_OF(record) for record in records]
    insert(db, f"events ({RECORD_COLUMNS})", rows)
    put_nodes(db, records[0].position, [record.leaf for record in records], committed)


def _put_read_models(db: Connection, changes: Sequence[Change]) -> None:
    columns = f"interviews ({OVERVIEW_COLUMNS}, head)"
    insert(db, columns, [_overview(change) for change in changes], NEWEST_COUNTS)
    fingerprints = [
        (fingerprint, change.began, version)
        for change in changes
        for fingerprint, version in change.projection.fingerprints
    ]
    insert(db, "fingerprints (fingerprint, first_position, version)", fingerprints)


def _overview(change: Change) -> list[Any]:
    """The interview's row in the list."""
    stored = stored_overview(change.overview(), change.projection.current_fingerprint)
    return [stored[name] for name in (*OVERVIEW_FIELDS, "head")]


def _erase_words(db: Connection, interview_id: str) -> None:
    """Take from the tables what was said in the interview; `scrub` is due then."""
    db.execute(ERASE_WORDS, [interview_id])
    db.execute(
        "DELETE FROM fingerprints WHERE first_position = "
        "(SELECT first_position FROM interviews WHERE interview_id = ?)",
        [interview_id],
    )
    db.execute("UPDATE log SET scrubs_due = scrubs_due + 1")
