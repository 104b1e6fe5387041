"""The rows that an append writes: events and their words, nodes of the tree, read models.

All appends of a group are written together, each table in one statement.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from eventlog.errors import ClaimLost, EventLogError, VersionConflict
from eventlog.postgres.claims import END, HELD
from eventlog.postgres.drafts import drop_drafts
from eventlog.postgres.rows import Rows
from eventlog.postgres.writing import MAKE_ROOM, WritingDatabase
from eventlog.readmodels import Projection, overview, projection_of
from eventlog.records import Record, UnplacedRecord
from eventlog.tree import Frontier
from statemachine.events import KIND_OF, ContentForgotten

FORGOTTEN: Final = KIND_OF[ContentForgotten]

STANDING: Final = (
    "SELECT interview_id, version, first_position FROM interview_log.interviews "
    "WHERE interview_id = ANY (%s)"
)
FORGET_WORDS: Final = "SELECT interview_log.forget_words(%s)"

INSERT: Final = "INSERT INTO interview_log.{} ({{columns}}) SELECT * FROM {{rows}}"

EVENTS: Final = Rows(
    INSERT.format("events"),
    position="bigint",
    interview_id="text",
    version="integer",
    kind="text",
    schema_version="integer",
    time="text",
    commitment="bytea",
    leaf="bytea",
)
WORDS: Final = Rows(INSERT.format("words"), position="bigint", payload="text", salt="bytea")
NODES: Final = Rows(INSERT.format("nodes"), level="integer", position="bigint", hash="bytea")
STARTERS: Final = Rows(
    INSERT.format("starters"), interview_id="text", started_by="text", first_position="bigint"
)
FINGERPRINTS: Final = Rows(
    INSERT.format("fingerprints"), fingerprint="bytea", first_position="bigint", version="integer"
)

UNCHANGED: Final = 0
"""A `session_version` that stays as it is."""

INTERVIEW_COLUMNS: Final = {
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
    "version": "integer",
    "started_at": "text",
    "updated_at": "text",
    "session_version": "integer",
    "sources": "text",
}
# An array of lists would be one list: the names of backends, which have no commas, are joined.
INTERVIEWS: Final = Rows(
    "INSERT INTO interview_log.interviews AS known ({columns}) "
    f"SELECT {', '.join([*INTERVIEW_COLUMNS][:-1])}, string_to_array(sources, ',') "
    "FROM {rows} ON CONFLICT (interview_id) DO UPDATE SET model = excluded.model, "
    "state = excluded.state, questions_asked = excluded.questions_asked, "
    "answers_given = excluded.answers_given, on_hold = excluded.on_hold, "
    "sources = excluded.sources, version = excluded.version, updated_at = excluded.updated_at, "
    f"session_version = CASE excluded.session_version WHEN {UNCHANGED} THEN "
    "known.session_version ELSE excluded.session_version END",
    **INTERVIEW_COLUMNS,
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


@dataclass(frozen=True)
class _Change:
    """The change to the read models of an interview that began at `began`: its newest `records`,
    which were written just now, or all it has."""

    projection: Projection
    records: Sequence[Record]
    began: int

    @property
    def interview_id(self) -> str:
        return self.records[0].interview_id


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
    changes: list[_Change] = []
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
        changes.append(_Change(append.projection, records, began))
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
    EVENTS.execute(
        db,
        [
            (
                record.position,
                record.interview_id,
                record.version,
                record.kind,
                record.schema_version,
                record.time,
                record.commitment,
                record.leaf,
            )
            for record in records
        ],
    )
    WORDS.execute(db, [(record.position, record.payload, record.salt) for record in records])
    NODES.execute(db, [(node.level, node.index, node.hash) for node in before.completed_by(leaves)])
    log.move_head(db, after)


def rebuild_read_models(db: Connection[Any], interviews: Iterable[Sequence[Record]]) -> None:
    """Make the list of interviews, who began them and the fingerprints again, of the records of
    each. Raises what `projection_of` does."""
    # Before anything is deleted: an event may be unreadable.
    changes = [
        _Change(projection_of(records), records, records[0].position) for records in interviews
    ]
    for table in ("interviews", "starters", "fingerprints"):
        db.execute(f"DELETE FROM interview_log.{table}")
    for change in changes:
        _put_read_models(db, [change])


def _put_read_models(db: Connection[Any], changes: Sequence[_Change]) -> None:
    # In the order of their ids, in which everybody locks these rows.
    newest = {change.interview_id: _overview(change) for change in changes}
    INTERVIEWS.execute(db, [newest[id] for id in sorted(newest)])
    STARTERS.execute(
        db,
        [
            (change.interview_id, change.projection.interview.started_by, change.began)
            for change in changes
            if change.records[0].version == 1 and change.projection.interview.started_by is not None
        ],
    )
    FINGERPRINTS.execute(
        db,
        [
            (fingerprint, change.began, version)
            for change in changes
            for fingerprint, version in change.projection.fingerprints
        ],
    )


def _overview(change: _Change) -> list[Any]:
    """The interview's row in the list. Where it began counts only for one that is new to it."""
    first, last = change.records[0], change.records[-1]
    made = change.projection
    row = vars(
        overview(made.interview, change.interview_id, change.began, first.time, last.time)
    ) | {"session_version": _session_version(made), "sources": ",".join(made.interview.sources)}
    return [row[name] for name in INTERVIEW_COLUMNS]


def _session_version(made: Projection) -> int | None:
    """The version at which the interview reached the session that it stands at. Events that make no
    other session leave it."""
    if made.current_fingerprint is None:
        return None
    return made.fingerprints[-1][1] if made.fingerprints else UNCHANGED
