"""Finding interviews by their id, role and model, and by the words said in them.

Letters are sought in both cases, each by itself: a sought "é" finds "É", and "straße" does not
find "STRASSE". An ASCII letter is found only as one. All other characters are sought as they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlite_utils import Database

from eventlog.readmodels import Overview
from eventlog.records import Record
from statemachine.canonical import json_string
from statemachine.events import (
    KIND_OF,
    AnswerGiven,
    ContentForgotten,
    InterviewCompleted,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)

SAYING = (QuestionAsked, AnswerGiven, InterviewCompleted, SummaryGiven)
"""The events whose `content` somebody said; of an adopted session it is its messages' content."""

CONTENT = "json_extract(payload, '$.content')"
ADOPTED = KIND_OF[SessionAdopted]
KINDS = ", ".join(repr(KIND_OF[event]) for event in (*SAYING, SessionAdopted))


def spellings(character: str) -> list[str]:
    """The characters that `character` is found as."""
    both = {character, character.lower(), character.upper()}
    return sorted(s for s in both if len(s) == 1 and s.isascii() == character.isascii())


def is_found_in(text: str, words: str) -> bool:
    """Whether `words` hold `text`."""
    pattern = "".join(f"[{re.escape(''.join(spellings(character)))}]" for character in text)
    return re.search(pattern, words) is not None


def words_of(record: Record) -> Iterator[str]:
    """What was said with an event; nothing where it was forgotten."""
    if record.payload is None:
        return
    match record.event:
        case QuestionAsked() | AnswerGiven() | InterviewCompleted() | SummaryGiven() as event:
            yield event.content
        case SessionAdopted(session=session):
            yield from (message.content for message in session.messages)
        case InterviewStarted():
            pass  # the gateway's own words, the same in every interview of a role
        case SessionRefused() | InterviewHeld() | InterviewReleased() | ContentForgotten():
            pass  # said by nobody in the interview
        case _:
            assert_never(record.event)


def is_known_by(row: Overview, text: str) -> bool:
    """Whether the interview's id begins with `text`, or its role or model holds it."""
    known = (row.role, row.model or "")
    return row.interview_id.startswith(text.lower()) or any(is_found_in(text, k) for k in known)


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
    # CASE, because AND promises no order: what somebody wrote past the gateway may be no JSON.
    sql = (
        f"kind IN ({KINDS}) AND {stored.sql} AND CASE WHEN NOT json_valid(payload) THEN FALSE "
        f"WHEN kind = '{ADOPTED}' THEN EXISTS (SELECT 1 FROM {messages} WHERE {message.sql}) "
        f"ELSE {content.sql} END"
    )
    return Condition(sql, (*stored.values, *message.values, *content.values))


def known_by(text: str) -> Condition:
    """`is_known_by` of a row of `interviews`."""
    role, model = holds("role", text), holds("model", text)
    sql = f"(instr(interview_id, ?) = 1 OR {role.sql} OR {model.sql})"
    return Condition(sql, (text.lower(), *role.values, *model.values))


def begun_where(start: int, end: int, condition: Condition, db: Database) -> set[int]:
    """Where the interviews began of which an event from `start` to before `end` fulfils the
    condition."""
    sql = (
        "SELECT DISTINCT first_position FROM events JOIN interviews USING (interview_id) "
        f"WHERE position >= ? AND position < ? AND {condition.sql}"
    )
    return {begun for (begun,) in db.execute(sql, [start, end, *condition.values])}
