"""`interview-gateway audit new-key`, and the commands where a log's key is not beside it."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eventlog.keys import make_key
from eventlog.sqlite import file
from eventlog.sqlite.log import SqliteEventLog
from tests.api.cli.conftest import Run, write
from tests.docs.bundles import SCRIPT
from tests.eventlog.evidence import rows
from tests.eventlog.interviews import OPENING, WHOLE, new_id, tell
from tests.gateways import serving
from tests.processes import environment, run_in_terminal
from tests.processes import run as run_process

ID = "5f0c7c1e-6f3c-4d0e-9c57-0f4c2a7d9b11"


@pytest.fixture(autouse=True)
def interview(path: Path) -> None:
    write(path, ID, *WHOLE)


@pytest.fixture
def key(path: Path) -> Path:
    return file.key_path(path)


def public(run: Run) -> str:
    return run("audit", "key").stdout.strip()


def put_another(key: Path) -> None:
    key.unlink()
    make_key(key)


LOST: dict[str, Callable[[Path], None]] = {"missing": Path.unlink, "another": put_another}

# A key that is not there


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
@pytest.mark.parametrize(
    "command", ["audit key", "audit checkpoint", "audit export last --format=json"]
)
def test_what_takes_the_key_says_in_a_line_what_to_do(
    run: Run, key: Path, command: str, lose: Callable[[Path], None]
) -> None:
    lose(key)
    left = [other.read_bytes() for other in key.parent.glob("*.key*")]
    result = run(*command.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert (
        "from the backup, or make a new key with `interview-gateway audit new-key`" in result.stderr
    )
    assert [other.read_bytes() for other in key.parent.glob("*.key*")] == left


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_all_else_goes_on_without_it(
    run: Run, path: Path, key: Path, lose: Callable[[Path], None]
) -> None:
    lose(key)
    assert run("interviews").exit_code == 0
    assert run("replay", "last").exit_code == 0
    assert run("audit", "export", "last").exit_code == 0
    with serving(eventlog_url=f"sqlite:///{path}") as gateway:
        held = run("hold", "last", "--reason", "Asked for.", "--gateway", gateway.url)
        assert (held.exit_code, "On hold" in held.stdout) == (0, True)
    assert run("release", "last", "--reason", "Done.").exit_code == 0
    assert run("forget", "last", "--reason", "Asked for.", "--yes").exit_code == 0
    assert [row["kind"] for row in rows(path)][-1] == "content-forgotten"


# A new key


def test_a_new_key_is_told_and_all_that_the_old_one_signed_still_holds(
    run: Run, path: Path, key: Path, tmp_path: Path
) -> None:
    old = public(run)
    kept = tmp_path / "kept"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    result = run("audit", "new-key", "--yes", "--reason", "It was on a lost laptop.")
    assert (result.exit_code, result.stderr) == (0, "")
    new = public(run)
    assert new != old
    assert new in result.stdout.splitlines()
    assert f"kept as {key}.old-1" in result.stdout
    assert "event 6, which a checkpoint by the new key covers" in result.stdout
    [*_, event] = rows(path)
    told = {"newKey": new, "oldKey": old, "reason": "It was on a lost laptop."}
    assert json.loads(event["payload"]) == told
    assert "1 interview" in run("audit", "verify").stdout
    assert new_id() not in run("interviews").stdout
    for keys in ([], [old], [new], [old, new]):
        options = [word for key in keys for word in ("--key", key)]
        result = run("audit", "verify", "--checkpoint", str(kept), *options)
        assert result.exit_code == 0, result.stdout
    assert re.search(
        r"up to event 5 \(key \w{8}\): checked with a key that you gave", result.stdout
    )
    assert re.search(
        r"from event 6 on \(key \w{8}\): checked with a key that you gave", result.stdout
    )
    says = run("audit", "verify", "--key", new).stdout
    assert "checked with a key that only the log itself names" in says


def test_a_bundle_is_signed_by_the_key_of_its_day_and_goes_on_from_what_was_kept_before(
    run: Run, tmp_path: Path
) -> None:
    old = public(run)
    kept, before, after = (tmp_path / name for name in ("kept", "before.json", "after.json"))
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    run("audit", "export", ID, "--format", "json", "-o", str(before))
    run("audit", "new-key", "--yes")
    new = public(run)
    export = ("audit", "export", ID, "--format", "json", "--checkpoint", str(kept))
    assert run(*export, "-o", str(after)).exit_code == 0

    def judge(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert judge(str(before), "--key", old)[0] == 0
    assert judge(str(before), "--key", new)[0] == 1
    both = ("--key", old, "--key", new, "--checkpoint", str(kept))
    code, says = judge(str(after), *both)
    assert (code, "goes on from the checkpoint over 6 events" in says) == (0, True)
    code, says = judge(str(after), "--key", new, "--checkpoint", str(kept))
    assert (code, "if the log had an older one, give it with --key, too" in says) == (1, True)
    other = old.replace(old.split("+")[0], "interview-gateway/other")
    code, says = judge(str(after), "--key", new, "--key", other)
    assert code == 2, says


def test_a_lost_key_may_be_given_as_it_was_handed_out(run: Run, path: Path, key: Path) -> None:
    old = public(run)
    kept = run("audit", "checkpoint").stdout
    key.unlink()
    handed_out = path.with_name("handed-out.txt")
    handed_out.write_text(f"{old}\n", encoding="utf-8")
    assert run("audit", "new-key", "--yes", "--old-key", str(handed_out)).exit_code == 0
    assert json.loads(rows(path)[-1]["payload"])["oldKey"] == old
    note = path.with_name("kept")
    note.write_text(kept, encoding="utf-8")
    export = run("audit", "export", ID, "--format", "json", "--checkpoint", str(note))
    assert json.loads(export.stdout)["kept"]["checkpoint"] == kept


def test_what_a_key_signed_that_nobody_knows_can_be_used_still(
    run: Run, path: Path, key: Path, tmp_path: Path
) -> None:
    old, kept = public(run), tmp_path / "kept"
    kept.write_text(run("audit", "checkpoint").stdout, encoding="utf-8")
    key.unlink()
    result = run("audit", "new-key", "--yes")
    assert "Its signatures can be checked only with that key" in result.stdout
    assert json.loads(rows(path)[-1]["payload"])["oldKey"] is None
    says = run("audit", "verify").stdout
    assert "up to event 5: not checked, because the key that signed them is unknown" in says
    export = ("audit", "export", ID, "--format", "json", "--checkpoint", str(kept))
    assert run(*export).exit_code == 0
    options = ("--checkpoint", str(kept), "--covers", "6", "--key", old)
    assert run("audit", "verify", *options).exit_code == 0
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n6\n", "\n5\n"), encoding="utf-8")
    assert "the log does not hold the 5 events that it covers" in run(*export).stderr


def test_a_key_that_signed_nothing_of_the_log_is_no_old_key(
    run: Run, path: Path, key: Path
) -> None:
    other = path.with_name("other.db")
    write(other, ID, *OPENING)
    theirs = run("audit", "key", "--log", str(other)).stdout.strip()
    before = rows(path), key.read_bytes()
    for given, says in (
        (theirs, "is the key of another log"),
        ("x", "neither a public key nor a file"),
    ):
        result = run("audit", "new-key", "--yes", "--old-key", given)
        assert (result.exit_code, says in result.stderr) == (1, True)
    put_another(file.key_path(other))
    assert (rows(path), key.read_bytes()) == before


def test_a_running_gateway_is_to_be_stopped_first(run: Run, path: Path, key: Path) -> None:
    before = key.read_bytes()
    with serving(eventlog_url=f"sqlite:///{path}"):
        result = run("audit", "new-key", "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "stop the gateway, make the key, then start it" in result.stderr
    assert key.read_bytes() == before


def test_where_nobody_can_be_asked_it_takes_yes(run: Run, path: Path) -> None:
    result = run("audit", "new-key")
    assert (result.exit_code, "--yes" in result.stderr) == (1, True)
    assert len(rows(path)) == len(WHOLE)


def test_in_a_terminal_it_asks(path: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    refused = run_in_terminal("audit", "new-key", types="n\n", env=env, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "with a new key from now on?" in refused.stderr
    assert f"Event log: {path}" in refused.stderr
    assert refused.stderr.endswith("[y/N]: The key is unchanged.\n")
    stopped = run_in_terminal("audit", "new-key", types="\x03", env=env, cwd=tmp_path)
    assert (stopped.returncode, stopped.stdout) == (130, "")
    assert stopped.stderr.endswith("[y/N]: \nThe key is unchanged.\n")
    assert len(rows(path)) == len(WHOLE)
    agreed = run_in_terminal("audit", "new-key", types="y\n", env=env, cwd=tmp_path)
    assert agreed.returncode == 0
    assert len(rows(path)) == len(WHOLE) + 1


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_a_reason_that_is_none_is_refused_in_a_line(run: Run, path: Path, reason: str) -> None:
    result = run("audit", "new-key", "--yes", "--reason", reason)
    assert (result.exit_code, "--reason" in result.stderr) == (1, True)
    assert len(rows(path)) == len(WHOLE)


# The backup that was documented once, and the one that is now


def test_a_copy_without_its_key_makes_none_in_silence(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = elsewhere / "interviews.db"
    shutil.copy(path, copy)

    async def one_interview() -> None:
        log = SqliteEventLog(copy)
        await tell(log, new_id(), *OPENING)
        await log.close()

    asyncio.run(one_interview())
    assert not file.key_path(copy).exists()
    env = environment(elsewhere)
    assert run_process("audit", "verify", env=env, cwd=elsewhere).returncode == 0
    shutil.copy(file.key_path(path), file.key_path(copy))
    key = run_process("audit", "key", env=env, cwd=elsewhere).stdout.strip()
    assert run_process("audit", "verify", "--key", key, env=env, cwd=elsewhere).returncode == 0
