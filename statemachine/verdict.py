"""The verdict on a posted session: how it compares with the log's interview."""

from dataclasses import dataclass
from enum import StrEnum

from statemachine.interview import Interview
from statemachine.session import Session, Speaker


class Verdict(StrEnum):
    """One name for each case, the same in the code, the log and every answer."""

    CURRENT = "current"
    REPEATED = "repeated"
    BEHIND = "behind"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and for `behind` and `differs` the first place where the session or the
    answer posted with it leaves the log."""

    verdict: Verdict
    place: str | None = None


def judge(posted: Session, interview: Interview, answer: str | None = None) -> Judgement:
    """Compare `posted`, a session that `rebuild` accepts, with the log's `interview`.

    `answer` is the move that comes with it; None when the session alone is in question
    (to sum it up), which is then never `repeated`.
    """
    place = first_difference(posted, interview)
    if place is not None:
        return Judgement(Verdict.DIFFERS, place)
    length = len(posted.messages)
    if length == len(interview.messages):
        return Judgement(Verdict.CURRENT)
    recorded = interview.messages[length].content
    is_current = length == interview.client_length
    if is_current and answer in (None, recorded):
        # The answer is in and its reply is not: the gateway stopped in between. The same
        # post again goes on from there.
        return Judgement(Verdict.CURRENT)
    if answer == recorded:
        return Judgement(Verdict.REPEATED)
    return Judgement(Verdict.BEHIND, f"messages[{length}].content")


def first_difference(posted: Session, interview: Interview) -> str | None:
    """Where `posted` says other than the log, as a path; None where it is a state that
    the interview has, or has been in."""
    config = interview.config
    if posted.config.role != config.role:
        return "config.role"
    if posted.config.model != config.model:
        return "config.model"
    if posted.config.total_questions != config.total_questions:
        return "config.totalQuestions"
    held = interview.messages[: interview.client_length]
    for index, message in enumerate(posted.messages):
        if index >= len(held):
            return f"messages[{index}]"
        if message.role is not held[index].role:
            return f"messages[{index}].role"
        if message.content != held[index].content:
            return f"messages[{index}].content"
    if posted.is_complete != (interview.is_complete and len(posted.messages) == len(held)):
        return "isComplete"
    return None


def was_issued(posted: Session, interview: Interview) -> bool:
    """Whether `posted` is, word for word, a session that the interview's client has held. Such a
    one needs no `rebuild`: its own events have made it."""
    return (
        first_difference(posted, interview) is None
        and posted.messages[-1].role is Speaker.ASSISTANT
        and posted.current_question == interview.question_at(len(posted.messages))
    )
