"""Which key signs a log: made with it, part of its backup, and changed only where that is asked."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from eventlog.errors import LogCorrupted, LogUnavailable, NoSigningKey, WrongOldKey
from eventlog.keychanges import KEY_CHANGED, LOG_STREAM, change_of
from eventlog.keys import kept_aside, key_name, load_verifier, make_key, staged_at
from eventlog.notes import VerifierKey
from eventlog.open import open_reader
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.sqlite.queries import keys_in
from eventlog.sqlite.rekeying import record_change
from tests.eventlog.evidence import check_events, rows
from tests.eventlog.interviews import AT, OPENING, WHOLE, listed, new_id, tell
from tests.eventlog.running import in_loop
from tests.eventlog.sqlite.test_opening import url_of
from tests.eventlog.sqlite.test_upgrade import OLD
from tests.eventlog.verification.logs import check, falsify, make_anew, unguarded

WHY = "It may be known to others."


@pytest.fixture
def key(path: Path) -> Path:
    return file.key_path(path)


def content(key: Path) -> bytes | None:
    """What is in the key file, if there is one."""
    return key.read_bytes() if key.exists() else None


def take_away(key: Path) -> None:
    key.unlink()


def put_another(key: Path) -> None:
    key.unlink()
    make_key(key)


def put_junk(key: Path) -> None:
    key.write_text("junk")


def put_back(key: Path, saved: bytes) -> None:
    key.write_bytes(saved)


async def conduct(path: Path) -> None:
    """An interview, by a gateway that starts and stops."""
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    await log.close()


async def verifier_of(path: Path) -> VerifierKey:
    reader = open_reader(url_of(path))
    try:
        return (await reader.signer()).verifier
    finally:
        await reader.close()


def seals(path: Path) -> list[int]:
    return [row["size"] for row in rows(path, "SELECT size FROM checkpoints ORDER BY size")]


# A log's first key


@in_loop
async def test_a_new_log_gets_its_key_when_it_is_opened_to_write(path: Path, key: Path) -> None:
    log = SqliteEventLog(path)
    assert content(key)
    assert seals(path) == [0]  # from the first on, the log itself says which key is its own
    assert (await log.signer()).verifier == load_verifier(key, log.origin)
    await log.close()


@in_loop
async def test_the_same_key_signs_after_a_restart(path: Path) -> None:
    await conduct(path)
    before = await verifier_of(path)
    await conduct(path)
    assert await verifier_of(path) == before
    assert seals(path) == [0, len(WHOLE), 2 * len(WHOLE)]


@in_loop
async def test_an_older_log_that_was_never_sealed_gets_a_key_and_names_it(
    path: Path, key: Path
) -> None:
    shutil.copy(OLD, path)
    reader = open_reader(url_of(path))
    with pytest.raises(NoSigningKey, match="a gateway makes one when it opens the log"):
        await reader.signer()
    await reader.close()
    assert content(key) is None
    log = SqliteEventLog(path)
    assert (content(key) is not None, seals(path)) == (True, [0])
    await log.signer()
    await log.close()


@in_loop
async def test_a_copy_of_a_log_that_was_never_sealed_gets_no_other_key(
    path: Path, key: Path, tmp_path: Path
) -> None:
    await conduct(path)
    falsify(path, "DELETE FROM checkpoints")  # a release that sealed at the end alone was killed
    kept = await verifier_of(path)
    log = SqliteEventLog(path)
    copy = tmp_path / "copy.db"
    with closing(file.open_read_only(path)) as db, closing(sqlite3.connect(copy)) as target:
        db.backup(target)
    await log.close()
    restored = SqliteEventLog(copy)
    with pytest.raises(NoSigningKey):
        await restored.signer()
    assert content(file.key_path(copy)) is None
    put_back(file.key_path(copy), key.read_bytes())
    assert (await restored.signer()).verifier == kept
    await restored.close()


def lead_nowhere(key: Path) -> None:
    key.unlink()
    key.symlink_to(key.parent / "nowhere" / "key")


@in_loop
async def test_a_key_that_cannot_be_made_keeps_no_log_from_opening(path: Path, key: Path) -> None:
    await conduct(path)
    falsify(path, "DELETE FROM checkpoints")
    lead_nowhere(key)
    log = SqliteEventLog(path)
    await tell(log, new_id(), *OPENING)
    with pytest.raises(NoSigningKey):
        await log.signer()
    await log.close()


# A key that is missing or another one


LOST = {"missing": take_away, "another": put_another, "junk": put_junk}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
@in_loop
async def test_no_key_is_made_in_the_place_of_one_that_signed(
    path: Path, key: Path, lose: Callable[[Path], None]
) -> None:
    await conduct(path)
    saved = content(key)
    assert saved is not None
    lose(key)
    left = content(key)
    log = SqliteEventLog(path)
    await tell(log, new_id(), *OPENING)  # interviews go on
    for asked in (log.signer, log.seal, log.keys):
        with pytest.raises(NoSigningKey, match=r"from the backup, or make .* audit new-key"):
            await asked()
    assert content(key) == left
    assert seals(path) == [0, len(WHOLE)]
    put_back(key, saved)  # put back while it runs
    await log.seal()
    await log.close()
    assert check(path).holds


@in_loop
async def test_a_copy_without_its_key_is_known_before_its_log_was_ever_closed(
    path: Path, tmp_path: Path
) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    copy = tmp_path / "restored.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    restored = SqliteEventLog(copy)
    with pytest.raises(NoSigningKey, match="is missing"):
        await restored.signer()
    assert not file.key_path(copy).exists()
    await restored.close()
    await log.close()


@in_loop
async def test_a_seal_that_does_not_say_who_signed_it_is_nobodys(path: Path) -> None:
    await conduct(path)
    falsify(path, "UPDATE checkpoints SET note = replace(note, '— ', '— x')")
    with pytest.raises(NoSigningKey, match="is not signed by any"):
        await verifier_of(path)


@pytest.mark.parametrize("table", ["checkpoints", "events"])
@in_loop
async def test_what_no_log_holds_in_the_place_of_a_key_is_said_to_be_wrong(
    path: Path, caplog: pytest.LogCaptureFixture, table: str
) -> None:
    log = SqliteEventLog(path)
    await tell(log, new_id(), *WHOLE)
    await log.change_key(WHY, AT)
    await log.close()
    column = "note" if table == "checkpoints" else "payload"
    with unguarded(path) as db:
        make_anew(db, table)  # which then takes values of any type
        db.execute(f"UPDATE {table} SET {column} = 7")
    log = SqliteEventLog(path)
    [warning] = [record.message for record in caplog.records if "key could not" in record.message]
    assert "holds values that none can have" in warning
    with pytest.raises(LogCorrupted):
        await log.signer()
    await log.close()


# A change of key


@in_loop
async def test_a_change_is_an_event_that_the_new_key_covers_at_once(path: Path, key: Path) -> None:
    await conduct(path)
    old = await verifier_of(path)
    log = SqliteEventLog(path)
    changed = await log.change_key(WHY, AT)
    [*_, event] = rows(path)
    assert (event["interview_id"], event["version"]) == (LOG_STREAM, 1)
    assert (event["kind"], event["position"]) == (KEY_CHANGED, changed.change.position)
    assert seals(path)[-1] == event["position"] + 1
    assert (changed.change.old, changed.change.reason) == (old, WHY)
    assert await log.keys() == [old, changed.change.new]
    assert (await log.signer()).verifier == changed.change.new
    assert changed.aside is not None
    assert load_verifier(changed.aside, log.origin) == old
    await log.close()
    check_events(path)
    report = check(path)
    assert report.findings == ()
    assert [key.key for key in report.keys] == [old, changed.change.new]
    assert (report.events, report.interviews) == (len(WHOLE) + 1, 1)


@in_loop
async def test_a_lost_key_is_told_of_where_its_public_half_is_given(path: Path, key: Path) -> None:
    await conduct(path)
    old = await verifier_of(path)
    take_away(key)
    log = SqliteEventLog(path)
    stranger = VerifierKey(log.origin, bytes(32))
    for wrong in (stranger, VerifierKey("interview-gateway/other", old.public)):
        with pytest.raises(WrongOldKey, match="the old key that was given is"):
            await log.change_key(WHY, AT, wrong)
    assert (len(rows(path)), content(key)) == (len(WHOLE), None)
    changed = await log.change_key(WHY, AT, old)
    assert (changed.change.old, changed.aside) == (old, None)
    await log.close()
    assert check(path, keys=[old]).findings == ()


@in_loop
async def test_a_lost_key_that_nobody_knows_is_told_of_as_unknown(path: Path, key: Path) -> None:
    await conduct(path)
    old = await verifier_of(path)
    put_another(key)
    foreign = load_verifier(key, old.name)
    log = SqliteEventLog(path)
    changed = await log.change_key(WHY, AT)
    assert changed.change.old is None
    assert await log.keys() == [None, changed.change.new]
    assert changed.aside is not None
    assert load_verifier(changed.aside, old.name) == foreign  # it is never deleted
    await log.close()
    assert check(path).findings == ()
    again = SqliteEventLog(path)  # the next change knows what this one made
    assert (await again.change_key(WHY, AT)).change.old == changed.change.new
    await again.close()
    assert check(path).findings == ()


@in_loop
async def test_a_change_that_was_cut_short_before_its_commit_changed_nothing(
    path: Path, key: Path
) -> None:
    await conduct(path)
    old = await verifier_of(path)
    with closing(file.open_writer(path)) as db:
        db.execute("BEGIN")
        record_change(db, path, old.name, WHY, AT, None)
        db.rollback()
    assert staged_at(key).exists()
    await conduct(path)
    assert await verifier_of(path) == old
    log = SqliteEventLog(path)
    assert (await log.change_key(WHY, AT)).change.old == old
    await log.close()
    assert check(path).findings == ()


@in_loop
async def test_a_change_that_was_cut_short_after_its_commit_is_finished_at_the_next_opening(
    path: Path, key: Path
) -> None:
    await conduct(path)
    old = await verifier_of(path)
    with closing(file.open_writer(path)) as connection:
        [record] = record_change(connection, path, old.name, WHY, AT, None)
        change = change_of(record)
    with pytest.raises(NoSigningKey):
        await verifier_of(path)
    await conduct(path)
    assert await verifier_of(path) == change.new
    assert [load_verifier(aside, old.name) for aside in kept_aside(key)] == [old]
    assert check(path).findings == ()


@in_loop
async def test_a_change_that_the_log_does_not_take_changes_no_key(path: Path, key: Path) -> None:
    await conduct(path)
    old = await verifier_of(path)
    log = SqliteEventLog(path)
    with closing(file.open_writer(path)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable):
            await log.change_key(WHY, AT)
        lock.execute("ROLLBACK")
    assert (await log.signer()).verifier == old
    await log.close()


# Whatever else stands in the log's own stream


@in_loop
async def test_an_event_of_a_newer_kind_in_the_logs_own_stream_harms_no_reader(path: Path) -> None:
    await conduct(path)
    log = SqliteEventLog(path)
    changed = await log.change_key(WHY, AT)
    with unguarded(path) as db:
        db.execute(
            "INSERT INTO events SELECT position + 1, interview_id, 2, 'key-praised', 1, time, "
            "payload, salt, commitment, leaf FROM events WHERE interview_id = ?",
            [LOG_STREAM],
        )
    assert (await log.signer()).verifier == changed.change.new
    assert (await log.records_from(changed.change.position + 1, 1))[0].kind == "key-praised"
    assert len(await listed(log)) == 1
    await log.rebuild_read_models()
    assert len(await listed(log)) == 1
    with closing(file.open_read_only(path)) as connection:
        assert keys_in(connection, log.origin).changes == [changed.change]
    await log.close()
    [finding] = [f for f in check(path).findings if "key-praised" in f.message]
    assert "needs a newer interview-gateway" in finding.message


@in_loop
async def test_a_key_change_survives_a_rebuild_of_the_read_models(path: Path) -> None:
    log = SqliteEventLog(path)
    await log.change_key(WHY, AT)  # the first of all events
    await tell(log, new_id(), *WHOLE)
    before = await listed(log)
    await log.rebuild_read_models()
    assert await listed(log) == before
    await log.close()
    assert check(path).findings == ()
    assert key_name(file.log_id(path)) == log.origin
