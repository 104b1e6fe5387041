"""An event log that lives as long as its process: for tests and for trying things out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eventlog import tree
from eventlog.checkpoints import signed_checkpoint
from eventlog.claims import ReplyClaims
from eventlog.drafts import ENDS_DRAFT, ReplyDraft
from eventlog.errors import ReservedId, VersionConflict
from eventlog.keychanges import LOG_STREAM, Changed, KeyChange, draft_change, in_turn
from eventlog.keys import key_name
from eventlog.notes import Checkpoint, Signer, VerifierKey
from eventlog.observing import CommitObserver
from eventlog.protocol import Appended
from eventlog.readmodels import (
    COMPLETING,
    FingerprintMatch,
    Overview,
    OverviewPage,
    overview,
    project,
)
from eventlog.records import Record, UnplacedRecord, draft
from eventlog.searching import Found, first_found, is_found_in, is_known_by, words_of
from eventlog.times import from_text, to_text
from statemachine.events import (
    KIND_OF,
    OUTLIVES_FORGETTING,
    Event,
    SessionAdopted,
)
from statemachine.interview import Interview
from statemachine.session import Role
from statemachine.states import State


class MemoryEventLog:
    """An `EventLog` in lists and dictionaries."""

    where = "in memory; it ends with this process"
    address: str | None = None
    claims: ReplyClaims | None = None

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._interviews: dict[str, Interview] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._signer = Signer(key_name(uuid4().hex), Ed25519PrivateKey.generate())
        self._changes: list[KeyChange] = []
        self._overviews: dict[str, Overview] = {}
        self._current: dict[str, bytes | None] = {}
        self._checkpoints: dict[int, str] = {}
        self._matches: dict[bytes, list[FingerprintMatch]] = {}
        self._clock: datetime | None = None
        self._drafts: dict[str, ReplyDraft] = {}

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        if interview_id == LOG_STREAM:
            raise ReservedId(interview_id)
        before = self._interviews.get(interview_id)
        found = before.version if before else 0
        if expected_version != found:
            raise VersionConflict(f"interview {interview_id} is at {found}, not {expected_version}")
        projection = project(before, interview_id, events, first=after)
        head = len(self._records)
        records = tuple(
            self._take(draft(interview_id, expected_version + 1 + n, event, at))
            for n, event in enumerate(events)
        )
        self._interviews[interview_id] = projection.interview
        if projection.interview.is_forgotten:
            self._erase_words(interview_id)
        if any(record.kind in ENDS_DRAFT for record in records):
            self._drafts.pop(interview_id, None)
        for fingerprint, version in projection.fingerprints:
            self._matches.setdefault(fingerprint, []).append(
                FingerprintMatch(interview_id, version)
            )
        self._current[interview_id] = projection.current_fingerprint
        first = self._overviews.get(interview_id)
        self._overviews[interview_id] = overview(
            projection.interview,
            interview_id,
            first.first_position if first else head,
            first.started_at if first else records[0].time,
            records[-1].time,
        )
        return Appended(projection.interview, records)

    def _take(self, drafted: UnplacedRecord) -> Record:
        record = drafted.at(len(self._records))
        self._records.append(record)
        for node in tree.completed_by(record.position, record.leaf, self._node):
            self._nodes[node.level, node.index] = node.hash
        return record

    def _erase_words(self, interview_id: str) -> None:
        for position, record in enumerate(self._records):
            if record.interview_id == interview_id and record.kind not in OUTLIVES_FORGETTING:
                self._records[position] = replace(record, payload=None, salt=None)
        for found in self._matches.values():
            found[:] = [seen for seen in found if seen.interview_id != interview_id]

    async def keep_drafts(self, drafts: Sequence[ReplyDraft]) -> None:
        for reply in drafts:
            interview = self._interviews.get(reply.interview_id)
            if interview is not None and not interview.is_forgotten:
                self._drafts[reply.interview_id] = reply

    async def drafts(self) -> list[ReplyDraft]:
        return list(self._drafts.values())

    async def drop_draft(self, interview_id: str) -> None:
        self._drafts.pop(interview_id, None)

    async def scrub(self) -> bool:
        return True

    async def busy_days(self) -> list[datetime]:
        times = sorted(
            time for row in self._overviews.values() for time in (row.started_at, row.updated_at)
        )
        return [from_text(time) for time in {time[:10]: time for time in times}.values()]

    async def clock(self) -> datetime | None:
        return self._clock

    async def keep_clock(self, at: datetime) -> None:
        self._clock = from_text(to_text(at))

    async def seal(self) -> str:
        note = await signed_checkpoint(self)
        size = Checkpoint.parse(note).size
        self._checkpoints.setdefault(size, note)
        return note

    async def change_key(
        self, reason: str, at: datetime, old_key: VerifierKey | None = None
    ) -> Changed:
        old = self._signer.verifier
        self._signer = Signer(self.origin, Ed25519PrivateKey.generate())
        new = self._signer.verifier
        record = self._take(draft_change(len(self._changes) + 1, old, new, reason, at))
        self._changes.append(KeyChange(record.position, old, new, reason))
        await self.seal()
        return Changed(self._changes[-1], None)

    async def kept_checkpoints(self) -> list[str]:
        return list(self._checkpoints.values())

    async def interview(self, interview_id: str) -> Interview | None:
        return self._interviews.get(interview_id)

    async def records(self, interview_id: str) -> list[Record]:
        if interview_id == LOG_STREAM:
            return []
        return [record for record in self._records if record.interview_id == interview_id]

    async def record(self, interview_id: str, version: int) -> Record | None:
        records = await self.records(interview_id)
        return records[version - 1] if version <= len(records) else None

    async def beginning_with(self, prefix: str, limit: int) -> list[str]:
        return sorted(id for id in self._overviews if id.startswith(prefix))[:limit]

    async def forks_of(self, interview_id: str) -> list[str]:
        return [
            record.interview_id
            for record in self._records
            if record.version == 1
            and record.kind == KIND_OF[SessionAdopted]
            and record.payload is not None
            and isinstance(record.event, SessionAdopted)
            and record.event.forked_from is not None
            and record.event.forked_from.interview_id == interview_id
        ]

    async def expired(self, before: str, now: str) -> list[str]:
        young = next(
            (r.position for r in self._records if before <= r.time <= now), len(self._records)
        )

        def is_over(id: str) -> bool:
            completing = [
                record
                for record in self._records
                if record.interview_id == id and record.kind in COMPLETING
            ]
            newest = max(record.time for record in completing)
            return newest < before and completing[-1].position < young

        return [
            row.interview_id
            for row in self._overviews.values()
            if row.state == State.COMPLETE and not row.on_hold and is_over(row.interview_id)
        ]

    async def records_from(self, position: int, limit: int) -> list[Record]:
        return self._records[position : position + limit]

    async def head(self) -> int:
        return len(self._records)

    async def root(self, size: int) -> bytes:
        return tree.root(size, self._node)

    async def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        return tree.inclusion_proof(position, size, self._node)

    async def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        return tree.consistency_proof(old_size, size, self._node)

    def _node(self, level: int, index: int) -> bytes:
        return self._nodes[level, index] if level else self._records[index].leaf

    @property
    def origin(self) -> str:
        return self._signer.name

    async def signer(self) -> Signer:
        return self._signer

    async def keys(self) -> list[VerifierKey | None]:
        return in_turn(self._changes, self._signer)

    async def find(
        self, fingerprint: bytes, started_by: str | None = None
    ) -> FingerprintMatch | None:
        return max(
            (
                match
                for match in self._matches.get(fingerprint, [])
                if self._is_of(started_by, match.interview_id)
            ),
            key=lambda match: (self._begun(match.interview_id), -match.version),
            default=None,
        )

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        at_it = (
            id
            for id, current in self._current.items()
            if current == fingerprint and self._is_of(started_by, id)
        )
        return max(at_it, key=self._begun, default=None)

    async def was_started_by(self, subject: str, interview_id: str) -> bool:
        return interview_id in self._interviews and self._is_of(subject, interview_id)

    def _is_of(self, started_by: str | None, interview_id: str) -> bool:
        return started_by in (None, self._interviews[interview_id].started_by)

    def _begun(self, interview_id: str) -> int:
        return self._overviews[interview_id].first_position

    async def overview(self, interview_id: str) -> Overview | None:
        return self._overviews.get(interview_id)

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
        said = set() if text is None else self._where_said(text)
        matching = [
            row
            for row in self._overviews.values()
            if (text is None or row.interview_id in said or is_known_by(row, text))
            and (state is None or row.state == state)
            and (role is None or row.role == role)
            and (before is None or row.first_position < before)
            and practice in (None, row.practice)
            and started_by in (None, row.started_by)
        ]
        matching.sort(key=lambda row: row.first_position, reverse=True)
        return OverviewPage.of(matching, limit)

    async def where_found(self, rows: Sequence[Overview], text: str) -> list[Found | None]:
        return [first_found(row, await self.records(row.interview_id), text) for row in rows]

    def _where_said(self, text: str) -> set[str]:
        """The interviews in which `text` was said."""
        return {
            record.interview_id
            for record in self._records
            if record.interview_id != LOG_STREAM
            and any(is_found_in(text, words) for words in words_of(record))
        }

    async def is_writable(self) -> bool:
        return True

    async def stored_bytes(self) -> int | None:
        return None

    def watch_commits(self, observer: CommitObserver) -> None:
        pass

    async def scrubs_due(self) -> int:
        return 0

    async def close(self) -> None:
        pass
