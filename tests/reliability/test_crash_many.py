"""The short run of the crash harness for many gateways: `python -m tests.reliability.crash_many` is
the long one."""

from pathlib import Path

from tests.postgres import needs_postgres
from tests.redis_server import needs_redis
from tests.reliability.crash_many import crash_many

KILLS = 8


@needs_postgres
@needs_redis
def test_nothing_acknowledged_is_lost_or_there_twice_whatever_is_killed(tmp_path: Path) -> None:
    result = crash_many(tmp_path, kills=KILLS, gateways=2, clients=5, seed=20261128)
    assert result.findings == []
    assert result.kills.total() == KILLS
    assert {*result.kills} == {"a gateway", "PostgreSQL", "Redis"}
    assert result.acknowledged > KILLS
