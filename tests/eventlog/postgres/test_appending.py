"""Several gateways append to one log: one order without gaps, and each version once."""

import asyncio

import psycopg
import pytest

from eventlog.errors import LogCorrupted, ReservedId, VersionConflict
from eventlog.open import stored_log
from eventlog.postgres.log import PostgresEventLog
from eventlog.postgres.tables import PARTITION
from eventlog.protocol import Appended
from eventlog.verification.verify import verify
from statemachine.commands import forget_content, give_answer
from statemachine.events import Event, Origin
from statemachine.session import move_fingerprint
from tests.eventlog.interviews import AT, OPENING, WHOLE, ask, new_id, start, tell
from tests.eventlog.postgres.conftest import Open
from tests.eventlog.postgres.logs import falsify, rows
from tests.eventlog.running import in_loop
from tests.postgres import GATEWAY, cluster, needs_postgres

pytestmark = needs_postgres


@in_loop
async def test_of_moves_of_two_gateways_at_one_version_one_is_taken(
    open_at: Open, url: str
) -> None:
    logs = [open_at(url), open_at(url)]
    ids = [new_id() for _ in range(20)]
    for n, id in enumerate(ids):
        await tell(logs[n % 2], id, *OPENING)
        assert await logs[1 - n % 2].interview(id) is not None  # and now both know it
    outcomes = await asyncio.gather(
        *(log.append(id, 2, [give_answer(str(n))], AT) for id in ids for n, log in enumerate(logs)),
        return_exceptions=True,
    )
    for one, other in zip(outcomes[::2], outcomes[1::2], strict=True):
        [taken] = [o for o in (one, other) if isinstance(o, Appended)]
        [refused] = [o for o in (one, other) if not isinstance(o, Appended)]
        assert isinstance(refused, VersionConflict)
        id = taken.records[0].interview_id
        for log in logs:
            assert await log.interview(id) == taken.interview
    assert [r.position for r in await logs[0].records_from(0, 999)] == list(range(60))


@in_loop
async def test_positions_follow_the_commits_of_all_gateways(open_at: Open, url: str) -> None:
    logs = [open_at(url), open_at(url)]

    async def conduct(n: int) -> None:
        id = new_id()
        moves: tuple[Event, ...] = WHOLE
        for version, event in enumerate(moves):  # each move at another gateway
            await logs[(n + version) % 2].append(id, version, [event], AT)

    async def follow() -> None:
        """A reader by position misses nothing, and sees nothing twice."""
        seen = 0
        while seen < 16 * len(WHOLE):
            found = await logs[0].records_from(seen, 1000)
            assert [record.position for record in found] == [*range(seen, seen + len(found))]
            seen += len(found)

    await asyncio.gather(follow(), *(conduct(n) for n in range(16)))
    assert verify(stored_log(url)).findings == ()


@in_loop
async def test_a_gateway_goes_on_from_what_another_one_recorded(open_at: Open, url: str) -> None:
    one, other = open_at(url), open_at(url)
    id = new_id()
    moves: tuple[Event, ...] = WHOLE
    for n, event in enumerate(moves):
        log = (one, other)[n % 2]
        made = await tell(log, id, event)
        assert made.version == n + 1
        assert await one.interview(id) == await other.interview(id) == made
        at_it = None if made.awaits_interviewer else id
        assert await other.find_current(made.session.fingerprint()) == at_it
    await tell(one, id, forget_content(made, "They asked."))
    forgotten = await other.interview(id)
    assert forgotten is not None
    assert forgotten.is_forgotten


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET time = time",
        "DELETE FROM events WHERE position = 3",
        "TRUNCATE events",
        "UPDATE nodes SET hash = hash",
        "DELETE FROM nodes",
        "TRUNCATE nodes",
        "UPDATE checkpoints SET note = note",
        "DELETE FROM checkpoints",
        "TRUNCATE checkpoints",
        "UPDATE words SET payload = payload",
        "UPDATE words_0 SET payload = payload",
        "DELETE FROM words",
        "DELETE FROM words_0 WHERE position = 1",
        "TRUNCATE words",
        "TRUNCATE words_0",
        "UPDATE head SET size = size - 1",
        "DELETE FROM head",
        "TRUNCATE head",
        "DELETE FROM log",
        "UPDATE log SET id = repeat('0', 32)",
        "INSERT INTO words SELECT 1, payload, salt FROM words WHERE position = 0",
        "INSERT INTO events SELECT 9, 'x', 1, kind, 1, time, commitment, leaf FROM events LIMIT 1",
        "INSERT INTO events SELECT 4, 'x', 2, kind, 1, time, commitment, leaf FROM events LIMIT 1",
        "INSERT INTO events SELECT 4, 'x', 0, kind, 1, time, commitment, leaf FROM events LIMIT 1",
        "INSERT INTO events SELECT -1, 'x', 1, kind, 1, time, commitment, leaf FROM events LIMIT 1",
        "SELECT interview_log.forget_words((SELECT min(interview_id) FROM events))",
        "SELECT interview_log.rewrite_scrubbed('events')",
        "SELECT interview_log.make_room(100000000)",
    ],
)
def test_the_database_refuses_its_owner_all_but_appends(
    log: PostgresEventLog, url: str, change: str
) -> None:
    async def fill() -> None:
        await tell(log, new_id(), *OPENING)
        await tell(log, new_id(), *OPENING)
        await log.seal()

    asyncio.run(fill())
    with psycopg.connect(url) as db:
        db.execute("SET search_path = interview_log")
        with pytest.raises((psycopg.errors.RaiseException, psycopg.IntegrityError)):
            db.execute(change)


@in_loop
async def test_what_the_database_refuses_costs_the_others_of_a_group_nothing(
    log: PostgresEventLog, url: str
) -> None:
    ids = [new_id() for _ in range(5)]
    for id in ids:
        await tell(log, id, *OPENING)
    # The fingerprint that the third one's answer adds is there already.
    interview = await log.interview(ids[2])
    assert interview is not None
    added = move_fingerprint(interview.session.fingerprint(), "Yes.").hex()
    falsify(url, f"INSERT INTO fingerprints VALUES ('\\x{added}', 4, 3)")
    outcomes = await asyncio.gather(
        *(log.append(id, 2, [give_answer("Yes.")], AT) for id in ids), return_exceptions=True
    )
    assert isinstance(outcomes.pop(2), LogCorrupted)
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert await log.head() == 14


@in_loop
async def test_what_the_database_cannot_hold_costs_the_others_of_a_group_nothing(
    log: PostgresEventLog,
) -> None:
    nul = ask(1).model_copy(update={"origin": Origin(backend="x\x00")})
    outcomes = await asyncio.gather(
        *(log.append(new_id(), 0, [start(), asked], AT) for asked in (ask(1), nul, ask(1))),
        return_exceptions=True,
    )
    assert isinstance(outcomes.pop(1), LogCorrupted)
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert await log.head() == 4


@in_loop
async def test_an_id_that_no_database_can_hold_is_refused(log: PostgresEventLog) -> None:
    for id in ("x\x00", "\ud800"):
        with pytest.raises(ReservedId):
            await log.append(id, 0, OPENING, AT)


@in_loop
async def test_a_partition_of_words_is_made_before_the_last_is_full(open_at: Open) -> None:
    url = cluster().empty_log(GATEWAY)
    log = open_at(url)
    await tell(log, new_id(), *OPENING)
    size = PARTITION - PARTITION // 2  # as if so many were recorded
    owners = url.replace(GATEWAY, "postgres")
    falsify(
        owners,
        f"INSERT INTO events SELECT {size - 1}, 'x', 1, kind, 1, time, commitment, leaf "
        "FROM events LIMIT 1",
        f"UPDATE head SET size = {size}, frontier = repeat('x', {32 * size.bit_count()})::bytea",
    )
    for _ in range(2):  # the next commit comes after what the one before left to do
        await tell(log, new_id(), *OPENING)
    assert rows(owners, "SELECT room FROM interview_log.head") == [(2 * PARTITION,)]
    assert rows(url, "SELECT count(*) FROM interview_log.words_1") == [(0,)]
