"""A draft: what has been shown so far of a reply that is under way.

It stands beside the log, not in it, and is overwritten as the reply grows, so the log does not grow
by tokens. The commit that appends the reply deletes it. A gateway that starts and finds one was
stopped in mid-reply, and appends what was shown as an event (docs/adr/0019).
"""

from dataclasses import dataclass

from statemachine.events import (
    KIND_OF,
    ContentForgotten,
    InterviewCompleted,
    QuestionAsked,
    QuestionKept,
    ReplyInterrupted,
    SummaryGiven,
)

ENDS_DRAFT = frozenset(
    KIND_OF[event]
    for event in (
        QuestionAsked,
        QuestionKept,
        InterviewCompleted,
        SummaryGiven,
        ReplyInterrupted,
        ContentForgotten,
    )
)
"""The kinds of event with which a draft of their interview is deleted."""


@dataclass(frozen=True)
class ReplyDraft:
    """What was `shown` of a reply of `backend` to an interview of `length` messages, or of its
    summary if it is `of_summary`."""

    interview_id: str
    length: int
    backend: str
    model: str | None
    shown: str
    of_summary: bool
