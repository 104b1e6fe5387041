"""The rows that an append writes: events and their words, nodes of the tree, read models.

All appends of a group are written together, in two statements.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from eventlog.errors import ClaimLost, EventLogError, VersionConflict
from eventlog.postgres.claims import END, HELD
from eventlog.postgres.drafts import drop_drafts
from eventlog.postgres.rows import as_json, rows_of
from eventlog.postgres.writing import MAKE_ROOM, WritingDatabase
from eventlog.readmodels import Change, Projection
from eventlog.records import Record, UnplacedRecord
from eventlog.tree import Frontier
from statemachine.events import KIND_OF, ContentForgotten
from statemachine.interview import Interview

FORGOTTEN: Final = KIND_OF[ContentForgotten]

STANDING: Final = (
    "SELECT interview_id, version, first_position FROM interview_log.interviews "
    "WHERE interview_id = ANY (%s)"
)
FORGET_WORDS: Final = "SELECT interview_log.forget_words(%s)"

EVENTS: Final = {
    "position": "bigint",
    "interview_id": "text",
    "version": "integer",
    "kind": "text",
    "schema_version": "integer",
    "time": "text",
    "commitment": "bytea",
    "leaf": "bytea",
}
WORDS: Final = {"position": "bigint", "payload": "text", "salt": "bytea"}
NODES: Final = {"level": "integer", "position": "bigint", "hash": "bytea"}
STARTERS: Final = {
    "interview_id": "text",
    "started_by": "text",
    "first_position": "bigint",
    "candidate_name": "text",
}
FINGERPRINTS: Final = {"fingerprint": "bytea", "first_position": "bigint", "version": "integer"}
INTERVIEWS: Final = {
    "interview_id": "text",
    "first_position": "bigint",
    "role": "text",
    "model": "text",
    "total_questions": "integer",
    "state": "text",
    "questions_asked": "integer",
    "answers_given": "integer",
    "adopted": "boolean",
    "on_hold": "boolean",
    "sources": "text[]",
    "version": "integer",
    "started_at": "text",
    "updated_at": "text",
    "session_version": "integer",
    "kit": "text",
    "practice": "boolean",
}

UNCHANGED: Final = 0
"""A `session_version` that stays as it is."""


def _insert(table: str, columns: Mapping[str, str], alias: str = "") -> str:
    return (
        f"INSERT INTO interview_log.{table} {alias} ({', '.join(columns)}) "
        f"SELECT {', '.join(columns)} FROM {rows_of('given', columns)}"
    )


# In the order of their ids, in which everybody locks these rows.
PUT_INTERVIEWS: Final = (
    f"{_insert('interviews', INTERVIEWS, 'AS known')} ORDER BY interview_id "
    "ON CONFLICT (interview_id) DO UPDATE SET model = excluded.model, "
    "state = excluded.state, questions_asked = excluded.questions_asked, "
    "answers_given = excluded.answers_given, on_hold = excluded.on_hold, "
    "sources = excluded.sources, version = excluded.version, updated_at = excluded.updated_at, "
    "kit = excluded.kit, practice = excluded.practice, "
    f"session_version = CASE excluded.session_version WHEN {UNCHANGED} THEN "
    "known.session_version ELSE excluded.session_version END"
)
# Each statement costs time here, in the thread that all others wait for.
PUT_EVENTS: Final = (
    f"WITH words AS ({_insert('words', WORDS)}), nodes AS ({_insert('nodes', NODES)}) "
    f"{_insert('events', EVENTS)}"
)
PUT_READ_MODELS: Final = (
    f"WITH starters AS ({_insert('starters', STARTERS)}), "
    f"fingerprints AS ({_insert('fingerprints', FINGERPRINTS)}) {PUT_INTERVIEWS}"
)


@dataclass(frozen=True)
class Append:
    """Drafts of one interview's next events, and what they make of the read models. `ends_reply`
    says that the draft of its reply is to be deleted. `claims` are the kinds of claim that it ends:
    on a summary (True), on a reply (False). If it `needs_claim`, no other gateway may have one of
    them."""

    interview_id: str
    expected_version: int
    drafts: Sequence[UnplacedRecord]
    projection: Projection
    ends_reply: bool = False
    claims: frozenset[bool] = frozenset()
    needs_claim: bool = False


def writer_of(
    log: WritingDatabase, holder: str
) -> Callable[[Connection[Any], Sequence[Append]], list[Any]]:
    """The work that writes the appends of a group, for the gateway whose claims have this
    `holder`."""

    def write(
        db: Connection[Any], appends: Sequence[Append]
    ) -> list[tuple[Record, ...] | EventLogError]:
        """The records that each append became; a VersionConflict where the interview is not at the
        version that it expects, and then nothing is written of it."""
        return _write(db, log, holder, appends)

    return write


def _write(
    db: Connection[Any], log: WritingDatabase, holder: str, appends: Sequence[Append]
) -> list[tuple[Record, ...] | EventLogError]:
    # All are sent before the first answer is read; what follows sees what came before the lock.
    ending = sorted({a.interview_id for a in appends if a.claims})
    frontier, (rows, held) = log.head_with(
        db,
        lambda: (
            db.execute(STANDING, [[a.interview_id for a in appends]]),
            db.execute(HELD, [ending]) if ending else (),
        ),
    )
    claims = {id: (of_summary, by) for id, of_summary, by in held}
    standing = {id: (version, began) for id, version, began in rows}
    position = frontier.size
    outcomes: list[tuple[Record, ...] | EventLogError] = []
    changes: list[Change] = []
    replied: list[str] = []
    ended: list[str] = []
    for append in appends:
        found, began = standing.get(append.interview_id, (0, position))
        if found != append.expected_version:
            message = f"{append.interview_id} is at {found}, not {append.expected_version}"
            outcomes.append(VersionConflict(f"interview {message}"))
            continue
        of_summary, by = claims.get(append.interview_id, (None, holder))
        if append.needs_claim and of_summary in append.claims and by != holder:
            message = f"another gateway makes the reply in interview {append.interview_id}"
            outcomes.append(ClaimLost(message))
            continue
        if of_summary in append.claims:
            ended.append(append.interview_id)
        records = tuple(draft.at(position + n) for n, draft in enumerate(append.drafts))
        position += len(records)
        standing[append.interview_id] = records[-1].version, began
        outcomes.append(records)
        changes.append(Change(append.projection, records, began))
        if append.ends_reply:
            replied.append(append.interview_id)
    if changes:
        put_events(db, log, frontier, [r for change in changes for r in change.records])
        _put_read_models(db, changes)
    # Behind the rows of the interviews, which `keep_drafts` locks.
    if replied:
        drop_drafts(db, replied)
    if ended:
        db.execute(END, [ended])
    for change in changes:
        if change.records[-1].kind == FORGOTTEN:
            db.execute(FORGET_WORDS, [change.interview_id])
    return outcomes


def put_events(
    db: Connection[Any], log: WritingDatabase, before: Frontier, records: Sequence[Record]
) -> None:
    """Append the records to the tree `before` them, whose head is locked."""
    leaves = [record.leaf for record in records]
    after = before.plus(leaves)
    if not log.has_room(after.size):
        db.execute(MAKE_ROOM, [after.size])
    said = (_row(WORDS, vars(record)) for record in records)
    nodes = before.completed_by(leaves)
    rows = (
        said,
        ({"level": node.level, "position": node.index, "hash": node.hash} for node in nodes),
        (_row(EVENTS, vars(record)) for record in records),
    )
    db.execute(PUT_EVENTS, [as_json(table) for table in rows])
    log.move_head(db, after)


def rebuild_read_models(db: Connection[Any], interviews: Iterable[Sequence[Record]]) -> None:
    """Make the list of interviews, who began them and the fingerprints again, of the records of
    each. Raises what `Change.whole` does."""
    # Before anything is deleted: an event may be unreadable.
    changes = [Change.whole(records) for records in interviews]
    for table in ("interviews", "starters", "fingerprints"):
        db.execute(f"DELETE FROM interview_log.{table}")
    for change in changes:
        _put_read_models(db, [change])


def _put_read_models(db: Connection[Any], changes: Sequence[Change]) -> None:
    db.execute(PUT_READ_MODELS, [as_json(rows) for rows in read_model_rows(changes)])


def read_model_rows(changes: Sequence[Change]) -> tuple[Iterable[dict[str, Any]], ...]:
    """The rows of `starters`, `fingerprints` and `interviews` that the changes make."""
    newest = {change.interview_id: _overview(change) for change in changes}
    return (
        (
            {
                "interview_id": change.interview_id,
                "started_by": change.projection.interview.started_by,
                "first_position": change.began,
                "candidate_name": change.projection.interview.candidate_name,
            }
            for change in changes
            if change.records[0].version == 1 and _is_somebodys(change.projection.interview)
        ),
        (
            {"fingerprint": fingerprint, "first_position": change.began, "version": version}
            for change in changes
            for fingerprint, version in change.projection.fingerprints
        ),
        newest.values(),
    )


def _overview(change: Change) -> dict[str, Any]:
    """The interview's row in the list."""
    row = change.overview()
    session_version = _session_version(change.projection)
    more = {"sources": list(row.sources), "session_version": session_version}
    return _row(INTERVIEWS, vars(row) | more)


def _is_somebodys(interview: Interview) -> bool:
    return interview.started_by is not None or interview.candidate_name is not None


def _row(columns: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in columns}


def _session_version(made: Projection) -> int | None:
    """The version at which the interview reached the session that it stands at. Events that make no
    other session leave it."""
    if made.current_fingerprint is None:
        return None
    return made.fingerprints[-1][1] if made.fingerprints else UNCHANGED
