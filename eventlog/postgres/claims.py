"""The claims on replies in the database.

They are written by a thread and a connection of their own, many in one commit, so that nobody waits
for an append. Rows are locked in the order of their interviews' ids; who appends locks the head's
row first.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from psycopg import Connection

from eventlog.claims import (
    CLAIM_SECONDS,
    Claim,
    ClaimedElsewhere,
    Doing,
    Taken,
    Wish,
)
from eventlog.drafts import ReplyDraft
from eventlog.errors import LogUnavailable
from eventlog.grouping import GroupWriter, Storage
from eventlog.postgres.connection import LogConnection
from eventlog.postgres.errors import STORAGE_ERRORS, reason
from eventlog.postgres.migrations import BEGIN
from eventlog.postgres.rows import Rows
from eventlog.postgres.writing import LIMITS, with_one_retry
from eventlog.reading import Reading

logger = logging.getLogger(__name__)

_CLAIM: Final = {"interview_id": "text", "length": "integer", "of_summary": "boolean"}
_LIVE: Final = f"renewed_at > clock_timestamp() - interval '{CLAIM_SECONDS} seconds'"

# Only the newest state of a row counts, also where another gateway changed it since this statement
# began: PostgreSQL looks at the condition again once it has the row's lock.
TAKE: Final = Rows(
    "INSERT INTO interview_log.claims AS had ({columns}) SELECT {columns} FROM {rows} "
    "WHERE NOT EXISTS (SELECT FROM interview_log.interviews AS known "
    "WHERE known.interview_id = given.interview_id AND state = 'forgotten') "
    "ORDER BY interview_id ON CONFLICT (interview_id) DO UPDATE SET length = excluded.length, "
    "of_summary = excluded.of_summary, holder = excluded.holder, renewed_at = clock_timestamp(), "
    "phase = '', backend = '', model = NULL, shown_there = false, is_watched = false, "
    "is_stopped = false, wanted_at = NULL "
    f"WHERE had.holder = excluded.holder OR NOT had.{_LIVE} RETURNING interview_id",
    **_CLAIM,
    holder="text",
)
# Behind the lock of the claims, so that it sees all that their last holders kept.
LEFT: Final = (
    "SELECT interview_id, length, backend, model, shown, of_summary FROM interview_log.drafts "
    "WHERE interview_id = ANY (%s)"
)
RENEW: Final = Rows(
    "INSERT INTO interview_log.claims AS had ({columns}) SELECT {columns} FROM {rows} "
    "WHERE NOT EXISTS (SELECT FROM interview_log.interviews AS known "
    "WHERE known.interview_id = given.interview_id AND state = 'forgotten') "
    "ORDER BY interview_id ON CONFLICT (interview_id) DO UPDATE SET "
    "renewed_at = clock_timestamp(), phase = excluded.phase, backend = excluded.backend, "
    "model = excluded.model, shown_there = excluded.shown_there "
    "WHERE had.holder = excluded.holder RETURNING interview_id, is_watched, is_stopped, "
    "extract(epoch FROM wanted_at - clock_timestamp())::double precision",
    **_CLAIM,
    holder="text",
    phase="text",
    backend="text",
    model="text",
    shown_there="boolean",
)
RELEASE: Final = (
    "DELETE FROM interview_log.claims WHERE interview_id IN (SELECT interview_id "
    "FROM interview_log.claims WHERE interview_id = ANY (%s) AND holder = %s "
    "ORDER BY interview_id FOR UPDATE)"
)
WISH: Final = (
    "UPDATE interview_log.claims SET is_watched = is_watched OR %s, is_stopped = is_stopped OR %s, "
    "wanted_at = least(wanted_at, clock_timestamp() + %s::double precision * interval '1 second') "
    f"WHERE interview_id = %s AND holder <> %s AND {_LIVE} RETURNING true"
)
ELSEWHERE: Final = (
    "SELECT claims.length, claims.of_summary, phase, claims.backend, claims.model, "
    "shown_there OR is_watched, drafts.interview_id, drafts.length, drafts.backend, drafts.model, "
    "shown, drafts.of_summary FROM interview_log.claims LEFT JOIN interview_log.drafts "
    f"USING (interview_id) WHERE claims.interview_id = %s AND holder <> %s AND {_LIVE}"
)
# For an append, which looks at them under the lock of the head's row.
HELD: Final = (
    "SELECT interview_id, of_summary, holder FROM interview_log.claims "
    "WHERE interview_id = ANY (%s) ORDER BY interview_id FOR UPDATE"
)
# Of replies that no gateway makes any more, and nobody asked for again.
SWEEP: Final = (
    "DELETE FROM interview_log.claims WHERE interview_id IN (SELECT interview_id "
    "FROM interview_log.claims WHERE renewed_at < clock_timestamp() - interval '60 seconds' "
    "FOR UPDATE SKIP LOCKED)"
)
SWEEP_SECONDS: Final = 60.0
"""How often a gateway that takes claims looks for those."""
END: Final = "DELETE FROM interview_log.claims WHERE interview_id = ANY (%s)"


class PostgresClaims:
    """`ReplyClaims` of one gateway, which `reader` looks up. `connect` makes a connection to the
    log's database."""

    def __init__(
        self, connect: Callable[[], LogConnection], reader: Reading[Connection[Any]]
    ) -> None:
        self.holder = uuid4().hex
        self._held: dict[str, Claim] = {}
        self._reader = reader
        self._no_sweep_before = 0.0
        self._writer = GroupWriter(_ClaimsStorage(connect()))

    async def take(self, claim: Claim) -> Taken | None:
        id = claim.interview_id
        if id in self._held:
            return None
        self._held[id] = claim
        try:
            taken = await self._writer.submit(self._take, claim)
        except BaseException:
            self._held.pop(id, None)
            raise
        if taken is None:
            self._held.pop(id, None)
        return taken

    async def renew(self, held: Mapping[Claim, Doing]) -> dict[Claim, Wish]:
        return await self._writer.run(lambda db: self._renew(db, held))

    async def release(self, interview_id: str) -> None:
        if self._held.pop(interview_id, None) is not None:
            await self._writer.submit(self._release, interview_id)

    def ended(self, interview_id: str, of_summary: frozenset[bool]) -> None:
        """An append has ended claims of these kinds on the interview."""
        claim = self._held.get(interview_id)
        if claim is not None and claim.of_summary in of_summary:
            self._held.pop(interview_id, None)  # it may be released at the same time

    async def elsewhere(self, interview_id: str) -> ClaimedElsewhere | None:
        values = [interview_id, self.holder]
        rows = await self._reader.run(lambda db: db.execute(ELSEWHERE, values).fetchall())
        for length, of_summary, phase, backend, model, is_watched, *draft in rows:
            return ClaimedElsewhere(
                Claim(interview_id, length, of_summary),
                Doing(phase, backend, model, is_watched),
                ReplyDraft(*draft) if draft[0] is not None else None,
            )
        return None

    async def wish(self, interview_id: str, wish: Wish) -> bool:
        values = [wish.is_watched, wish.is_stopped, wish.seconds_left, interview_id, self.holder]
        return await self._writer.run(lambda db: db.execute(WISH, values).fetchone() is not None)

    async def close(self) -> None:
        """Finish what is under way."""
        await self._writer.close()

    def _take(self, db: Connection[Any], claims: Sequence[Claim]) -> list[Taken | None]:
        by_id = {claim.interview_id: claim for claim in claims}
        rows = [self._row(by_id[id]) for id in sorted(by_id)]
        took = TAKE.execute(db, rows)
        left = db.execute(LEFT, [list(by_id)])
        taken = {id for (id,) in took.fetchall()}
        drafts = {draft.interview_id: draft for draft in (ReplyDraft(*row) for row in left)}
        if monotonic() > self._no_sweep_before:
            db.execute(SWEEP)
            self._no_sweep_before = monotonic() + SWEEP_SECONDS
        return [
            Taken(drafts.get(c.interview_id)) if c.interview_id in taken else None for c in claims
        ]

    def _renew(self, db: Connection[Any], held: Mapping[Claim, Doing]) -> dict[Claim, Wish]:
        by_id = {claim.interview_id: (claim, doing) for claim, doing in held.items()}
        found = RENEW.execute(
            db,
            [
                [*self._row(claim), doing.phase, doing.backend, doing.model, doing.is_watched]
                for _, (claim, doing) in sorted(by_id.items())
            ],
        )
        return {by_id[id][0]: Wish(*wish) for id, *wish in found.fetchall()}

    def _release(self, db: Connection[Any], interview_ids: Sequence[str]) -> list[None]:
        db.execute(RELEASE, [list(interview_ids), self.holder])
        return [None] * len(interview_ids)

    def _row(self, claim: Claim) -> list[Any]:
        return [claim.interview_id, claim.length, claim.of_summary, self.holder]


class _ClaimsStorage(Storage[Connection[Any]]):
    """The claims, as their writer uses them."""

    def __init__(self, connection: LogConnection) -> None:
        self._connection = connection

    def transact(self, do: Callable[[Connection[Any]], list[Any]]) -> list[Any]:
        return with_one_retry(lambda: self._attempt(do))

    def _attempt(self, do: Callable[[Connection[Any]], list[Any]]) -> list[Any]:
        with self._connection.use() as db, db.pipeline():
            db.execute(BEGIN)
            db.execute(LIMITS)
            outcomes = do(db)
            db.execute("COMMIT")
        return outcomes

    def alone(self, do: Callable[[Connection[Any]], Any]) -> Any:
        with self._connection.use() as db:
            return do(db)

    def is_of_one_job(self, error: Exception) -> bool:
        return False

    def failure(self, error: Exception) -> Exception:
        if not isinstance(error, STORAGE_ERRORS):
            return error
        return LogUnavailable(f"the event log cannot be written: {reason(error)}")

    def drop(self) -> None:
        self._connection.drop()
