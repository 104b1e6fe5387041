"""Finding interviews by their id, role and model, and by the words said in them.

Letters are sought in both cases, each by itself: a sought "é" finds "É", and "straße" does not
find "STRASSE". An ASCII letter is found only as one. All other characters are sought as they are.
"""

import re
from collections.abc import Iterator
from typing import Final, assert_never

from eventlog.readmodels import Overview
from eventlog.records import Record
from statemachine.events import (
    KIND_OF,
    AnswerGiven,
    AssessmentGiven,
    ContentForgotten,
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


def spellings(character: str) -> list[str]:
    """The characters that `character` is found as."""
    both = {character, character.lower(), character.upper()}
    return sorted(s for s in both if len(s) == 1 and s.isascii() == character.isascii())


def is_found_in(text: str, words: str) -> bool:
    """Whether `words` hold `text`."""
    pattern = "".join(f"[{re.escape(''.join(spellings(character)))}]" for character in text)
    return re.search(pattern, words) is not None


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
    """Whether the interview's id begins with `text`, or its role or model holds it."""
    known = (row.role, row.model or "")
    return row.interview_id.startswith(text.lower()) or any(is_found_in(text, k) for k in known)
