"""The primary is killed amid appends, and its synchronous standby takes its place: nothing that was
acknowledged is lost, and the log's readers and writers go on by themselves."""

import asyncio
import os
import signal
import time

import pytest

from eventlog.open import stored_log
from eventlog.verification.verify import verify
from tests.eventlog.postgres.beginning import GIVE_UP, Beginning
from tests.eventlog.postgres.conftest import Open
from tests.eventlog.postgres.test_outages import until_back
from tests.eventlog.running import in_loop
from tests.postgres import Cluster, needs_postgres, own_cluster

pytestmark = needs_postgres

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


def wait_for(cluster: Cluster, count: str) -> None:
    """Wait until there is one of what `count` counts."""
    give_up = time.monotonic() + GIVE_UP
    while cluster.execute(count) == [(0,)]:
        assert time.monotonic() < give_up, count
        time.sleep(0.01)


def wait_for_standby(primary: Cluster, level: str) -> None:
    """Let commits wait for the standby from now on."""
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.execute(f"ALTER SYSTEM SET synchronous_commit = {level}")
    primary.execute("SELECT pg_reload_conf()")
    wait_for(primary, SYNCHRONOUS)


def fail_over(primary: Cluster, standby: Cluster) -> None:
    """Kill the primary while it has commits that the standby did not get, and promote the
    standby."""
    for (sender,) in primary.execute("SELECT pid FROM pg_stat_replication"):
        os.kill(int(str(sender)), signal.SIGSTOP)
    wait_for(primary, WAITING)
    primary.kill()
    assert standby.execute("SELECT pg_promote()") == [(True,)]


@pytest.mark.parametrize("level", ["on", "remote_apply"])
@in_loop
async def test_a_fail_over_loses_nothing_acknowledged(open_at: Open, level: str) -> None:
    with own_cluster() as primary, own_cluster(primary) as standby:
        url = primary.empty_log()
        wait_for_standby(primary, level)
        database = url.rpartition("/")[2]
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        of_both = f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"
        logs = [open_at(of_both), open_at(of_both)]
        beginning = Beginning(logs)
        await beginning.until_acknowledged(40)
        await asyncio.to_thread(fail_over, primary, standby)
        for log in logs:
            await until_back(log)
        before = frozenset(beginning.acknowledged)
        await beginning.until_acknowledged(len(before) + 40)
        await beginning.end()
        assert before < beginning.acknowledged
        assert verify(stored_log(of_both)).findings == ()
        for log in logs:
            await log.close()
