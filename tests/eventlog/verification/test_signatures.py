"""Checkpoints are checked with the keys of their time, and the changes of key with each other."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eventlog.keychanges import LOG_STREAM
from eventlog.keys import make_key
from eventlog.notes import VerifierKey
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.verification.checkpoints import Kept
from eventlog.verification.findings import Check
from eventlog.verification.signatures import KnownFrom
from tests.eventlog.evidence import rows
from tests.eventlog.interviews import AT, WHOLE, new_id, tell
from tests.eventlog.verification.logs import check, falsify, key_of, rewrite_evidence

GIVEN, BESIDE, LOG, NOWHERE = KnownFrom
OWN = f"WHERE interview_id = '{LOG_STREAM}'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "interviews.db"


def conduct(path: Path, *, change: bool = False, old_key: VerifierKey | None = None) -> VerifierKey:
    """An interview, and then perhaps a new key; the key that the log has in the end."""

    async def tell_it() -> None:
        log = SqliteEventLog(path)
        await tell(log, new_id(), *WHOLE)
        if change:
            await log.change_key("It is time.", AT, old_key)
        await log.close()

    asyncio.run(tell_it())
    return key_of(path)


def changed_twice(path: Path) -> tuple[VerifierKey, VerifierKey, VerifierKey]:
    """A log that was sealed by three keys in turn; which."""
    first = conduct(path)
    second = conduct(path, change=True)
    third = conduct(path, change=True)
    conduct(path)
    return first, second, third


def known_from(path: Path, **given: Any) -> list[KnownFrom]:
    report = check(path, **given)
    assert report.findings == ()
    return [key.known_from for key in report.keys]


def seals(path: Path) -> list[Kept]:
    notes = rows(path, "SELECT size, note FROM checkpoints ORDER BY size")
    return [Kept(f"at {row['size']}", row["note"]) for row in notes]


# The keys


def test_each_seal_is_checked_with_the_key_of_its_time(path: Path) -> None:
    first, second, third = changed_twice(path)
    report = check(path, keys=[first, second, third])
    assert report.findings == ()
    assert [key.key for key in report.keys] == [first, second, third]
    positions = [row["position"] for row in rows(path, f"SELECT position FROM events {OWN}")]
    assert [key.start for key in report.keys] == [0, *positions]
    assert (report.interviews, report.coverage.seals) == (4, len(seals(path)))


def test_a_key_that_only_the_log_tells_of_is_used_and_said_to_be_so(path: Path) -> None:
    first, second, third = changed_twice(path)
    assert known_from(path) == [LOG, LOG, BESIDE]
    assert known_from(path, beside=None) == [LOG, LOG, LOG]
    assert known_from(path, keys=[first]) == [GIVEN, LOG, BESIDE]
    assert known_from(path, keys=[third]) == [LOG, LOG, GIVEN]
    assert known_from(path, keys=[third, second]) == [LOG, GIVEN, GIVEN]


def test_what_was_kept_before_a_change_is_checked_with_the_key_of_its_day(path: Path) -> None:
    first, _, third = changed_twice(path)
    kept = seals(path)
    report = check(path, keys=[first, third], kept=kept)
    assert report.coverage.kept == report.coverage.kept_signed == report.events
    report = check(path, keys=[first], kept=kept)
    assert report.findings == ()
    assert report.coverage.kept == report.events
    assert report.coverage.kept_signed == len(WHOLE)  # by the one before the first change


def test_a_seal_by_the_key_of_another_time_is_found(path: Path) -> None:
    changed_twice(path)
    old, *_, new = seals(path)[1:]
    size = int(old.note.split("\n")[1])
    assert check(path, kept=[old, new]).holds
    falsify(path, (f"UPDATE checkpoints SET note = ? WHERE size = {size}", [new.note]))
    assert not check(path).holds


def test_keys_that_have_nothing_to_do_with_the_logs_are_said_to_be_so(path: Path) -> None:
    first, *_ = changed_twice(path)
    stranger = VerifierKey(first.name, bytes(32))
    [finding] = check(path, keys=[stranger]).findings
    assert finding.message == "the log tells of its keys, and none of them is one that was given"


def test_seals_of_a_key_that_nobody_knows_are_not_checked_and_said_to_be_so(path: Path) -> None:
    conduct(path)
    lost = key_of(path)
    file.key_path(path).unlink()
    new = conduct(path, change=True)
    assert known_from(path) == [NOWHERE, BESIDE]
    assert known_from(path, keys=[new]) == [NOWHERE, GIVEN]
    assert known_from(path, keys=[new, lost]) == [GIVEN, GIVEN]
    assert known_from(path, keys=[lost]) == [GIVEN, BESIDE]
    note = seals(path)[1].note
    false = note[:-30] + ("A" if note[-30] != "A" else "B") + note[-29:]  # in the signature
    falsify(path, ("UPDATE checkpoints SET note = ? WHERE size = 6", [false]))
    assert not check(path, keys=[new, lost]).holds


def test_a_key_of_somebody_who_has_the_file_is_never_said_to_be_yours(path: Path) -> None:
    """They write the past anew, delete the seals, and let the log tell of their own key."""
    mine = conduct(path)
    kept = seals(path)[-1]
    falsify(
        path,
        "UPDATE events SET payload = replace(payload, 'Because.', 'Why not?')",
        "DELETE FROM checkpoints",
    )
    rewrite_evidence(path)
    file.key_path(path).unlink()
    make_key(file.key_path(path))
    conduct(path, change=True, old_key=None)
    report = check(path, keys=[mine], beside=None)
    assert {finding.check for finding in report.findings} >= {Check.CHECKPOINT}
    assert report.coverage.kept_signed == 0
    assert not check(path, keys=[mine], kept=[kept]).holds


# The log's own events


def rewrite(path: Path, **changes: Any) -> None:
    """Change what the log's first change of key says, and every hash; the seals are deleted."""
    [row, *_] = rows(path, f"SELECT payload FROM events {OWN} ORDER BY version")
    payload = json.loads(row["payload"]) | changes
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    falsify(
        path,
        (f"UPDATE events SET payload = ? {OWN} AND version = 1", [text]),
        "DELETE FROM checkpoints",
    )
    rewrite_evidence(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"newKey": "junk"}, "does not hold a change of key"),
        ({"oldKey": "junk"}, "does not hold a change of key"),
        ({"oldKey": f" {VerifierKey('interview-gateway/x', bytes(32))}"}, "not hold a change of"),
        ({"reason": ""}, "does not hold a change of key"),
        ({"newKey": None}, "does not hold a change of key"),
        (
            {"newKey": str(VerifierKey("interview-gateway/other", bytes(32)))},
            "it tells of keys of another log",
        ),
    ],
)
def test_a_change_that_tells_of_no_keys_of_the_log_is_found(
    path: Path, changes: dict[str, Any], says: str
) -> None:
    changed_twice(path)
    rewrite(path, **changes)
    found = [(finding.check, finding.message) for finding in check(path).findings]
    assert any(check is Check.RULES and says in message for check, message in found)


def test_a_change_must_begin_with_the_key_that_the_one_before_ended_with(path: Path) -> None:
    first, *_ = changed_twice(path)
    rewrite(path, newKey=str(VerifierKey(first.name, bytes(32))))
    [finding] = [f for f in check(path).findings if f.check is Check.RULES]
    assert "another key than the one that the change before it began" in finding.message
    assert (finding.interview_id, finding.version) == (LOG_STREAM, 2)


@pytest.mark.parametrize(
    ("change", "check_", "says"),
    [
        (f"UPDATE events SET kind = 'key-praised' {OWN} AND version = 1", Check.RULES, "newer"),
        (f"UPDATE events SET schema_version = 2 {OWN} AND version = 1", Check.RULES, "newer"),
        (f"UPDATE events SET version = 7 {OWN} AND version = 2", Check.POSITIONS, "version 2"),
        (
            f"UPDATE events SET payload = NULL, salt = NULL {OWN} AND version = 1",
            Check.FORGETTING,
            "is gone",
        ),
    ],
)
def test_whatever_else_stands_in_the_logs_own_stream_is_found(
    path: Path, change: str, check_: Check, says: str
) -> None:
    changed_twice(path)
    falsify(path, change, "DELETE FROM checkpoints")
    rewrite_evidence(path)
    found = [(finding.check, finding.message) for finding in check(path).findings]
    assert any(kind is check_ and says in message for kind, message in found)


@pytest.mark.parametrize("version", [1, 2])
def test_a_change_of_key_that_was_deleted_is_found(path: Path, version: int) -> None:
    changed_twice(path)
    falsify(path, f"DELETE FROM events {OWN} AND version = {version}")
    assert Check.POSITIONS in {finding.check for finding in check(path).findings}


def test_an_interviews_event_in_the_logs_own_stream_is_found(path: Path) -> None:
    changed_twice(path)
    falsify(
        path,
        f"UPDATE events SET interview_id = '{LOG_STREAM}', version = 3 "
        "WHERE position = (SELECT max(position) FROM events)",
        "DELETE FROM checkpoints",
    )
    rewrite_evidence(path)
    found = {(finding.check, finding.interview_id) for finding in check(path).findings}
    assert (Check.RULES, LOG_STREAM) in found


def test_the_logs_own_stream_in_the_list_of_interviews_is_found(path: Path) -> None:
    changed_twice(path)
    falsify(
        path,
        f"INSERT INTO interviews SELECT '{LOG_STREAM}', position, 'Data Analyst', NULL, 2, "
        "'complete', 0, 0, 0, 1, time, time, NULL, 0, '', NULL, NULL, NULL, 0 FROM events "
        f"{OWN} AND version = 1",
    )
    found = {(finding.check, finding.interview_id) for finding in check(path).findings}
    assert (Check.READ_MODELS, LOG_STREAM) in found
