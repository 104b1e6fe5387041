"""Forgotten words leave nothing in the files of the database: not in tables, TOAST, indexes or
statistics."""

import asyncio
import secrets
from pathlib import Path

import psycopg
import pytest

from eventlog.drafts import ReplyDraft
from eventlog.open import stored_log
from eventlog.postgres.log import PostgresEventLog
from eventlog.verification.verify import verify
from statemachine.commands import forget_content, give_answer
from tests.eventlog.interviews import OPENING, ask, new_id, practise, tell
from tests.eventlog.postgres.conftest import Open
from tests.eventlog.postgres.logs import rows
from tests.eventlog.running import in_loop
from tests.postgres import GATEWAY, cluster, needs_postgres

pytestmark = needs_postgres


def traces(url: str, needles: list[bytes]) -> list[bytes]:
    """Those of `needles` that are in the files of the database."""
    cluster().execute("CHECKPOINT")
    name = url.rpartition("/")[2]
    [(oid,)] = cluster().execute(f"SELECT oid FROM pg_database WHERE datname = '{name}'")
    folder = cluster().data / "base" / str(oid)
    contents = [file.read_bytes() for file in Path(folder).iterdir() if file.is_file()]
    return [needle for needle in needles if any(needle in content for content in contents)]


def needles_of(url: str, id: str) -> list[bytes]:
    """Every salt and fingerprint of the interview, and where it says who began it."""
    of_words = "SELECT salt FROM words JOIN events USING (position)"
    of_sessions = "SELECT fingerprint FROM fingerprints JOIN interviews USING (first_position)"
    with psycopg.connect(url) as db:
        db.execute("SET search_path = interview_log")
        return [
            value
            for sql in (of_words, of_sessions)
            for (value,) in db.execute(f"{sql} WHERE interview_id = %s", [id])
        ]


async def forget(log: PostgresEventLog, id: str) -> None:
    interview = await log.interview(id)
    assert interview is not None
    await tell(log, id, forget_content(interview, "They asked."))


@in_loop
async def test_nothing_of_forgotten_words_is_left_in_any_file(open_at: Open) -> None:
    url = cluster().empty_log(GATEWAY)
    owners = url.replace(GATEWAY, "postgres")
    log = open_at(url)
    for _ in range(20):  # their rows share pages
        await tell(log, new_id(), *OPENING)
    id = new_id()
    said, short, shown, who, name = (secrets.token_hex(n) for n in (4000, 16, 16, 16, 16))
    begun = practise(name).model_copy(update={"started_by": who})
    await tell(log, id, begun, ask(1, short), give_answer(said))
    await log.keep_drafts([ReplyDraft(id, 4, "ollama", "m", shown, of_summary=False)])
    texts = [text.encode() for text in (short, shown, who, name)]
    needles = [*texts, *needles_of(owners, id)]
    with psycopg.connect(owners, autocommit=True) as db:
        db.execute("ANALYZE")
    # A checkpoint leaves the draft in memory: its table is unlogged.
    assert set(traces(owners, needles)) >= set(needles) - {shown.encode()}
    await forget(log, id)
    assert await log.scrubs_due() == 1
    assert set(traces(owners, needles)) >= {short.encode(), who.encode(), name.encode()}
    assert await log.scrub()
    assert await log.scrubs_due() == 0
    assert traces(owners, needles) == []
    assert verify(stored_log(owners)).findings == ()
    assert await log.was_started_by(who, id) is False


@in_loop
async def test_words_are_due_to_be_scrubbed_while_somebody_can_still_read_them(
    log: PostgresEventLog, url: str
) -> None:
    id, word = new_id(), secrets.token_hex(16)
    await tell(log, id, *OPENING, give_answer(word))
    with psycopg.connect(url) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        [before] = reader.execute("SELECT count(*) FROM interview_log.words").fetchall()
        await forget(log, id)
        assert not await log.scrub()
        assert await log.scrubs_due() == 1
        assert reader.execute("SELECT count(*) FROM interview_log.words").fetchall() == [before]
    assert await log.scrub()
    assert traces(url, [word.encode()]) == []


@in_loop
async def test_a_draft_of_an_interview_that_another_gateway_forgets_is_not_kept(
    open_at: Open, url: str
) -> None:
    one, other = open_at(url), open_at(url)
    for _ in range(20):
        id = new_id()
        await tell(one, id, *OPENING, give_answer("Yes."))
        await asyncio.gather(
            one.keep_drafts([ReplyDraft(id, 4, "ollama", None, "Well\x00", of_summary=False)]),
            forget(other, id),
        )
    assert await one.drafts() == []


@in_loop
async def test_a_draft_holds_no_character_that_a_text_cannot_have(log: PostgresEventLog) -> None:
    id = new_id()
    await tell(log, id, *OPENING, give_answer("Yes."))
    await log.keep_drafts([ReplyDraft(id, 4, "ollama", None, "We\x00ll", of_summary=False)])
    assert [draft.shown for draft in await log.drafts()] == ["Well"]


@in_loop
async def test_only_words_before_their_forgetting_can_be_deleted(
    log: PostgresEventLog, url: str
) -> None:
    id = new_id()
    await tell(log, id, *OPENING)
    await forget(log, id)
    assert rows(url, "SELECT position FROM interview_log.words") == [(2,)]
    with psycopg.connect(url) as db, pytest.raises(psycopg.errors.RaiseException):
        db.execute("DELETE FROM interview_log.words")
