"""A log in memory that many gateways of one process share, each by a view of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from time import monotonic

from eventlog.claims import (
    CLAIM_SECONDS,
    ENDS_ANY_CLAIM,
    ENDS_REPLY_CLAIM,
    ENDS_SUMMARY_CLAIM,
    Claim,
    ClaimedElsewhere,
    Doing,
    Taken,
    Wish,
)
from eventlog.drafts import ReplyDraft
from eventlog.errors import ClaimLost, LogUnavailable
from eventlog.memory import MemoryEventLog
from eventlog.protocol import Appended
from statemachine.events import KIND_OF, Event
from statemachine.interview import Interview


@dataclass
class _Row:
    """A claim as it is stored."""

    claim: Claim
    holder: object
    renewed: float
    doing: Doing = field(default_factory=Doing)
    is_watched: bool = False
    is_stopped: bool = False
    wanted_at: float | None = None

    @property
    def is_live(self) -> bool:
        return monotonic() - self.renewed < CLAIM_SECONDS


class SharedLog(MemoryEventLog):
    """One gateway's view of a log; `of` is another's view of the same. While it `is_cut_off` the
    gateway can neither read nor write."""

    claims: "SharedClaims"

    def __init__(self, of: "SharedLog | None" = None) -> None:
        if of is None:
            super().__init__()
            self.rows: dict[str, _Row] = {}
            self.lock = RLock()  # gateways of a test run in threads of their own
        else:
            self.__dict__.update(of.__dict__)
        self.is_cut_off = False
        self.claims = SharedClaims(self)

    def check(self) -> None:
        if self.is_cut_off:
            raise LogUnavailable("the test cut this gateway off")

    def expire(self) -> None:
        """Let time pass for all claims."""
        with self.lock:
            for row in self.rows.values():
                row.renewed = -CLAIM_SECONDS

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        with self.lock:
            self.check()
            row = self.rows.get(interview_id)
            first, kinds = KIND_OF[type(events[0])], {KIND_OF[type(event)] for event in events}
            is_others = row is not None and row.holder is not self.claims
            if row is not None and is_others and first in _ending(row.claim):
                raise ClaimLost(f"another gateway makes the reply in interview {interview_id}")
            appended = await super().append(interview_id, expected_version, events, at, after)
            if row is not None and kinds & (_ending(row.claim) | ENDS_ANY_CLAIM):
                del self.rows[interview_id]
                self.claims.held.discard(interview_id)
            return appended

    async def interview(self, interview_id: str) -> Interview | None:
        self.check()
        return await super().interview(interview_id)

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        with self.lock:
            self.check()
            ours = [draft for draft in drafts if not self._is_others(draft.interview_id)]
            await super().keep_drafts(ours)

    async def drafts(self) -> list[ReplyDraft]:
        with self.lock:
            self.check()
            kept = await super().drafts()
            live = {id for id, row in self.rows.items() if row.is_live}
            return [draft for draft in kept if draft.interview_id not in live]

    async def drop_draft(self, interview_id: str) -> None:
        with self.lock:
            self.check()
            if not self._is_others(interview_id):
                await super().drop_draft(interview_id)

    def drafted(self) -> list[str]:
        return list(self._drafts)

    def draft_of(self, interview_id: str) -> ReplyDraft | None:
        return self._drafts.get(interview_id)

    def is_forgotten(self, interview_id: str) -> bool:
        interview = self._interviews.get(interview_id)
        return interview is not None and interview.is_forgotten

    def _is_others(self, interview_id: str) -> bool:
        row = self.rows.get(interview_id)
        return row is not None and row.is_live and row.holder is not self.claims


class SharedClaims:
    """`ReplyClaims` of one view."""

    def __init__(self, log: SharedLog) -> None:
        self._log = log
        self.held: set[str] = set()

    async def take(self, claim: Claim) -> Taken | None:
        id = claim.interview_id
        with self._log.lock:
            self._log.check()
            row = self._log.rows.get(id)
            is_others = row is not None and row.is_live and row.holder is not self
            if id in self.held or is_others or self._log.is_forgotten(id):
                return None
            self._log.rows[id] = _Row(claim, self, monotonic())
            self.held.add(id)
            return Taken(self._log.draft_of(id))

    async def renew(self, held: Mapping[Claim, Doing]) -> dict[Claim, Wish]:
        with self._log.lock:
            self._log.check()
            wishes = {}
            for claim, doing in held.items():
                id = claim.interview_id
                row = self._log.rows.get(id)
                if row is None and not self._log.is_forgotten(id):
                    row = self._log.rows[id] = _Row(claim, self, monotonic())
                if row is not None and row.holder is self:
                    row.renewed, row.doing = monotonic(), doing
                    left = None if row.wanted_at is None else max(0, row.wanted_at - monotonic())
                    wishes[claim] = Wish(row.is_watched, row.is_stopped, left)
            return wishes

    async def release(self, interview_id: str) -> None:
        if interview_id not in self.held:
            return
        self.held.discard(interview_id)
        with self._log.lock:
            self._log.check()
            row = self._log.rows.get(interview_id)
            if row is not None and row.holder is self:
                del self._log.rows[interview_id]

    async def elsewhere(self, interview_id: str) -> ClaimedElsewhere | None:
        with self._log.lock:
            self._log.check()
            row = self._log.rows.get(interview_id)
            if row is None or not row.is_live or row.holder is self:
                return None
            draft = self._log.draft_of(interview_id)
            doing = replace(row.doing, is_watched=row.doing.is_watched or row.is_watched)
            return ClaimedElsewhere(row.claim, doing, draft)

    async def wish(self, interview_id: str, wish: Wish) -> bool:
        with self._log.lock:
            self._log.check()
            row = self._log.rows.get(interview_id)
            if row is None or not row.is_live or row.holder is self:
                return False
            row.is_watched |= wish.is_watched
            row.is_stopped |= wish.is_stopped
            if wish.seconds_left is not None:
                wanted = monotonic() + wish.seconds_left
                row.wanted_at = min(row.wanted_at or wanted, wanted)
            return True


def _ending(claim: Claim) -> frozenset[str]:
    return ENDS_SUMMARY_CLAIM if claim.of_summary else ENDS_REPLY_CLAIM
