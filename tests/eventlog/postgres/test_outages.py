"""A server that is killed, stopped, started again or cut off loses nothing that was acknowledged,
keeps nobody waiting for long, and is used again as soon as it is back."""

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import psycopg
import pytest

from eventlog.errors import EventLogError, LogNotOpened, LogUnavailable, OutcomeUnknown
from eventlog.open import stored_log
from eventlog.postgres.connection import connect
from eventlog.postgres.log import PostgresEventLog
from eventlog.postgres.writing import WritingDatabase
from eventlog.verification.verify import verify
from statemachine.commands import give_answer
from tests.cutting import Proxy, proxy_to
from tests.eventlog.interviews import AT, OPENING, new_id, tell
from tests.eventlog.postgres.beginning import GIVE_UP, Beginning
from tests.eventlog.postgres.conftest import Open
from tests.eventlog.running import in_loop
from tests.postgres import Cluster, cluster, needs_postgres, own_cluster

pytestmark = needs_postgres

COMMIT = b"COMMIT\x00"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with own_cluster() as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxy_to(cluster().port) as proxy:
        yield proxy


def through(proxy: Proxy, url: str) -> str:
    return url.replace(f":{cluster().port}/", f":{proxy.port}/")


async def until_back(log: PostgresEventLog) -> None:
    """Wait until the log can be read and written again."""
    async with asyncio.timeout(GIVE_UP):
        while True:
            with suppress(LogUnavailable):
                if await log.is_writable():
                    await log.head()
                    return
            await asyncio.sleep(0.05)


@in_loop
async def test_a_killed_server_loses_and_doubles_nothing_acknowledged(
    server: Cluster, open_at: Open
) -> None:
    url = server.empty_log()
    logs = [open_at(url), open_at(url)]
    beginning = Beginning(logs)
    for kills in range(2):
        await beginning.until_acknowledged(40 * (kills + 1))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    for log in logs:
        await until_back(log)
    await beginning.end()
    assert verify(stored_log(url)).findings == ()


@in_loop
async def test_a_stopped_server_keeps_nobody_waiting(server: Cluster, open_at: Open) -> None:
    url = server.empty_log()
    log = open_at(url)
    id = new_id()
    await tell(log, id, *OPENING)
    server.signal(signal.SIGSTOP)
    try:
        # What comes later is told with the rest: nothing piles up.
        async with asyncio.timeout(GIVE_UP):
            outcomes = await asyncio.gather(
                *(log.append(new_id(), 0, OPENING, AT) for _ in range(200)),
                log.interview(id),
                log.head(),
                log.is_writable(),
                return_exceptions=True,
            )
        assert outcomes.pop() is False
        assert all(isinstance(outcome, LogUnavailable) for outcome in outcomes)
    finally:
        server.signal(signal.SIGCONT)
    await until_back(log)
    assert (await log.append(id, 2, [give_answer("Yes.")], AT)).interview.version == 3


@in_loop
async def test_a_server_that_is_started_again_is_used_at_once(
    server: Cluster, open_at: Open
) -> None:
    log = open_at(server.empty_log())
    id = new_id()
    await tell(log, id, *OPENING)
    await asyncio.to_thread(server.stop)
    with pytest.raises(LogUnavailable, match="nothing listens where the database should be"):
        await tell(log, new_id(), *OPENING)
    await asyncio.to_thread(server.start)
    await until_back(log)
    assert (await tell(log, id, give_answer("Yes."))).version == 3


@in_loop
async def test_a_gateway_that_starts_before_its_database_opens_it_later(
    server: Cluster, open_at: Open
) -> None:
    url = server.empty_database()
    await asyncio.to_thread(server.stop)
    log = open_at(url)
    assert not await log.is_writable()
    with pytest.raises(LogUnavailable):
        await log.head()
    await asyncio.to_thread(server.start)
    await until_back(log)
    await tell(log, new_id(), *OPENING)
    assert await log.head() == 2


@in_loop
async def test_connections_that_the_server_closed_are_made_again_unnoticed(
    log: PostgresEventLog, url: str
) -> None:
    database = url.rpartition("/")[2]
    id = new_id()
    await tell(log, id, *OPENING)
    cluster().execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )
    appended = await log.append(id, 2, [give_answer("Yes.")], AT)
    assert await log.interview(id) == appended.interview


@in_loop
async def test_a_commit_whose_answer_is_lost_is_found(
    open_at: Open, url: str, proxy: Proxy
) -> None:
    log = open_at(through(proxy, url))
    id = new_id()
    await tell(log, id, *OPENING)
    proxy.cut_after = COMMIT
    appended = await log.append(id, 2, [give_answer("Yes.")], AT)
    assert proxy.cuts == 1
    assert await log.head() == 3
    assert await log.interview(id) == appended.interview


@in_loop
async def test_a_commit_that_cannot_be_looked_up_is_said_to_be_unknown(
    open_at: Open, url: str, proxy: Proxy
) -> None:
    log = open_at(through(proxy, url))
    id = new_id()
    await tell(log, id, *OPENING)
    proxy.is_once, proxy.cut_after = False, COMMIT
    with pytest.raises(OutcomeUnknown, match="not known whether"):
        await log.append(id, 2, [give_answer("Yes.")], AT)
    proxy.refuses = False
    await until_back(log)
    with suppress(EventLogError):  # the same again, by whoever asks the log first
        await log.append(id, 2, [give_answer("Yes.")], AT)
    assert await log.head() == 3


def test_a_connection_that_is_not_made_in_time_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gc.disable()  # a collection would hide it
        try:
            with pytest.raises(psycopg.OperationalError):
                connect(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/any")
            left, _ = silent.accept()
            with left:
                left.settimeout(GIVE_UP)
                while left.recv(100):
                    pass
        finally:
            gc.enable()


@in_loop
async def test_a_database_that_went_back_to_an_older_state_takes_nothing(
    server: Cluster, open_at: Open
) -> None:
    url = server.empty_log()
    name = url.rpartition("/")[2]
    log = open_at(url)
    await tell(log, new_id(), *OPENING)
    close = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    server.execute(close)
    server.execute(f"CREATE DATABASE {name}_before TEMPLATE {name}")
    await tell(log, new_id(), *OPENING)
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.execute(close)
    server.execute(f"ALTER DATABASE {name} RENAME TO {name}_whole")
    server.execute(f"ALTER DATABASE {name}_before RENAME TO {name}")
    with pytest.raises(LogUnavailable, match="does not hold all that this gateway has recorded"):
        await log.append(new_id(), 0, OPENING, AT)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://nobody_here@127.0.0.1:{port}/postgres", "no such database or user"),
        ("postgresql://postgres@127.0.0.1:{port}/none", "no such database or user"),
        ("postgresql://postgres@127.0.0.1:{port}/postgres?nonsense=1", "cannot be read"),
    ],
)
def test_a_database_that_no_patience_opens_is_refused_at_once(
    open_at: Open, url: str, why: str
) -> None:
    with pytest.raises(LogNotOpened, match=why):
        open_at(url.format(port=cluster().port))


def test_a_commit_waits_for_the_disk_where_the_database_does_not(url: str) -> None:
    database = urlsplit(url).path[1:]
    cluster().execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    storage = WritingDatabase(url, lambda _: None)
    [(setting,)] = storage.transact(lambda db: db.execute("SHOW synchronous_commit").fetchall())
    storage.drop()
    assert setting == "on"
