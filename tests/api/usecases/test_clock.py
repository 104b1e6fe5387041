"""The times that events are recorded with.

No gateway runs while the time is frozen here: freezegun stops its event loop's clock too.
"""

import asyncio
from uuid import uuid4

from freezegun import freeze_time

from eventlog.memory import MemoryEventLog
from eventlog.times import utc_now
from statemachine.commands import start_interview
from statemachine.roles import DATA_ANALYST
from statemachine.session import Config
from tests.gateways import serving


def test_times_are_those_of_the_events_in_utc_with_a_z() -> None:
    log, id = MemoryEventLog(), str(uuid4())
    started = start_interview(Config(role=DATA_ANALYST), "Be kind.")
    with freeze_time("2026-01-05 10:30:00"):
        asyncio.run(log.append(id, 0, [started], utc_now()))
    with serving(log=log) as gateway:
        found = gateway.get(f"/api/v1/interviews/{id}").json()
    assert found["startedAt"] == found["updatedAt"] == "2026-01-05T10:30:00.000Z"
