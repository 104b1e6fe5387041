"""Reading a log from a storage: what all kinds of storage share. Each gives its `Queries`, and the
threads that ask them."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from eventlog import tree
from eventlog.drafts import ReplyDraft
from eventlog.keychanges import LOG_STREAM
from eventlog.notes import Signer, VerifierKey
from eventlog.readmodels import FingerprintMatch, Overview, OverviewPage
from eventlog.records import Record, interview_of
from eventlog.searching import Found, first_found
from eventlog.signing import KeysOfLog
from eventlog.stored import kept_time
from eventlog.tree import Nodes
from statemachine.interview import Interview
from statemachine.session import Role
from statemachine.states import State

T = TypeVar("T")
Db = TypeVar("Db")
Db_contra = TypeVar("Db_contra", contravariant=True)
Db_co = TypeVar("Db_co", covariant=True)

FIRST_WINDOW = 1_000
WINDOW = 20_000
"""How many events a search goes through at a time: some 10 ms. It begins with few, which fill the
page if the word is common, and takes twice as many each time."""

LISTED_WINDOW = 200_000
"""The interviews that began with so many events are looked at at a time, to find those of a role or
state: some 10 ms."""

LOOKING_SECONDS = 0.5
"""For how long a page is filled, and at least one window. Then it tells where to go on."""

OWN_AT_ONCE = 50
"""How many of a subject's own interviews a search goes through at a time."""

END: Final = 2**63 - 1
"""The position behind all that a log can have."""


@dataclass(frozen=True)
class Listing:
    """Which interviews a list is to hold, newest first: those begun before position `before`, at
    or after `start`, and up to `limit` of them. `practice`: those that are, or are not; None: all.
    `started_by`: those that this subject began."""

    state: State | None = None
    role: Role | None = None
    before: int = END
    start: int = 0
    limit: int = 20
    practice: bool | None = None
    started_by: str | None = None


class Queries(Protocol[Db_contra]):
    """What a storage is asked, through a connection to it. Each raises what its storage raises, or
    LogCorrupted where it holds what was never logged."""

    def records_of(self, db: Db_contra, interview_id: str) -> list[Record]:
        """The interview's records, oldest first."""
        ...

    def record(self, db: Db_contra, interview_id: str, version: int) -> Record | None: ...

    def records_from(self, db: Db_contra, position: int, limit: int) -> list[Record]: ...

    def head(self, db: Db_contra) -> int: ...

    def with_nodes(self, db: Db_contra, compute: Callable[[Nodes], T]) -> T:
        """What `compute` makes of the tree's nodes; which ones it reads depends on none of them."""
        ...

    def keys(self, db: Db_contra, origin: str) -> KeysOfLog: ...

    def checkpoints(self, db: Db_contra) -> list[str]: ...

    def beginning_with(self, db: Db_contra, prefix: str, limit: int) -> list[str]: ...

    def find(
        self, db: Db_contra, fingerprint: bytes, started_by: str | None
    ) -> FingerprintMatch | None: ...

    def find_current(
        self, db: Db_contra, fingerprint: bytes, started_by: str | None
    ) -> str | None: ...

    def was_started_by(self, db: Db_contra, subject: str, interview_id: str) -> bool: ...

    def overview(self, db: Db_contra, interview_id: str) -> Overview | None: ...

    def overviews(self, db: Db_contra, listing: Listing) -> list[Overview]: ...

    def begun_where_said(self, db: Db_contra, start: int, end: int, text: str) -> set[int]:
        """Where the interviews began in which `text` was said with an event from position `start`
        to before `end`."""
        ...

    def begun_before_said(
        self, db: Db_contra, start: int, end: int, since: int, text: str
    ) -> set[int]:
        """Where the interviews began in which `text` was said with an event from position `since`
        on: of those that began from position `start` to before `end`."""
        ...

    def found(
        self, db: Db_contra, listing: Listing, text: str, begun: Sequence[int]
    ) -> list[Overview]:
        """The listed interviews that are known by `text`, or began at one of the positions."""
        ...

    def forks_of(self, db: Db_contra, interview_id: str) -> list[str]: ...

    def expired(self, db: Db_contra, before: str, now: str) -> list[str]: ...

    def busy_days(self, db: Db_contra) -> list[str]:
        """`RetentionLog.busy_days`, as the text of each time."""
        ...

    def clock(self, db: Db_contra) -> str | None: ...

    def drafts(self, db: Db_contra) -> list[ReplyDraft]: ...


class Reading(Protocol[Db_co]):
    """Threads that read a storage, each through a connection of its own."""

    async def run(self, read: Callable[[Db_co], T]) -> T:
        """Return what `read` returns. Raises LogUnavailable or LogCorrupted."""
        ...

    async def close(self) -> None: ...


class StoredReader(ABC, Generic[Db]):
    """A `ReadableLog`, and the rest that is read of an `EventLog`: by `queries`, through `reader`.
    What looks through all interviews may take a second, in which everybody else reads on: it goes
    through `searcher`."""

    def __init__(self, queries: Queries[Db], reader: Reading[Db], searcher: Reading[Db]) -> None:
        self._queries = queries
        self._reader = reader
        self._searcher = searcher

    @property
    @abstractmethod
    def origin(self) -> str:
        """`Proofs.origin`."""

    @property
    @abstractmethod
    def _key_path(self) -> Path:
        """The file of the private key that signs the log's checkpoints."""

    async def interview(self, interview_id: str) -> Interview | None:
        records = await self.records(interview_id)
        return interview_of(records) if records else None

    async def records(self, interview_id: str) -> list[Record]:
        if interview_id == LOG_STREAM:
            return []
        return await self._reader.run(lambda db: self._queries.records_of(db, interview_id))

    async def record(self, interview_id: str, version: int) -> Record | None:
        if interview_id == LOG_STREAM:
            return None
        return await self._reader.run(lambda db: self._queries.record(db, interview_id, version))

    async def records_from(self, position: int, limit: int) -> list[Record]:
        return await self._reader.run(lambda db: self._queries.records_from(db, position, limit))

    async def head(self) -> int:
        return await self._reader.run(self._queries.head)

    async def root(self, size: int) -> bytes:
        return await self._with_nodes(partial(tree.root, size))

    async def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        return await self._with_nodes(partial(tree.inclusion_proof, position, size))

    async def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        return await self._with_nodes(partial(tree.consistency_proof, old_size, size))

    async def _with_nodes(self, compute: Callable[[Nodes], T]) -> T:
        return await self._reader.run(lambda db: self._queries.with_nodes(db, compute))

    async def signer(self) -> Signer:
        return await self._with_keys(KeysOfLog.signer)

    async def keys(self) -> list[VerifierKey | None]:
        return await self._with_keys(KeysOfLog.in_turn)

    async def _with_keys(self, read: Callable[[KeysOfLog, Path], T]) -> T:
        """Read the key's file where it keeps nobody waiting: in a thread that reads the log."""
        origin, path = self.origin, self._key_path
        return await self._reader.run(lambda db: read(self._queries.keys(db, origin), path))

    async def kept_checkpoints(self) -> list[str]:
        return await self._reader.run(self._queries.checkpoints)

    async def beginning_with(self, prefix: str, limit: int) -> list[str]:
        return await self._reader.run(lambda db: self._queries.beginning_with(db, prefix, limit))

    async def find(
        self, fingerprint: bytes, started_by: str | None = None
    ) -> FingerprintMatch | None:
        return await self._reader.run(lambda db: self._queries.find(db, fingerprint, started_by))

    async def find_current(self, fingerprint: bytes, started_by: str | None = None) -> str | None:
        return await self._reader.run(
            lambda db: self._queries.find_current(db, fingerprint, started_by)
        )

    async def was_started_by(self, subject: str, interview_id: str) -> bool:
        return await self._reader.run(
            lambda db: self._queries.was_started_by(db, subject, interview_id)
        )

    async def overview(self, interview_id: str) -> Overview | None:
        return await self._reader.run(lambda db: self._queries.overview(db, interview_id))

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
        listing = Listing(
            state, role, END if before is None else before, 0, limit, practice, started_by
        )
        if text is not None:
            find = self._found if started_by is None else self._found_in_own
            return await find(text, listing)
        may_fit_few = started_by is None and (state, role, practice) != (None, None, None)
        size = LISTED_WINDOW if may_fit_few else END
        return await self._page(
            listing, self._reader, size, size, lambda part, db: self._queries.overviews(db, part)
        )

    async def where_found(self, rows: Sequence[Overview], text: str) -> list[Found | None]:
        def look(db: Db) -> list[Found | None]:
            return [
                first_found(row, self._queries.records_of(db, row.interview_id), text)
                for row in rows
            ]

        return await self._searcher.run(look)

    async def _found_in_own(self, text: str, listing: Listing) -> OverviewPage:
        """The same of the listed interviews that a subject began. Those of others are not looked
        at: the time would tell of them."""
        found: list[Overview] = []
        stop = time.monotonic() + LOOKING_SECONDS
        while True:
            part = replace(listing, limit=OWN_AT_ONCE)
            rows = await self._searcher.run(partial(self._queries.overviews, listing=part))
            places = await self.where_found(rows, text)
            found += [row for row, place in zip(rows, places, strict=True) if place is not None]
            if len(rows) < OWN_AT_ONCE:
                return OverviewPage.of(found, listing.limit)
            listing = replace(listing, before=rows[-1].first_position)
            if len(found) > listing.limit or time.monotonic() > stop:
                return OverviewPage.of(found, listing.limit, listing.before)

    async def _found(self, text: str, listing: Listing) -> OverviewPage:
        """Those of the listed interviews that `text` is found in.

        An index of the words would be faster, and one more place that words must be forgotten in.
        So the events are gone through from the newest, window by window; no event of an interview
        comes before its first, so that all is known of those that begin in the window. Where this
        is not the first page, what was said in them later, in events that the pages before went
        through, is looked up interview by interview.
        """
        begun: set[int] = set()

        def look(window: Listing, db: Db) -> list[Overview]:
            nonlocal begun
            start, end = window.start, window.before
            begun = {position for position in begun if position < end}
            begun |= self._queries.begun_where_said(db, start, end, text)
            if listing.before < END:
                begun |= self._queries.begun_before_said(db, start, end, listing.before, text)
            here = [position for position in begun if position >= start]
            return self._queries.found(db, window, text, here)

        return await self._page(listing, self._searcher, FIRST_WINDOW, WINDOW, look)

    async def _page(
        self,
        listing: Listing,
        reader: Reading[Db],
        size: int,
        most: int,
        look: Callable[[Listing, Db], list[Overview]],
    ) -> OverviewPage:
        """What `look` finds of the listed interviews, window by window from the newest event. The
        first window has `size` events, the next twice as many, and so on up to `most`."""
        rows: list[Overview] = []
        end = listing.before
        if size < END:  # or all is one window, wherever it ends
            end = min(end, await reader.run(self._queries.head))
        stop = time.monotonic() + LOOKING_SECONDS
        while end > 0 and len(rows) <= listing.limit:  # one more tells whether there are more
            start, room = max(0, end - size), listing.limit + 1 - len(rows)
            window = replace(listing, start=start, before=end, limit=room)
            rows += await reader.run(partial(look, window))
            end, size = start, min(2 * size, most)
            if time.monotonic() > stop:
                break
        return OverviewPage.of(rows, listing.limit, end or None)

    async def forks_of(self, interview_id: str) -> list[str]:
        return await self._searcher.run(lambda db: self._queries.forks_of(db, interview_id))

    async def expired(self, before: str, now: str) -> list[str]:
        return await self._searcher.run(lambda db: self._queries.expired(db, before, now))

    async def busy_days(self) -> list[datetime]:
        return [kept_time(time) for time in await self._searcher.run(self._queries.busy_days)]

    async def clock(self) -> datetime | None:
        kept = await self._reader.run(self._queries.clock)
        return kept_time(kept) if kept is not None else None

    async def drafts(self) -> list[ReplyDraft]:
        return await self._reader.run(self._queries.drafts)

    async def close(self) -> None:
        await self._searcher.close()
        await self._reader.close()
