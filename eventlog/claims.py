"""Claims: which of the gateways that share a log makes which reply.

A claim stands in the log's storage beside the drafts, and like them it is no evidence. Its holder
renews it, and what has not been renewed for CLAIM_SECONDS may be taken by another gateway. Only the
storage's own clock counts, because the clocks of gateways differ.

A claim decides who asks a backend. It does not decide what comes into the log: that is the append,
which takes a reply only from the holder, and only at the version that it expects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from eventlog.drafts import ReplyDraft
from statemachine.events import (
    KIND_OF,
    ContentForgotten,
    InterviewCompleted,
    QuestionAsked,
    QuestionKept,
    SummaryGiven,
)

CLAIM_SECONDS = 3.0
"""How long a claim lasts that is not renewed: what a gateway that died keeps others waiting."""

ENDS_REPLY_CLAIM = frozenset(
    KIND_OF[event] for event in (QuestionAsked, QuestionKept, InterviewCompleted)
)
ENDS_SUMMARY_CLAIM = frozenset((KIND_OF[SummaryGiven],))
ENDS_ANY_CLAIM = frozenset((KIND_OF[ContentForgotten],))
"""The kinds of event with which a claim on a reply, on a summary, or on either of them ends."""


def claims_ended_by(kinds: Iterable[str]) -> frozenset[bool]:
    """Which claims events of these kinds end: on a summary (True), on a reply (False)."""
    given = frozenset(kinds)
    if given & ENDS_ANY_CLAIM:
        return frozenset((True, False))
    ended = {True: given & ENDS_SUMMARY_CLAIM, False: given & ENDS_REPLY_CLAIM}
    return frozenset(of_summary for of_summary, by in ended.items() if by)


@dataclass(frozen=True)
class Claim:
    """What is claimed: the reply to an interview of `length` messages, or its summary if it is
    `of_summary`. An interview has one claim at a time."""

    interview_id: str
    length: int
    of_summary: bool


@dataclass(frozen=True)
class Taken:
    """This gateway has the claim now. `left` is what an earlier holder had shown, if it ended in
    mid-reply."""

    left: ReplyDraft | None


@dataclass(frozen=True)
class Wish:
    """What other gateways want of a claim's holder, for those who wait there. `is_watched`:
    somebody sees the words come. `is_stopped`: nobody wants to wait longer. `seconds_left`: in how
    long somebody needs the whole reply; below 0, since when."""

    is_watched: bool = False
    is_stopped: bool = False
    seconds_left: float | None = None


@dataclass(frozen=True)
class Doing:
    """What the holder of a claim is waiting for: each is empty before that is known. `is_watched`:
    somebody sees the words come, at whichever gateway."""

    phase: str = ""
    backend: str = ""
    model: str | None = None
    is_watched: bool = False


@dataclass(frozen=True)
class ClaimedElsewhere:
    """A claim that another gateway has, what that does, and what it has shown."""

    claim: Claim
    doing: Doing
    draft: ReplyDraft | None


class ReplyClaims(Protocol):
    """The claims of one gateway, among all that share the log. Each method raises LogUnavailable
    where the storage cannot be used."""

    async def take(self, claim: Claim) -> Taken | None:
        """Take the claim on the interview for this gateway. None if somebody has it, also at this
        gateway, or if the interview is forgotten."""
        ...

    async def renew(self, held: Mapping[Claim, Doing]) -> dict[Claim, Wish]:
        """Renew these claims of this gateway, and tell others what it is doing. A claim that is
        gone from the storage is made again: a database that is killed forgets them. What others
        wish, for each one that this gateway still has: the rest are lost."""
        ...

    async def release(self, interview_id: str) -> None:
        """Give up this gateway's claim on the interview, unless an append has ended it. What was
        shown stays."""
        ...

    async def elsewhere(self, interview_id: str) -> ClaimedElsewhere | None:
        """The claim on the interview, if another gateway has it."""
        ...

    async def wish(self, interview_id: str, wish: Wish) -> bool:
        """Tell the holder of this claim what is wanted here. Wishes add up. Whether another gateway
        has a claim on the interview."""
        ...
