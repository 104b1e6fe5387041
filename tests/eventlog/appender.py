"""Appends to a log as fast as it can until it is killed, and tells of what was acknowledged.

python -m tests.eventlog.appender sqlite:////tmp/interviews.db       events, several at once
python -m tests.eventlog.appender sqlite:////tmp/{}.db               one new log after another
"""

import asyncio
import sys
from itertools import count

from eventlog.open import open_log
from eventlog.protocol import EventLog
from statemachine.commands import give_answer
from statemachine.events import Event
from statemachine.roles import DATA_ANALYST
from tests.eventlog.interviews import ask, new_id, start, tell

CLIENTS = 4
APPENDS: tuple[tuple[Event, ...], ...] = (
    (start(DATA_ANALYST, 15), ask(1)),
    *((give_answer("Because."), ask(number)) for number in range(2, 16)),
    (give_answer("That is all."),),
)


async def conduct(log: EventLog) -> None:
    """Interview after interview."""
    while True:
        id = new_id()
        for events in APPENDS:
            interview = await tell(log, id, *events)
            print(id, interview.version, flush=True)


async def append(log: EventLog) -> None:
    await asyncio.gather(*(conduct(log) for _ in range(CLIENTS)))


if __name__ == "__main__":
    url = sys.argv[1]
    if "{}" not in url:
        asyncio.run(append(open_log(url)))
    for number in count():
        print(number, flush=True)
        asyncio.run(open_log(url.format(number)).close())
