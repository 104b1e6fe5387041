"""Limits that gateways share through Redis: counted together while it is there, and by each gateway
itself when it is not."""

import asyncio
from pathlib import Path

from api.http.ratelimit.quota import Quota
from api.http.ratelimit.shared import SharedCounters
from tests.backends.shared.gateways import PATIENCE, board, eventually, new_log, online
from tests.eventlog.running import in_loop
from tests.redis_server import needs_redis, redis_server

pytestmark = needs_redis


@in_loop
async def test_two_gateways_grant_just_as_much_as_one_whatever_becomes_of_redis(
    tmp_path: Path,
) -> None:
    with redis_server(tmp_path) as redis:
        log = new_log()
        boards = [board(redis.url, log, request_seconds=PATIENCE) for _ in range(2)]
        quotas = [Quota("20/day", SharedCounters(one)) for one in boards]
        async with online(*boards):
            shares = await asyncio.gather(*(quotas[n % 2].take("sub:ann") for n in range(60)))
            assert sum(share.is_granted for share in shares) == 20
            assert all(0 < share.more_in <= 86401 for share in shares)
            assert (await quotas[0].take("sub:ben")).left == 19
            keys = [key for key in redis.all_keys() if ":limit:" in key]
            assert keys
            assert not [key for key in keys if "ann" in key or "ben" in key]
            assert all(0 < int(redis.tell("PTTL", key)) <= 2 * 86_400_000 for key in keys)

            redis.tell("FLUSHALL")
            assert (await quotas[0].take("sub:ann")).left == 19
            redis.kill()
            await eventually(lambda: not any(one.glance().is_online for one in boards))
            # Each has counted in memory what it granted itself.
            for quota in quotas:
                taken = [await quota.take("sub:cleo") for _ in range(21)]
                assert sum(share.is_granted for share in taken) == 20
            assert not any([(await quota.take("sub:cleo")).is_granted for quota in quotas])
