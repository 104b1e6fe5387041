"""Finding interviews by their id, role, model and candidate's name, and by the words said in them.

Letters are sought in both cases, each by itself: a sought "é" finds "É", and "straße" does not
find "STRASSE". An ASCII letter is found only as one. All other characters are sought as they are.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from eventlog.errors import LogCorrupted, UnreadableEvent
from eventlog.readmodels import Overview
from eventlog.records import Record
from statemachine.events import (
    KIND_OF,
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
    Event,
    InterviewCompleted,
    InterviewExported,
    InterviewHeld,
    InterviewReleased,
    InterviewStarted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SessionAdopted,
    SessionRefused,
    SummaryGiven,
)

SAYING: Final = tuple(
    KIND_OF[event]
    for event in (
        QuestionAsked,
        AnswerGiven,
        QuestionKept,
        InterviewCompleted,
        SummaryGiven,
        ReplyInterrupted,
    )
)
"""The kinds of event whose `content` somebody said."""

ADOPTED: Final = KIND_OF[SessionAdopted]
"""The kind of event in which somebody said the content of each message of its session."""


ASSESSED: Final = KIND_OF[AssessmentGiven]
"""The kind of event in which somebody said the `text` of each quotation, and each `note`."""


AROUND: Final = 60
"""How many characters before and after what was found are shown with it, at most."""


@dataclass(frozen=True)
class Found:
    """Where a text was found first: `text` as it stands there, and what is `before` and `after`.

    `position` is that of the event with which it was said, and `message` the index of the session's
    message, if it is in one. What an interview is known by has neither."""

    before: str
    text: str
    after: str
    position: int | None = None
    message: int | None = None


def spellings(character: str) -> list[str]:
    """The characters that `character` is found as."""
    both = {character, character.lower(), character.upper()}
    return sorted(s for s in both if len(s) == 1 and s.isascii() == character.isascii())


def is_found_in(text: str, words: str) -> bool:
    """Whether `words` hold `text`."""
    return _pattern(text).search(words) is not None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join(f"[{re.escape(''.join(spellings(c)))}]" for c in text))


def words_of(record: Record) -> Iterator[str]:
    """The texts that were said with an event; none if it was forgotten."""
    if record.payload is None:
        return
    match record.event:
        case QuestionAsked() | AnswerGiven() | QuestionKept() | InterviewCompleted() as said:
            yield said.content
        case SummaryGiven(content=words) | ReplyInterrupted(content=words):
            yield words
        case SessionAdopted(session=session):
            yield from (message.content for message in session.messages)
        case AssessmentGiven(criteria=criteria):  # names and anchors are the kit's
            for result in criteria:
                yield from (q.text for q in (*result.quotations, *result.against))
                yield from filter(None, [result.note])
        case InterviewStarted():
            pass  # the gateway's own words, the same in every interview of a role
        case InterviewHeld() | InterviewReleased() | InterviewExported() | ContentForgotten():
            pass  # said by nobody in the interview
        case SessionRefused():
            pass  # its words were turned away
        case _:
            assert_never(record.event)


def is_known_by(row: Overview, text: str) -> bool:
    """Whether the interview's id begins with `text`, or its role, model or candidate's name holds
    it."""
    known = (row.role, row.model or "", row.candidate_name or "")
    return row.interview_id.startswith(text.lower()) or any(is_found_in(text, k) for k in known)


def first_found(row: Overview, records: Iterable[Record], text: str) -> Found | None:
    """Where `text` is found first in the interview of `row`, which has these records: in what was
    said, else in what it is known by. None if nowhere, or if an event cannot be read."""
    pattern = _pattern(text)
    length = 0
    try:
        for record in records:
            added = 0 if record.payload is None else _messages_in(record.event)
            for n, words in enumerate(words_of(record)):
                if match := pattern.search(words):
                    message = length + n if added else None
                    return _around(words, *match.span(), record.position, message)
            length += added
    except (UnreadableEvent, LogCorrupted):  # SQL found it all the same: it takes no event apart
        return None
    for known in (row.candidate_name, row.role, row.model):
        if match := pattern.search(known or ""):
            return _around(match.string, *match.span())
    if row.interview_id.startswith(text.lower()):
        return _around(row.interview_id, 0, len(text))
    return None


def _messages_in(event: Event) -> int:
    """How many messages of the session came with the event."""
    match event:
        case InterviewStarted(messages=messages):
            return len(messages)
        case SessionAdopted(session=session):
            return len(session.messages)
        case QuestionAsked() | AnswerGiven() | QuestionKept() | InterviewCompleted():
            return 1
        case SummaryGiven() | AssessmentGiven() | ReplyInterrupted() | SessionRefused():
            return 0
        case InterviewHeld() | InterviewReleased() | InterviewExported() | ContentForgotten():
            return 0
        case _:
            assert_never(event)


def _around(
    words: str, start: int, end: int, position: int | None = None, message: int | None = None
) -> Found:
    before, after = words[max(0, start - AROUND) : start], words[end : end + AROUND]
    return Found(before, words[start:end], after, position, message)
