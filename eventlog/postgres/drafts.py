"""Drafts of replies into the database, and out of it."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from typing import Any, Final

from psycopg import Connection

from eventlog.claims import CLAIM_SECONDS
from eventlog.drafts import ReplyDraft
from eventlog.postgres.rows import Rows

_UPDATES = ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(ReplyDraft)[1:])

# A draft of a forgotten interview would bring its words back. So the rows of the interviews are
# locked, in the order of their ids: who forgets one waits for this commit, and deletes the draft.
# The claims are locked before them, as an append does: who takes one then finds this draft, or it
# is not kept.
KEEP: Final = Rows(
    "WITH given AS (SELECT * FROM {rows}), claimed AS MATERIALIZED ("
    "SELECT interview_id, holder FROM interview_log.claims WHERE interview_id IN "
    "(SELECT interview_id FROM given) ORDER BY interview_id FOR SHARE), known AS ("
    "SELECT interview_id FROM interview_log.interviews WHERE interview_id IN "
    "(SELECT interview_id FROM given) AND state <> 'forgotten' AND interview_id NOT IN "
    "(SELECT interview_id FROM claimed JOIN given USING (interview_id) WHERE holder <> kept_by) "
    "ORDER BY interview_id FOR SHARE) "
    "INSERT INTO interview_log.drafts ({columns}) SELECT {columns} FROM given "
    "JOIN known USING (interview_id) "
    f"ON CONFLICT (interview_id) DO UPDATE SET {_UPDATES}, "
    "kept_by = excluded.kept_by, kept_at = clock_timestamp()",
    interview_id="text",
    length="integer",
    backend="text",
    model="text",
    shown="text",
    of_summary="boolean",
    kept_by="text",
)
DROP: Final = "DELETE FROM interview_log.drafts WHERE interview_id = ANY (%s)"
DROP_OWN: Final = (
    "DELETE FROM interview_log.drafts WHERE interview_id = %s AND NOT EXISTS (SELECT "
    "FROM interview_log.claims WHERE claims.interview_id = drafts.interview_id AND holder <> %s "
    f"AND renewed_at > clock_timestamp() - interval '{CLAIM_SECONDS} seconds')"
)

NUL: Final = "\x00"


def keep_drafts(db: Connection[Any], drafts: Sequence[ReplyDraft], keeper: str) -> None:
    """`Drafts.keep_drafts`, by the gateway whose claims have this `keeper`."""
    newest = {draft.interview_id: draft for draft in drafts}
    rows = [[_storable(value) for value in astuple(newest[id])] for id in sorted(newest)]
    KEEP.execute(db, [[*row, keeper] for row in rows])


def drop_draft(db: Connection[Any], interview_id: str, keeper: str) -> None:
    """`Drafts.drop_draft`."""
    db.execute(DROP_OWN, [interview_id, keeper])


def drop_drafts(db: Connection[Any], interview_ids: Iterable[str]) -> None:
    db.execute(DROP, [sorted(interview_ids)])


def _storable(value: Any) -> Any:
    """The value less what PostgreSQL cannot hold in a text; no reply of the log has it either."""
    if not isinstance(value, str):
        return value
    return value.replace(NUL, "").encode(errors="ignore").decode()
