"""`interview-gateway audit`: verify, checkpoint, key and export."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from statemachine.commands import give_answer
from tests.api.cli.conftest import Run, write
from tests.eventlog.interviews import OPENING, REFUSAL, WHOLE
from tests.eventlog.verification.logs import (
    append_beside,
    copy,
    falsify,
    make,
    rewrite_evidence,
)

ID = "5f0c7c1e-6f3c-4d0e-9c57-0f4c2a7d9b11"
OTHER = "0b9f1b52-2c43-4a7b-8a41-3a3b8e0d5c22"


@pytest.fixture(autouse=True)
def interviews(path: Path) -> None:
    write(path, ID, *WHOLE)
    write(path, OTHER, *OPENING)


def keep(run: Run, folder: Path) -> str:
    """A checkpoint of the log as it is now, kept in a file; which."""
    kept = folder / "kept.checkpoint"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    return str(kept)


# verify


def test_without_a_checkpoint_no_more_is_claimed_than_that_the_log_is_consistent(
    run: Run, path: Path
) -> None:
    result = run("audit", "verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1:] == [
        "The log is consistent: 8 events of 2 interviews.",
        "No checkpoint that you kept covers any of them, so this check shows only that the log is "
        "consistent. Give one with --checkpoint.",
        "8 are covered only by checkpoints in the log itself. Before these checkpoints were "
        "made, someone who can write the file could have changed the events and deleted older "
        "checkpoints. Someone who has the key could have done that later too, and signed new "
        "checkpoints.",
        "Signatures: checked with the key beside the log. Someone who changed the log could have "
        "changed that key too. Give the key that you kept with --key.",
    ]
    falsify(path, "DELETE FROM checkpoints")
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert (
        "8 are not covered by a checkpoint. Someone who can write the file could have changed or "
        "removed them." in result.stdout
    )


def test_a_checkpoint_that_was_kept_covers_what_it_covered(
    run: Run, path: Path, tmp_path: Path
) -> None:
    key, kept = run("audit", "key").stdout.strip(), keep(run, tmp_path)
    append_beside(path, OTHER, give_answer("It held."))
    falsify(path, "DELETE FROM checkpoints WHERE size > 8")
    result = run("audit", "verify", "--checkpoint", kept, "--key", key)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == [
        "The log is consistent: 9 events of 2 interviews.",
        "8 of them are covered by a checkpoint that you kept, signed by a key that you gave.",
        "1 is not covered by a checkpoint. Someone who can write the file could have changed or "
        "removed them.",
        "Signatures: checked with a key that you gave.",
    ]
    told = json.loads(run("audit", "verify", "--checkpoint", kept, "--json").stdout)
    assert told["coverage"] == {"kept": 8, "keptSigned": 0, "sealed": 0, "none": 1}
    assert told["keys"] == [{"fromEvent": 0, "key": key, "knownFrom": "beside the log"}]


def test_a_rewrite_with_its_seals_deleted_is_told_apart_by_what_was_kept_alone(
    run: Run, path: Path, tmp_path: Path
) -> None:
    append_beside(path, ID, REFUSAL)
    key, kept = run("audit", "key").stdout.strip(), keep(run, tmp_path)
    falsify(
        path,
        "UPDATE events SET payload = replace(payload, 'messages[2]', 'messages[3]')",
        "DELETE FROM checkpoints",
    )
    rewrite_evidence(path)
    result = run("audit", "verify", "--key", key)
    assert result.exit_code == 0
    assert "covered by a checkpoint that you kept" not in result.stdout
    assert "9 are not covered by a checkpoint" in result.stdout
    result = run("audit", "verify", "--key", key, "--checkpoint", kept)
    assert result.exit_code == 1
    assert "some are no longer what they were" in result.stdout


# What is expected to be covered


def test_a_script_can_ask_how_many_events_what_was_kept_covers(run: Run, tmp_path: Path) -> None:
    kept = keep(run, tmp_path)
    verify = ("audit", "verify", "--checkpoint", kept)
    for enough in (0, 7, 8):
        assert run(*verify, "--covers", str(enough)).exit_code == 0
    for more in (9, 2**62, 2**62 + 1, 2**64, 10**30):
        result = run(*verify, "--covers", str(more), "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout)["coverage"]["kept"] == 8
        assert result.stderr == (
            "interview-gateway: the checkpoints that you gave cover 8 events, and --covers asks "
            f"for {more:,}; the log has 8\n"
        )


@pytest.mark.parametrize("covers", ["0", "8"])
def test_no_checkpoint_covers_nothing_that_is_asked_for(run: Run, covers: str) -> None:
    result = run("audit", "verify", "--covers", covers)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "give it with --checkpoint" in result.stderr


@pytest.mark.parametrize("covers", ["-1", f"-{2**64}"])
def test_fewer_than_none_are_never_covered(run: Run, tmp_path: Path, covers: str) -> None:
    result = run("audit", "verify", "--checkpoint", keep(run, tmp_path), f"--covers={covers}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "must be 0 or more" in result.stderr


def test_with_a_key_only_what_it_signed_is_counted(run: Run, path: Path, tmp_path: Path) -> None:
    old = run("audit", "key").stdout.strip()
    run("audit", "new-key", "--yes")
    kept = keep(run, tmp_path)
    verify = ("audit", "verify", "--checkpoint", kept, "--covers", "9")
    assert run(*verify).exit_code == 0
    result = run(*verify, "--key", old)
    assert result.exit_code == 1
    assert "signed by a key that you gave cover 0 events" in result.stderr
    new = run("audit", "key").stdout.strip()
    assert run(*verify, "--key", old, "--key", new).exit_code == 0


def test_a_log_that_does_not_hold_fails_whatever_is_asked(
    run: Run, path: Path, tmp_path: Path
) -> None:
    kept = keep(run, tmp_path)
    falsify(path, "DELETE FROM events WHERE position = 7")
    result = run("audit", "verify", "--checkpoint", kept, "--covers", "0")
    assert result.exit_code == 1
    assert "The log is NOT consistent" in result.stdout


def test_what_is_wrong_is_said_with_its_place_and_the_command_fails(run: Run, path: Path) -> None:
    falsify(path, 'UPDATE events SET payload = \'{"content":"No."}\' WHERE position = 2')
    result = run("audit", "verify")
    assert result.exit_code == 1
    first, *rest = result.stdout.splitlines()
    assert first.startswith(f"Event 2, interview {ID}, version 3: its words are not those")
    assert any(
        "is NOT consistent: 1 finding in 8 events of 2 interviews. The first is at event 2." in line
        for line in rest
    )


def test_programs_get_it_as_json(run: Run, path: Path) -> None:
    good = json.loads(run("audit", "verify", "--json").stdout)
    assert (good["holds"], good["events"], good["findings"]) == (True, 8, [])
    assert len(bytes.fromhex(good["root"])) == 32
    falsify(path, "DELETE FROM events WHERE position >= 2", "DELETE FROM nodes")
    result = run("audit", "verify", "--json")
    bad = json.loads(result.stdout)
    assert result.exit_code == 1
    assert bad["firstFinding"] == 0
    assert {"check", "position", "interviewId", "version", "message"} == set(bad["findings"][0])
    assert "checkpoint" in {finding["check"] for finding in bad["findings"]}


def test_a_kept_checkpoint_finds_that_the_end_was_cut_off(
    run: Run, path: Path, tmp_path: Path
) -> None:
    earlier = copy(path, tmp_path / "earlier.db")
    append_beside(path, OTHER, give_answer("It held."))
    kept = tmp_path / "kept.txt"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    assert run("audit", "verify", "--checkpoint", str(kept)).exit_code == 0
    result = run("audit", "verify", "--checkpoint", str(kept), "--log", str(earlier))
    assert result.exit_code == 1
    assert f"the checkpoint in {kept} covers 9 events" in result.stdout
    assert "its end was cut off" in result.stdout


@pytest.mark.parametrize("table", ["events", "log"])
def test_a_file_without_what_makes_it_a_log_is_said_to_be_so(
    run: Run, path: Path, table: str
) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"DROP TABLE {table}")
    result = run("audit", "verify")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(f"interview-gateway: .*its table {table} is missing\n", result.stderr)


def test_a_kept_checkpoint_may_begin_with_a_mark(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8-sig")
    assert run("audit", "verify", "--checkpoint", str(kept)).exit_code == 0


def test_a_file_that_is_no_checkpoint_says_nothing_of_the_log(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("Dear auditor,\n\nhere it is.\n", encoding="utf-8")
    result = run("audit", "verify", "--checkpoint", str(kept))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"interview-gateway: --checkpoint {kept} has no checkpoint; give a file that "
        "`interview-gateway audit checkpoint` wrote\n"
    )


def test_a_key_is_given_as_text_or_as_a_file(run: Run, tmp_path: Path) -> None:
    key = run("audit", "key").stdout
    file = tmp_path / "key.txt"
    file.write_text(key, encoding="utf-8")
    for given in (key.strip(), str(file)):
        assert "checked with a key that you gave" in run("audit", "verify", "--key", given).stdout


def test_a_key_that_is_none_or_anothers_is_refused(run: Run, tmp_path: Path) -> None:
    for none in ("x", ""):
        assert "neither a public key nor a file" in run("audit", "verify", "--key", none).stderr
    other = make(tmp_path / "other.db")
    key = run("audit", "key", "--log", str(other)).stdout.strip()
    result = run("audit", "verify", "--key", key)
    assert result.exit_code == 1
    assert "is the key of another log" in result.stderr


def test_without_a_key_none_is_made(run: Run, path: Path) -> None:
    key = path.with_name(f"{path.name}.key")
    key.unlink()
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "not checked, because the key that signed them is unknown" in result.stdout
    assert not key.exists()
    key.write_text("junk", encoding="utf-8")
    assert "not checked" in run("audit", "verify").stdout


def test_what_is_too_much_to_show_is_counted(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventlog.verification.findings.MAX_FINDINGS", 2)
    falsify(path, "UPDATE events SET time = '\x1b[31m'")
    result = run("audit", "verify")
    assert " more are not shown." in result.stdout
    assert "\x1b" not in result.stdout


# export


@pytest.mark.parametrize(
    ("format", "begins"), [("md", "# Interview"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_an_interview_is_exported_to_standard_output_or_to_a_file(
    run: Run, tmp_path: Path, format: str, begins: str
) -> None:
    printed = run("audit", "export", ID[:4], "--format", format).stdout
    assert printed.lower().startswith(begins.lower())
    file = tmp_path / f"interview.{format}"
    assert run("audit", "export", ID, "--format", format, "-o", str(file)).exit_code == 0
    assert "Because." in file.read_text(encoding="utf-8")


def test_a_file_that_is_there_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("Mine.", encoding="utf-8")
    result = run("audit", "export", ID, "-o", str(file))
    assert (result.exit_code, file.read_text(encoding="utf-8")) == (1, "Mine.")
    assert "exists already" in result.stderr
    result = run("audit", "export", ID, "-o", str(tmp_path / "no" / "folder.md"))
    assert "cannot be written" in result.stderr


def test_a_bundle_proves_that_the_log_goes_on_from_a_kept_checkpoint(
    run: Run, path: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    append_beside(path, OTHER, give_answer("It held."))
    exported = run("audit", "export", ID, "--format", "json", "--checkpoint", str(kept)).stdout
    bundle = json.loads(exported)
    assert bundle["kept"]["checkpoint"] == kept.read_text(encoding="utf-8")
    assert bundle["kept"]["consistencyProof"] != []
    assert [event["kind"] for event in bundle["events"]][:2] == [
        "interview-started",
        "question-asked",
    ]


def test_a_checkpoint_of_another_log_or_none_is_refused(run: Run, tmp_path: Path) -> None:
    other = make(tmp_path / "other.db")
    kept = tmp_path / "kept.txt"
    export = ("audit", "export", ID, "--format", "json", "--checkpoint", str(kept))
    assert "cannot be read" in run(*export).stderr
    kept.write_text(run("audit", "checkpoint", "--log", str(other)).stdout, encoding="utf-8")
    result = run(*export)
    assert result.exit_code == 1
    assert "the checkpoint is not from this log" in result.stderr


def test_an_exported_interview_is_replayed_from_its_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "interview.json"
    run("audit", "export", ID, "--format", "json", "-o", str(file))
    assert run("replay", str(file)).stdout == run("replay", ID).stdout
