"""Search in the file, by SQL: it finds what `eventlog.searching` says."""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from eventlog.searching import ADOPTED, ASSESSED, SAYING, spellings
from statemachine.canonical import json_string

CONTENT = "json_extract(payload, '$.content')"
KINDS = ", ".join(map(repr, (*SAYING, ADOPTED, ASSESSED)))


@dataclass(frozen=True)
class Condition:
    """Some SQL that is true or not, and its values."""

    sql: str
    values: tuple[Any, ...]


def holds(expression: str, text: str) -> Condition:
    """Whether the SQL `expression` gives words that hold `text`.

    By GLOB, which knows sets of characters: LIKE knows the cases of ASCII only. GLOB is six times
    as fast where no set comes first, so the first character has a pattern for each spelling.
    """
    if "\x00" in text:  # no words hold it, and to GLOB it is the pattern's end
        return Condition("FALSE", ())
    rest = "".join(_globbed(spellings(character)) for character in text[1:])
    patterns = tuple(f"*{_globbed([spelling])}{rest}*" for spelling in spellings(text[0]))
    return Condition(f"({' OR '.join([f'{expression} GLOB ?'] * len(patterns))})", patterns)


def _globbed(spellings: Sequence[str]) -> str:
    is_plain = len(spellings) == 1 and spellings[0] not in "*?["
    return spellings[0] if is_plain else f"[{''.join(spellings)}]"


def said(text: str) -> Condition:
    """Whether `text` was said with the event in a row of `events`."""
    # First the payload as it is stored, escapes and all, which costs a fifth of taking it apart.
    stored = holds("payload", json_string(text)[1:-1])
    content, message = holds(CONTENT, text), holds("json_extract(value, '$.content')", text)
    messages = "json_each(payload, '$.session.messages')"
    assessing = holds("atom", text)
    quoted = "json_tree(payload, '$.criteria') WHERE key IN ('text', 'note')"
    # CASE, because AND promises no order: what somebody wrote past the gateway may be no JSON.
    sql = (
        f"kind IN ({KINDS}) AND {stored.sql} AND CASE WHEN NOT json_valid(payload) THEN FALSE "
        f"WHEN kind = '{ADOPTED}' THEN EXISTS (SELECT 1 FROM {messages} WHERE {message.sql}) "
        f"WHEN kind = '{ASSESSED}' THEN EXISTS (SELECT 1 FROM {quoted} AND {assessing.sql}) "
        f"ELSE {content.sql} END"
    )
    values = (*stored.values, *message.values, *assessing.values, *content.values)
    return Condition(sql, values)


def known_by(text: str) -> Condition:
    """`is_known_by` of a row of `interviews`."""
    known = [holds(column, text) for column in ("role", "model", "candidate_name")]
    sql = f"(instr(interview_id, ?) = 1 OR {' OR '.join(one.sql for one in known)})"
    return Condition(sql, (text.lower(), *(value for one in known for value in one.values)))


def begun_where(start: int, end: int, condition: Condition, db: Connection) -> set[int]:
    """Where the interviews began of which an event from `start` to before `end` fulfils the
    condition."""
    sql = (
        "SELECT DISTINCT first_position FROM events JOIN interviews USING (interview_id) "
        f"WHERE position >= ? AND position < ? AND {condition.sql}"
    )
    return {begun for (begun,) in db.execute(sql, [start, end, *condition.values])}


def begun_before(
    start: int, end: int, since: int, condition: Condition, db: Connection
) -> set[int]:
    """Where the interviews began, from `start` to before `end`, of which an event from `since` on
    fulfils the condition."""
    # CROSS, or SQLite may look through the events. The index by interview has the position of its
    # newest event: nothing is read of an interview that ended before `since`.
    sql = (
        "SELECT DISTINCT first_position FROM interviews CROSS JOIN events USING (interview_id) "
        "WHERE first_position >= ? AND first_position < ? AND ("
        "SELECT newest.position FROM events AS newest WHERE newest.version = interviews.version "
        "AND newest.interview_id = interviews.interview_id"
        f") >= ? AND position >= ? AND {condition.sql}"
    )
    values = [start, end, since, since, *condition.values]
    return {begun for (begun,) in db.execute(sql, values)}
