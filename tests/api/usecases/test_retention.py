"""Words whose time is over are forgotten, and no others: not by a clock that is wrong, and not
because one interview cannot be forgotten."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from api.usecases.custody import Custody
from api.usecases.retention import STEP, Retention
from eventlog.errors import LogCorrupted, LogUnavailable
from eventlog.memory import MemoryEventLog
from eventlog.protocol import Appended, EventLog
from eventlog.sqlite.log import SqliteEventLog
from eventlog.times import to_text
from statemachine.events import ContentForgotten, Event, InterviewHeld
from statemachine.interview import Interview, replay
from tests.desktop import Desktop
from tests.eventlog.interviews import AT, OPENING, WHOLE, adopt, new_id, tell
from tests.eventlog.running import in_loop
from tests.eventlog.verification.logs import falsify
from tests.forked import PATIENCE
from tests.gateways import Served, serving

INTERVIEWS = "/api/v1/interviews"
DAY = timedelta(days=1)
YEARS = timedelta(days=25 * 365)
DOUBT = "RETENTION_DAYS erases nothing: the clock says"


@dataclass
class Clock:
    """A machine's clock, and the seconds that its processes count whatever that says."""

    now: datetime = AT
    counted: float = field(default=0.0)

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.counted += time.total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    is_memory = request.param == "memory"
    log = MemoryEventLog() if is_memory else SqliteEventLog(tmp_path / "interviews.db")
    yield log
    asyncio.run(log.close())


def retention(
    log: EventLog, clock: Clock, days: int = 30, confirmed: date | None = None
) -> Retention:
    """That of a gateway that has just started."""
    return Retention(
        log,
        Custody(log, now=lambda: clock.now),
        days=days,
        confirmed=confirmed,
        now=lambda: clock.now,
        elapsed=lambda: clock.counted,
    )


def doubts(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if DOUBT in record.getMessage()]


def was_told(caplog: pytest.LogCaptureFixture, times: int) -> bool:
    return len(doubts(caplog)) == times


# What is due


@in_loop
async def test_complete_interviews_are_forgotten_when_their_time_is_over(
    log: EventLog, clock: Clock
) -> None:
    old, held, young, running, adopted = (new_id() for _ in range(5))
    await tell(log, old, *WHOLE)
    await tell(log, held, *WHOLE, InterviewHeld(reason="A court asks."))
    await tell(log, running, *OPENING)
    await tell(log, adopted, adopt(replay(WHOLE).session, adopted))
    await tell(log, young, *WHOLE, at=AT + 2 * DAY)
    keeping = retention(log, clock)
    assert await keeping.forget_expired() == []
    clock.passes(31 * DAY)
    assert await keeping.forget_expired() == [old, adopted]
    assert await keeping.forget_expired() == []
    await Custody(log, now=lambda: clock.now).release(held, "It is done.")
    assert await keeping.forget_expired() == [held]
    last = (await log.records(old))[-1].event
    assert getattr(last, "reason", None) == "RETENTION_DAYS=30 are over."


def test_a_gateway_forgets_by_itself_what_is_too_old(tmp_path: Path) -> None:
    async def last_month() -> None:
        log = SqliteEventLog(tmp_path / "interviews.db")
        now = datetime.now(AT.tzinfo)
        await tell(log, new_id(), *WHOLE, at=now - 31 * DAY)
        await tell(log, new_id(), *OPENING, at=now)
        await log.close()

    asyncio.run(last_month())
    url = f"sqlite:///{tmp_path}/interviews.db"
    with serving(eventlog_url=url, retention_days=1) as gateway:
        until(lambda: states(gateway) == ["started", "forgotten"] or None)


def states(gateway: Served) -> list[str]:
    found = gateway.get(INTERVIEWS).json()["interviews"]
    return ["started" if row["state"] == "questioning" else row["state"] for row in found]


def until(holds: Callable[[], object]) -> None:
    gives_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < gives_up
        time.sleep(0.02)


# A clock that is wrong


@in_loop
async def test_a_clock_far_ahead_forgets_nothing_whatever_is_written_and_restarted_with_it(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    mine = new_id()
    await tell(log, mine, *WHOLE)
    await retention(log, clock).forget_expired()
    clock.now += YEARS
    for _ in range(3):
        wrong = retention(log, clock)  # a restart
        await tell(log, new_id(), *WHOLE, at=clock.now)
        for _ in range(3):
            clock.passes(timedelta(minutes=10))
            assert await wrong.forget_expired() == []
    assert len(doubts(caplog)) == 3, "once for each start"
    message = doubts(caplog)[0]
    assert "2050-12-30T10:40:00.000Z" in message, "what the clock says"
    assert "2026-01-05T10:30:00.000Z" in message, "what is known"
    assert "set RETENTION_CLOCK_CONFIRMED to today's date" in message
    assert "(1 by this clock)" in message
    clock.now -= YEARS
    assert await retention(log, clock).forget_expired() == []
    assert len(doubts(caplog)) == 3, "it is right again"
    clock.passes(31 * DAY)


@in_loop
async def test_a_log_that_never_kept_a_clock_measures_it_by_its_events(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await tell(log, new_id(), *WHOLE)
    clock.now += STEP + DAY
    first = retention(log, clock, days=1)
    assert await first.forget_expired() == []
    await tell(log, new_id(), *OPENING, at=clock.now)
    assert await first.forget_expired() == [], "what is written since makes the clock no better"
    assert await retention(log, clock, days=1).forget_expired() == []
    assert doubts(caplog)


@in_loop
async def test_what_a_wrong_clock_wrote_before_retention_was_set_makes_it_no_better(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await tell(log, new_id(), *WHOLE)
    await tell(log, new_id(), *WHOLE, at=AT + STEP)
    clock.now += YEARS
    await tell(log, new_id(), *WHOLE, at=clock.now)
    assert await retention(log, clock).forget_expired() == []
    [message] = doubts(caplog)
    assert to_text(AT + STEP) in message
    assert await retention(log, clock).forget_expired() == []
    today = clock.now.date()
    assert len(await retention(log, clock, confirmed=today).forget_expired()) == 2


@in_loop
async def test_an_empty_log_begins_with_the_clock_it_is_started_with(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = retention(log, clock, days=1)
    await keeping.forget_expired()
    mine = new_id()
    await tell(log, mine, *WHOLE)
    clock.now += YEARS
    await tell(log, new_id(), *OPENING, at=clock.now)
    assert await keeping.forget_expired() == []
    clock.now -= YEARS
    clock.passes(2 * DAY)
    assert await keeping.forget_expired() == [mine]


@in_loop
async def test_time_that_the_process_saw_pass_is_believed(log: EventLog, clock: Clock) -> None:
    mine = new_id()
    await tell(log, mine, *WHOLE)
    keeping = retention(log, clock)
    await keeping.forget_expired()
    clock.passes(60 * DAY)  # in which no round could be made: the log was away, say
    assert await keeping.forget_expired() == [mine]


@in_loop
async def test_a_machine_that_was_off_for_a_week_needs_nobody(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    mine = new_id()
    await tell(log, mine, *WHOLE)
    for _ in range(5):
        assert await retention(log, clock).forget_expired() == []
        clock.now += STEP
    assert await retention(log, clock).forget_expired() == [mine]
    clock.now += STEP + timedelta(seconds=1)
    assert await retention(log, clock).forget_expired() == []
    assert len(doubts(caplog)) == 1


@in_loop
async def test_steps_ahead_that_are_taken_back_do_not_add_up(log: EventLog, clock: Clock) -> None:
    await tell(log, new_id(), *WHOLE)
    for ahead in (STEP, 2 * STEP):
        await retention(log, clock, days=10).forget_expired()
        clock.now = AT + ahead
        assert await retention(log, clock, days=10).forget_expired() == []
        clock.now = AT


@in_loop
async def test_a_clock_far_behind_forgets_nothing_and_is_told_of(
    log: EventLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await tell(log, new_id(), *WHOLE, at=AT - 40 * DAY)
    await tell(log, new_id(), *OPENING)
    clock.now -= STEP + DAY
    keeping = retention(log, clock)
    assert await keeping.forget_expired() == []
    assert len(doubts(caplog)) == 1
    clock.now = AT
    with caplog.at_level(logging.INFO):
        assert len(await keeping.forget_expired()) == 1
    assert "The clock is right again" in caplog.text


@in_loop
async def test_an_interview_held_while_the_clock_was_far_behind_is_as_young_as_it_is(
    log: EventLog, clock: Clock
) -> None:
    await tell(log, new_id(), *OPENING)
    await retention(log, clock).forget_expired()
    battery_is_dead = new_id()
    await tell(log, battery_is_dead, *WHOLE, at=datetime(1970, 1, 1, tzinfo=AT.tzinfo))
    assert await retention(log, clock).forget_expired() == []
    clock.passes(29 * DAY)
    await tell(log, new_id(), *OPENING, at=clock.now)
    keeping = retention(log, clock, confirmed=clock.now.date())
    assert await keeping.forget_expired() == []
    clock.passes(2 * DAY)
    assert await keeping.forget_expired() == [battery_is_dead]


def test_a_gateway_started_with_its_clock_25_years_ahead_keeps_what_it_holds_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path}/interviews.db"
    with serving(eventlog_url=url) as gateway:
        Desktop(gateway).start(totalQuestions=1).finish()
    ahead = datetime.now(AT.tzinfo) + YEARS
    monkeypatch.setattr("api.gateway.utc_now", lambda: ahead)
    for started in (1, 2):
        with serving(eventlog_url=url, retention_days=30) as gateway:
            until(partial(was_told, caplog, started))
            Desktop(gateway).start(totalQuestions=1).finish()
            assert set(states(gateway)) == {"complete"}
    confirmed = ahead.date()
    with serving(
        eventlog_url=url, retention_days=30, retention_clock_confirmed=confirmed
    ) as gateway:
        until(lambda: states(gateway) == ["complete", "complete", "forgotten"])


# A person's word


@pytest.mark.parametrize("zone", [-DAY, 0 * DAY, DAY])
@in_loop
async def test_a_person_confirms_a_clock_that_is_far_ahead(
    log: EventLog, clock: Clock, zone: timedelta
) -> None:
    mine = new_id()
    await tell(log, mine, *WHOLE)
    await retention(log, clock).forget_expired()
    clock.now += 100 * DAY
    assert await retention(log, clock).forget_expired() == []
    confirmed = (clock.now + zone).date()
    assert await retention(log, clock, confirmed=confirmed).forget_expired() == [mine]


@in_loop
async def test_a_date_confirmed_once_does_not_confirm_a_later_clock(
    log: EventLog, clock: Clock
) -> None:
    await tell(log, new_id(), *WHOLE)
    confirmed = clock.now.date()
    await retention(log, clock, confirmed=confirmed).forget_expired()
    clock.now += YEARS
    assert await retention(log, clock, confirmed=confirmed).forget_expired() == []


@in_loop
async def test_a_person_confirms_a_clock_that_was_ahead_and_is_right_again(
    log: EventLog, clock: Clock
) -> None:
    mine = new_id()
    clock.now += YEARS
    await retention(log, clock).forget_expired()  # of an empty log
    clock.now = AT
    await tell(log, mine, *WHOLE)
    clock.passes(31 * DAY)
    assert await retention(log, clock).forget_expired() == []
    confirmed = clock.now.date()
    assert await retention(log, clock, confirmed=confirmed).forget_expired() == [mine]


@in_loop
async def test_a_dead_battery_is_not_confirmed_by_a_date_that_still_stands_in_the_settings(
    log: EventLog, clock: Clock
) -> None:
    mine, confirmed = new_id(), clock.now.date()
    await tell(log, mine, *WHOLE)
    await retention(log, clock, confirmed=confirmed).forget_expired()
    clock.now -= YEARS
    await retention(log, clock, confirmed=confirmed).forget_expired()
    assert await log.clock() == AT


# One failure stops no other


class Unforgettable(MemoryEventLog):
    """A log that fails to forget some interviews: with a defect, or because it is away."""

    def __init__(self, ids: Sequence[str], error: Exception, is_away: bool) -> None:
        super().__init__()
        self.ids = ids
        self.error = error
        self.is_away = is_away

    async def append(
        self,
        interview_id: str,
        expected_version: int,
        events: Sequence[Event],
        at: datetime,
        after: Interview | None = None,
    ) -> Appended:
        if interview_id in self.ids and isinstance(events[0], ContentForgotten):
            raise self.error
        return await super().append(interview_id, expected_version, events, at, after)

    async def is_writable(self) -> bool:
        return not self.is_away


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DELETE FROM events WHERE position = 1", "version 2 of interview"),
        ("UPDATE events SET kind = 'interview-praised' WHERE position = 1", "need a newer"),
        (
            "UPDATE events SET schema_version = 99 WHERE position = 1",
            "version 99 of 'question-asked' needs a newer",
        ),
    ],
)
@in_loop
async def test_an_interview_that_cannot_be_read_is_told_of_and_stops_no_other(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture, sql: str, says: str
) -> None:
    path = tmp_path / "interviews.db"
    first, second, third = new_id(), new_id(), new_id()
    log = SqliteEventLog(path)
    for id in (first, second, third):
        await tell(log, id, *WHOLE)
    await retention(log, clock).forget_expired()
    await log.close()
    falsify(path, sql)
    log = SqliteEventLog(path)
    clock.now += 2 * DAY
    assert await retention(log, clock, days=1).forget_expired() == [second, third]
    (error,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert first in error.getMessage()
    assert says in error.getMessage()
    await log.close()


@in_loop
async def test_what_the_list_calls_complete_and_is_not_keeps_its_words(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    path, id, adopted = tmp_path / "interviews.db", new_id(), new_id()
    log = SqliteEventLog(path)
    await tell(log, id, *OPENING)
    await tell(log, adopted, adopt(replay(OPENING).session, adopted))
    await retention(log, clock).forget_expired()
    falsify(path, "UPDATE interviews SET state = 'complete'")
    clock.passes(40 * DAY)
    assert await retention(log, clock, confirmed=clock.now.date()).forget_expired() == []
    assert f"the list has interview {adopted} as complete" in caplog.text
    await log.close()


@pytest.mark.parametrize(
    "error", [RuntimeError("a defect"), LogCorrupted("odd"), LogUnavailable("a row")], ids=repr
)
@in_loop
async def test_an_unexpected_error_is_told_of_with_the_interview_and_stops_no_other(
    clock: Clock, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    first, second = new_id(), new_id()
    log = Unforgettable([first], error, is_away=False)
    for id in (first, second):
        await tell(log, id, *WHOLE)
    keeping = retention(log, clock)
    await keeping.forget_expired()
    clock.passes(31 * DAY)
    assert await keeping.forget_expired() == [second]
    assert f"The words of interview {first} cannot be erased" in caplog.text
    log.ids = ()
    assert await keeping.forget_expired() == [first]


@in_loop
async def test_where_the_log_is_away_the_round_ends_and_the_next_one_goes_on(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [new_id() for _ in range(3)]
    log = Unforgettable(ids, LogUnavailable("the disk is full"), is_away=True)
    for id in ids:
        await tell(log, id, *WHOLE)
    keeping = retention(log, clock)
    await keeping.forget_expired()
    clock.passes(31 * DAY)
    with pytest.raises(LogUnavailable):
        await keeping.forget_expired()
    assert not [record for record in caplog.records if record.levelno == logging.ERROR]
    log.ids, log.is_away = (), False
    assert await keeping.forget_expired() == ids


def test_a_failed_round_is_logged_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(MemoryEventLog):
        """A log that does not know at first when its clock was believed."""

        failures: list[BaseException]

        async def clock(self) -> datetime | None:
            if self.failures:
                raise self.failures.pop(0)
            return await super().clock()

    monkeypatch.setattr("api.usecases.retention.ROUND_SECONDS", 0.01)
    log, now = Failing(), datetime.now(AT.tzinfo)
    log.failures = [RuntimeError("a defect"), asyncio.CancelledError(), LogUnavailable("away")]
    asyncio.run(tell(log, new_id(), *WHOLE, at=now - 2 * DAY))
    asyncio.run(tell(log, new_id(), *OPENING, at=now))
    with serving(log=log, retention_days=1) as gateway:
        until(lambda: "forgotten" in states(gateway))
    assert caplog.text.count("Retention._round failed") == 2
    assert "RETENTION_DAYS cannot erase anything now: away" in caplog.text
