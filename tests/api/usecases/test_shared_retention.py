"""Several gateways with RETENTION_DAYS share a log. What is due is forgotten once."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.usecases.custody import Custody
from api.usecases.retention import Retention
from backends.deadline import Deadline
from eventlog.open import stored_log
from eventlog.protocol import EventLog
from eventlog.verification.verify import verify
from statemachine.events import KIND_OF, ContentForgotten
from tests.eventlog.interviews import AT, OPENING, WHOLE, new_id, tell
from tests.eventlog.running import in_loop
from tests.postgres import needs_postgres
from tests.sharing import SHARINGS, InDatabase, Sharing

LATER = AT + timedelta(days=31)
GATEWAYS = 3


class Together:
    """A gateway's log in which no gateway begins to erase before all have found what is due."""

    def __init__(self, log: EventLog, all_found: asyncio.Barrier) -> None:
        self._log = log
        self._all_found = all_found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def expired(self, before: str, now: str) -> list[str]:
        found = await self._log.expired(before, now)
        await self._all_found.wait()
        return found


@pytest.fixture(params=["memory", pytest.param("postgres", marks=needs_postgres)])
def sharing(request: pytest.FixtureRequest, tmp_path: Path) -> Sharing:
    return SHARINGS[request.param](tmp_path)


@pytest.fixture
def views(sharing: Sharing) -> Iterator[list[EventLog]]:
    views = [sharing.view() for _ in range(GATEWAYS)]
    yield views
    for view in views:
        asyncio.run(view.close())


@in_loop
async def test_gateways_that_erase_the_same_interviews_at_once_erase_each_once(
    sharing: Sharing, views: list[EventLog], caplog: pytest.LogCaptureFixture
) -> None:
    due = [new_id() for _ in range(12)]
    for n, id in enumerate(due):
        await tell(views[n % GATEWAYS], id, *WHOLE)
    running = new_id()
    await tell(views[0], running, *OPENING)
    for view in views:  # all have them in memory, as they were
        for id in due:
            assert await view.interview(id) is not None
    all_found = asyncio.Barrier(GATEWAYS)
    logs: list[Any] = [Together(view, all_found) for view in views]
    custodies = [Custody(log, now=lambda: LATER) for log in logs]
    keeping = [
        Retention(log, custody, days=30, confirmed=LATER.date(), now=lambda: LATER)
        for log, custody in zip(logs, custodies, strict=True)
    ]
    with caplog.at_level(logging.WARNING):
        # Each has forgotten all of them when it is through, whoever did it.
        assert await asyncio.gather(*(k.forget_expired() for k in keeping)) == [due] * GATEWAYS
        assert await asyncio.gather(*(k.forget_expired() for k in keeping)) == [[]] * GATEWAYS
    assert caplog.records == []
    for view in views:
        for id in due:
            records = await view.records(id)
            assert len(records) == len(WHOLE) + 1
            assert records[-1].kind == KIND_OF[ContentForgotten]
        assert (await view.overview(running)) is not None
    if isinstance(sharing, InDatabase):
        assert verify(stored_log(sharing.url)).findings == ()


@needs_postgres
@in_loop
async def test_gateways_that_overwrite_erased_words_at_once_leave_none_and_do_not_fail(
    tmp_path: Path,
) -> None:
    sharing = InDatabase(tmp_path)
    views = [sharing.view() for _ in range(GATEWAYS)]
    for _ in range(3):
        id = new_id()
        await tell(views[0], id, *WHOLE)
        await Custody(views[0], now=lambda: LATER).erase(id, "They asked.")
        # One may have to let another finish first, and then tries again.
        gives_up = Deadline.after(30)
        while not all(await asyncio.gather(*(view.scrub() for view in views))):
            assert gives_up.left()
        assert await views[0].scrubs_due() == 0
    await asyncio.gather(*(view.close() for view in views))
