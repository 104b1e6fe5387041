"""Readers by position beside many writers: they miss, double and swap no record."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from eventlog.errors import LogUnavailable, VersionConflict
from eventlog.open import open_log, open_reader
from eventlog.protocol import EventLog, ReadableLog
from eventlog.records import Record
from statemachine.events import Event
from tests.eventlog.interviews import AT, WHOLE, new_id
from tests.eventlog.running import in_loop
from tests.forked import fork
from tests.postgres import GATEWAY, cluster

T = TypeVar("T")

PATIENCE = 300
"""Seconds in which all is done, on a machine that is very busy."""
PAUSE = 0.02
"""Seconds until something is tried again, or looked for."""
CLIENTS = 4
INTERVIEWS = 5
"""That each client conducts."""

LOGS: dict[str, tuple[Callable[[Path], str], int]] = {
    "sqlite": (lambda folder: f"sqlite:///{folder}/interviews.db", 1),
    "postgres": (lambda _: cluster().empty_log(GATEWAY), 3),
}
"""The URL of an empty log, and how many processes may write it."""


async def patiently(do: Callable[[], Awaitable[T]]) -> T:
    """What `do` returns, also if a busy machine makes the database too slow at first."""
    while True:
        with suppress(LogUnavailable):
            return await do()
        await asyncio.sleep(PAUSE)


async def append(log: EventLog, id: str, version: int, event: Event) -> None:
    with suppress(VersionConflict):  # it was taken when that was not known
        await log.append(id, version, [event], AT)


async def conduct(log: EventLog) -> None:
    for _ in range(INTERVIEWS):
        id = new_id()
        moves: tuple[Event, ...] = WHOLE
        for version, event in enumerate(moves):
            await patiently(partial(append, log, id, version, event))


async def follow(log: ReadableLog, total: int, *, by_head: bool) -> list[bytes]:
    """The leaves of the first `total` records, read as they come: up to the head, or whatever is
    there."""
    leaves: list[bytes] = []
    versions: Counter[str] = Counter()
    while len(leaves) < total:
        seen = len(leaves)
        head = await patiently(log.head) if by_head else seen
        limit = head - seen if by_head else 7
        found: list[Record] = await patiently(partial(log.records_from, seen, limit))
        assert len(found) == limit if by_head else len(found) <= limit
        for record in found:
            versions[record.interview_id] += 1
            assert (record.position, record.version) == (
                len(leaves),
                versions[record.interview_id],
            )
            leaves.append(record.leaf)
        if not found:
            await asyncio.sleep(PAUSE)
    return leaves


def write_and_follow(url: str, key: Path, total: int) -> None:
    """Conduct interviews as one gateway does, and read those of all."""

    async def work() -> None:
        log = open_log(url, key)
        writing = asyncio.gather(*(conduct(log) for _ in range(CLIENTS)))
        first, second = await asyncio.gather(
            follow(log, total, by_head=True), follow(log, total, by_head=False)
        )
        assert first == second
        await writing
        await log.close()

    asyncio.run(work())


@pytest.mark.parametrize("kind", LOGS)
@in_loop
async def test_readers_by_position_miss_double_and_swap_nothing(kind: str, tmp_path: Path) -> None:
    make, writers = LOGS[kind]
    url, key = make(tmp_path), tmp_path / "log.key"
    await open_log(url, key).close()  # so that there is something to read
    total = writers * CLIENTS * INTERVIEWS * len(WHOLE)
    processes = [fork(write_and_follow, url, key, total) for _ in range(writers)]
    readers = [open_reader(url, key) for _ in range(2)]
    try:
        async with asyncio.timeout(PATIENCE):
            first, second = await asyncio.gather(
                follow(readers[0], total, by_head=True), follow(readers[1], total, by_head=False)
            )
        for process in processes:
            await asyncio.to_thread(process.join, PATIENCE)
            assert process.exitcode == 0
        # What was read first is what is there in the end.
        kept = [r.leaf for r in await patiently(partial(readers[0].records_from, 0, total + 1))]
        assert first == second == kept
    finally:
        for reader in readers:
            await reader.close()
