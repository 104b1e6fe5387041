"""What a check shows of which events: that the log agrees with itself, and more only where a
checkpoint covers them that was kept outside."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eventlog.keys import key_name, load_signer, make_key
from eventlog.notes import Checkpoint, VerifierKey
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from eventlog.verification.checkpoints import Kept
from eventlog.verification.findings import Check
from eventlog.verification.signatures import KnownFrom
from eventlog.verification.verify import Report
from statemachine.commands import give_answer
from tests.eventlog.evidence import rows
from tests.eventlog.interviews import WHOLE, new_id
from tests.eventlog.verification.logs import (
    C,
    append_beside,
    check,
    copy,
    falsify,
    key_of,
    make,
    rewrite_evidence,
)

NEWEST_SEAL = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("log") / "untouched.db")


@pytest.fixture
def path(untouched: Path, tmp_path: Path) -> Path:
    return copy(untouched, tmp_path / "interviews.db")


@pytest.fixture
def kept(untouched: Path) -> Kept:
    """The newest checkpoint, as an auditor has it who kept it."""
    return Kept("mine", rows(untouched, NEWEST_SEAL)[0]["note"])


def events_of(path: Path) -> int:
    return len(rows(path))


def figures(report: Report) -> tuple[int, int, int, int]:
    found = report.coverage
    return found.kept, found.kept_signed, found.sealed_only, report.uncovered


# Rewritten with the file alone: without the key


def rewrite_a_summary(path: Path) -> None:
    """As issue 12 has it: the triggers away, a summary and the tree rewritten, the seals deleted,
    the triggers back."""
    falsify(
        path,
        "UPDATE events SET payload = replace(payload, 'Well done.', 'Not at all.') "
        "WHERE kind = 'summary-given'",
        "DELETE FROM checkpoints",
    )
    rewrite_evidence(path)


def rewrite_the_past(path: Path) -> None:
    """The same of an answer, with all that is derived from it."""
    falsify(
        path,
        "UPDATE events SET payload = replace(payload, 'A first', 'Another')",
        "DELETE FROM checkpoints",
    )
    _rebuild(path)
    rewrite_evidence(path)


def cut_the_end(path: Path) -> None:
    """The last events go, and the seals that cover them; older ones stay."""
    head = events_of(path)
    falsify(
        path,
        f"DELETE FROM events WHERE position >= {head - 3}",
        f"DELETE FROM checkpoints WHERE size > {head - 3}",
    )
    _rebuild(path)
    rewrite_evidence(path)


def cut_the_end_and_all_seals(path: Path) -> None:
    cut_the_end(path)
    falsify(path, "DELETE FROM checkpoints")


def _rebuild(path: Path) -> None:
    """The lists, as the events now have them."""

    async def rebuild() -> None:
        log = SqliteEventLog(path)
        await log.rebuild_read_models()
        log._reader._connection.drop()
        await log._writer.close()
        log._connection.release()

    asyncio.run(rebuild())


REWRITES = [rewrite_a_summary, rewrite_the_past, cut_the_end, cut_the_end_and_all_seals]


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewrite_agrees_with_itself_and_nothing_more_is_claimed_of_it(
    path: Path, kept: Kept, rewrite: Callable[[Path], None]
) -> None:
    key = key_of(path)
    rewrite(path)
    report = check(path, keys=[key])
    assert report.holds  # which is why "it holds" must not claim more
    assert report.coverage.kept == 0
    assert report.uncovered == report.events - report.coverage.sealed
    assert report.uncovered == report.events or rewrite is cut_the_end
    with_kept = check(path, keys=[key], kept=[kept])
    assert {finding.check for finding in with_kept.findings} == {Check.CHECKPOINT}
    assert figures(with_kept)[:2] == (0, 0)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_gateway_that_goes_on_seals_a_rewrite_without_knowing(
    path: Path, kept: Kept, rewrite: Callable[[Path], None]
) -> None:
    rewrite(path)
    append_beside(path, new_id(), *WHOLE)
    report = check(path)
    assert report.holds
    assert report.coverage.kept == 0
    assert not check(path, kept=[kept]).holds


# Rewritten with the key


def test_a_rewrite_that_is_sealed_anew_by_the_same_key_is_found_by_what_was_kept(
    path: Path, kept: Kept
) -> None:
    key = key_of(path)
    rewrite_a_summary(path)
    _seal(path)
    report = check(path, keys=[key])
    assert (report.holds, figures(report)) == (True, (0, 0, report.events, 0))
    assert not check(path, keys=[key], kept=[kept]).holds


def _seal(path: Path) -> None:
    async def seal() -> None:
        log = SqliteEventLog(path)
        await log.seal()
        await log.close()

    asyncio.run(seal())


# What is covered by what


def test_what_was_kept_covers_what_it_covered_and_the_seals_what_came_after(
    path: Path, kept: Kept
) -> None:
    key, before = key_of(path), events_of(path)
    append_beside(path, C, give_answer("Yes."))
    report = check(path, keys=[key], kept=[kept])
    assert figures(report) == (before, before, 1, 0)
    falsify(path, "DELETE FROM checkpoints")
    report = check(path, keys=[key], kept=[kept])
    assert figures(report) == (before, before, 0, 1)


def test_of_several_that_were_kept_the_longest_counts(path: Path, kept: Kept) -> None:
    notes = [row["note"] for row in rows(path, "SELECT note FROM checkpoints ORDER BY size")]
    report = check(path, kept=[Kept(str(n), note) for n, note in enumerate(notes)])
    assert figures(report) == (report.events, 0, 0, 0)


def test_a_kept_checkpoint_counts_as_signed_only_by_a_key_that_was_given(
    path: Path, kept: Kept
) -> None:
    report = check(path, kept=[kept])
    assert (report.coverage.kept, report.coverage.kept_signed) == (report.events, 0)
    assert [key.known_from for key in report.keys] == [KnownFrom.BESIDE]
    report = check(path, kept=[kept], beside=None)
    assert (report.coverage.kept, report.coverage.kept_signed) == (report.events, 0)
    assert [(key.key, key.known_from) for key in report.keys] == [(None, KnownFrom.NOWHERE)]
    report = check(path, kept=[kept], keys=[key_of(path)])
    assert (report.coverage.kept, report.coverage.kept_signed) == (report.events, report.events)
    assert [key.known_from for key in report.keys] == [KnownFrom.GIVEN]


def test_one_that_was_kept_and_does_not_hold_covers_nothing(path: Path, kept: Kept) -> None:
    forged = Kept("forged", kept.note.replace("interview-gateway/", "interview-gateway/0", 1))
    report = check(path, kept=[forged])
    assert (report.holds, report.coverage.kept) == (False, 0)


# Two keys, and no change of key that the log tells of: what a lost key once led to


def test_two_keys_without_a_change_are_found_whichever_are_given(
    path: Path, tmp_path: Path
) -> None:
    old = key_of(path)
    key = file.key_path(path)
    shutil.move(key, tmp_path / "old.key")
    make_key(key)
    new = key_of(path)
    other = VerifierKey(key_name(file.log_id(path)), bytes(32))
    forged = _sealed_by_the_key_beside(path)
    another = VerifierKey(other.name, b"1" * 32)
    for keys in ([old], [new], [old, new], [new, old], [other], [other, another]):
        report = check(path, keys=keys, kept=[forged])
        assert {finding.check for finding in report.findings} == {Check.CHECKPOINT}


def _sealed_by_the_key_beside(path: Path) -> Kept:
    signer = load_signer(file.key_path(path), key_name(file.log_id(path)))
    report = check(path, beside=None)
    assert report.root is not None
    return Kept("new", signer.sign(Checkpoint(signer.name, report.events, report.root).text()))
