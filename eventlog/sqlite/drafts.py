"""The drafts of replies in the file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from sqlite3 import Connection

from eventlog.drafts import ReplyDraft
from eventlog.errors import LogCorrupted
from eventlog.verification.findings import Check, Findings

COLUMNS = ", ".join(field.name for field in fields(ReplyDraft))

_VALUES = ", ".join(f"json_extract(value, '$[{n}]')" for n, _ in enumerate(fields(ReplyDraft)))
_UPDATES = ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(ReplyDraft)[1:])

# One statement for all: the streams under way, which this thread keeps waiting each time that it
# takes the interpreter's lock. A draft of a forgotten interview would bring its words back.
KEEP = (
    f"INSERT INTO drafts ({COLUMNS}) SELECT {_VALUES} FROM json_each(?) WHERE EXISTS "
    "(SELECT 1 FROM interviews WHERE interview_id = json_extract(value, '$[0]') "
    "AND state <> 'forgotten') "
    f"ON CONFLICT (interview_id) DO UPDATE SET {_UPDATES}"
)
DROP = "DELETE FROM drafts WHERE interview_id IN (SELECT value FROM json_each(?))"
STRAY = (
    "SELECT interview_id FROM drafts WHERE interview_id NOT IN "
    "(SELECT interview_id FROM interviews WHERE state <> 'forgotten') ORDER BY interview_id"
)


def keep_drafts(db: Connection, drafts: Sequence[ReplyDraft]) -> None:
    """`Drafts.keep_drafts`."""
    db.execute(KEEP, [json.dumps([astuple(draft) for draft in drafts])])


def drop_drafts(db: Connection, interview_ids: Iterable[str]) -> None:
    db.execute(DROP, [json.dumps(list(interview_ids))])


def drafts_in(db: Connection) -> list[ReplyDraft]:
    """`Drafts.drafts`."""
    rows = db.execute(f"SELECT {COLUMNS} FROM drafts ORDER BY interview_id").fetchall()
    if not all(_is_draft(row) for row in rows):
        raise LogCorrupted("a draft of a reply holds values that none can have")
    return [
        ReplyDraft(id, length, backend, model, shown, bool(of_summary))
        for id, length, backend, model, shown, of_summary in rows
    ]


def _is_draft(row: tuple[object, ...]) -> bool:
    id, length, backend, model, shown, of_summary = row
    texts = (id, backend, shown, "" if model is None else model)
    return all(isinstance(text, str) for text in texts) and all(
        isinstance(number, int) for number in (length, of_summary)
    )


def check_drafts(db: Connection, findings: Findings) -> None:
    """Whether each draft is of an interview that has its words."""
    for (id,) in db.execute(STRAY):
        findings.add(Check.FILE, f"it holds a draft of interview {id}, which has no words")
