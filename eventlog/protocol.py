"""The event log as the rest of the gateway knows it, by who needs what of it. Every implementation
passes the contract suite in `tests/eventlog/contract.py`.

    EventReader ── EventAppender ────┬─ ConductingLog    what conducts interviews
    SessionFinder, Ownership, Drafts ┘
    EventAppender ────────────────────── ForgettingLog   what keeps them in custody
    Writability ──────────────────────── RetentionLog    what forgets them in time
    Measurable ───────────────────────── what measures it
    EventReader, Proofs ──────────────── ProvableLog     what exports them with their proofs
    all that reads ───────────────────── ReadableLog     a command beside the gateway
    all ──────────────────────────────── EventLog        the gateway's own

Any method that reads raises LogUnavailable where the log cannot be read, and LogCorrupted where it
holds what was never logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventlog.claims import ReplyClaims
from eventlog.drafts import ReplyDraft
from eventlog.keychanges import Changed
from eventlog.notes import Signer, VerifierKey
from eventlog.observing import CommitObserver
from eventlog.readmodels import FingerprintMatch, Overview, OverviewPage
from eventlog.records import Record
from eventlog.searching import Found
from statemachine.events import Event
from statemachine.interview import Interview
from statemachine.session import Role
from statemachine.states import State


@dataclass(frozen=True)
class Appended:
    """The result of an append: its records, and the interview after them."""

    interview: Interview
    records: tuple[Record, ...]


class EventReader(Protocol):
    """Interviews, and the records of their events."""

    async def interview(self, interview_id: str) -> Interview | None:
        """The interview as it stands; None if the log does not know it."""
        ...

    async def records(self, interview_id: str) -> list[Record]:
        """The interview's records, oldest first; empty if the log does not know it."""
        ...

    async def record(self, interview_id: str, version: int) -> Record | None:
        """The record of one event of an interview; None if there is none."""
        ...


class EventAppender(EventReader, Protocol):
    """Takes events at an expected version."""

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        """Write `events`, all or none, and return once they would survive a power cut.

        ContentForgotten takes payload and salt from all records of the interview before it
        (but for those of OUTLIVES_FORGETTING), and its sessions can no longer be found; `scrub`
        then takes what is left of them from the log's bytes.

        `after` is the interview after the first of the events, where the caller knows it: then
        that step is not made again.

        Raises VersionConflict if the interview is not at `expected_version` (0: it does
        not exist yet), IllegalMove if the rules forbid an event, ReservedId if no interview can
        have this id, LogUnavailable if it cannot be written: in each case nothing was taken.
        """
        ...


class SessionFinder(Protocol):
    """Finds interviews by fingerprints of what their clients hold."""

    async def find(
        self, fingerprint: bytes, started_by: str | None = None
    ) -> FingerprintMatch | None:
        """Of the interviews that have reached this session or made this move, the one
        begun last (and where it did so first); of those that `started_by` began, if given."""
        ...

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        """Of the interviews that stand at this session now, the id of the one begun last; of
        those that `started_by` began, if given."""
        ...


class Ownership(Protocol):
    """Tells who began an interview."""

    async def was_started_by(self, subject: str, interview_id: str) -> bool:
        """Whether `subject` began the interview, and its words are not forgotten. It takes as long
        whether somebody else began it or nobody did."""
        ...


class InterviewList(Protocol):
    """The list of interviews, and the search in it."""

    async def overview(self, interview_id: str) -> Overview | None:
        """The interview's row in the list."""
        ...

    async def overviews(
        self,
        *,
        text: str | None = None,
        state: State | None = None,
        role: Role | None = None,
        before: int | None = None,
        limit: int = 20,
        practice: bool | None = None,
        started_by: str | None = None,
    ) -> OverviewPage:
        """Interviews, newest first, begun before position `before`: up to `limit`.

        With `text`, at least one character, those whose id begins with it, whose role, model or
        candidate's name holds it, or in which it was said, in capitals or not (see
        `eventlog.searching`). With `practice`, those that are, or are not; with `started_by`, those
        that this subject began.

        What fits few interviews would take longer, the longer the log is. So a page may hold fewer
        than `limit`, or none, and not be the last: it tells where to go on.
        """
        ...

    async def where_found(self, rows: Sequence[Overview], text: str) -> list[Found | None]:
        """Where `text` is found first in each of these interviews; None where it is not, or no
        longer."""
        ...

    async def beginning_with(self, prefix: str, limit: int) -> list[str]:
        """Up to `limit` ids of interviews that begin with `prefix`, in their order."""
        ...


class Proofs(Protocol):
    """Every record in its position, and the evidence that none was changed: the tree over
    them, and the keys and checkpoints that sign it."""

    @property
    def origin(self) -> str:
        """The name that the log signs by: the origin of its checkpoints."""
        ...

    async def head(self) -> int:
        """How many records there are; the next one gets this position."""
        ...

    async def records_from(self, position: int, limit: int) -> list[Record]:
        """Up to `limit` records from `position` on: of all interviews, and the log's own (see
        `eventlog.keychanges`), which no other method gives."""
        ...

    async def root(self, size: int) -> bytes:
        """The RFC 6962 root over the leaves of the first `size` records; `size` is at most
        the head."""
        ...

    async def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        """The proof that the record at `position` is one of the first `size`."""
        ...

    async def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        """The proof that the first `size` records begin with the first `old_size`."""
        ...

    async def signer(self) -> Signer:
        """The key that signs the log's checkpoints. Raises NoSigningKey where the key that did so
        until now is not there."""
        ...

    async def keys(self) -> list[VerifierKey | None]:
        """The public keys that have signed the log's checkpoints, oldest first; None is one that
        was lost before it could be recorded, and the last one signs now. Raises as `signer`."""
        ...

    async def kept_checkpoints(self) -> list[str]:
        """The signed checkpoints that the log was sealed with, oldest first."""
        ...


class Sealing(Proofs, Protocol):
    """Keeps checkpoints in the log, and changes the key that signs them."""

    async def seal(self) -> str:
        """A signed checkpoint of all that the log holds now, kept in the log as well. Raises
        LogUnavailable."""
        ...

    async def change_key(
        self, reason: str, at: datetime, old_key: VerifierKey | None = None
    ) -> Changed:
        """Sign by a new key from now on: an event of the log's own tells of the change, and a
        checkpoint covers it at once. The old key is kept aside. `old_key` is its public half,
        needed only where it is lost.

        Raises WrongOldKey, LogUnavailable or LogCorrupted.
        """
        ...


class Writability(Protocol):
    """Tells whether the log can be written."""

    async def is_writable(self) -> bool:
        """Whether an append would be taken now, as far as can be told without one."""
        ...


class Measurable(Protocol):
    """Tells how large the log is, how it is written, and what is still to be done in it."""

    async def stored_bytes(self) -> int | None:
        """The size of the log's files; None where it has none. Raises LogUnavailable."""
        ...

    def watch_commits(self, observer: CommitObserver) -> None:
        """Tell `observer` of each commit from now on."""
        ...

    async def scrubs_due(self) -> int:
        """After how many forgettings words may still be in the bytes of the log's files."""
        ...


class Drafts(Protocol):
    """Keeps what has been shown of replies that are under way. It is no evidence: no event is made
    of it, and the event that ends a reply deletes it."""

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        """Keep each draft in place of its interview's one before, and return once all would survive
        the end of this process. None is kept of an interview that is forgotten, or unknown, or of a
        reply that another gateway makes. Raises LogUnavailable."""
        ...

    async def drafts(self) -> list[ReplyDraft]:
        """All that are kept, but for those of replies that somebody has a claim on."""
        ...

    async def drop_draft(self, interview_id: str) -> None:
        """Delete the draft of this interview, if there is one and no other gateway makes the reply.
        Raises LogUnavailable."""
        ...


class ConductingLog(EventAppender, SessionFinder, Ownership, Drafts, Protocol):
    """The log for conducting interviews: it appends, finds the interview of a session, and keeps
    what is shown of a reply."""

    @property
    def claims(self) -> ReplyClaims | None:
        """Which gateway makes which reply; None where no other gateway can write the log. With
        claims, `append` raises ClaimLost for a reply that another gateway makes now."""
        ...


class ForgettingLog(EventAppender, Protocol):
    """Erases what was said, to the last byte."""

    async def forks_of(self, interview_id: str) -> list[str]:
        """The interviews that began with a session of this one, and so hold words of it."""
        ...

    async def scrub(self) -> bool:
        """Overwrite what is left of forgotten words in the bytes of the log's files, as far as
        that can be done now without making anybody wait; whether nothing is left.

        It is False while another program reads a state of the file in which they stood. Raises
        LogUnavailable.
        """
        ...


class RetentionLog(Writability, Protocol):
    """Tells which interviews are old enough to be forgotten, and by which clock."""

    async def expired(self, before: str, now: str) -> list[str]:
        """The interviews that were complete before the time `before` and are not on hold, oldest
        first. Both times are RFC 3339, as records have them.

        A clock may have been behind for a while: an interview that comes after an event of a
        time from `before` to `now` is younger than `before`, whatever time it has.
        """
        ...

    async def busy_days(self) -> list[datetime]:
        """The last time on each day at which an interview began or was last changed, in order.
        Raises LogCorrupted or LogUnavailable."""
        ...

    async def clock(self) -> datetime | None:
        """The time that `keep_clock` kept last; None before the first. Raises LogCorrupted or
        LogUnavailable."""
        ...

    async def keep_clock(self, at: datetime) -> None:
        """Keep `at` as the last time that the machine's clock was believed. It is not evidence:
        no event is made of it. Raises LogUnavailable."""
        ...


class ProvableLog(EventReader, Proofs, Protocol):
    """The log for exporting an interview with its proofs."""


class ReadableLog(ProvableLog, SessionFinder, Ownership, InterviewList, Protocol):
    """All that can be read of a log, also beside the gateway that writes it."""

    @property
    def where(self) -> str:
        """Where the log is kept, for a person."""
        ...

    @property
    def address(self) -> str | None:
        """What names the log to another process (`eventlog.open.stored_log_at`); None where only
        this process can read it. It may hold a password, so it is never shown."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the log."""
        ...


class EventLog(
    ReadableLog, ConductingLog, ForgettingLog, RetentionLog, Sealing, Measurable, Protocol
):
    """All of a log, for the one gateway that writes it."""
