"""The commands of docs/event-log.md, run as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.eventlog.evidence import rows
from tests.processes import environment, gateway_process

DOCUMENT = (Path(__file__).parents[2] / "docs" / "event-log.md").read_text(encoding="utf-8")
INTERVIEWS, AUDIT = "/api/v1/interviews", "/api/v1/audit"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are a shell's")


def block(name: str) -> str:
    [found] = re.findall(rf"^```sh {name}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


def run(commands: str, folder: Path) -> str:
    """What a shell prints that is given the commands in the folder."""
    env = environment(folder)
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    done = subprocess.run(
        ["sh", "-eu"],
        input=commands,
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


BACKUPS = {
    "sqlite3": block("backup"),
    "python": re.sub("(?m)^sqlite3 .*\n", lambda _: block("python"), block("backup")),
}


@pytest.mark.parametrize("tool", BACKUPS)
def test_a_backup_made_while_the_gateway_runs_is_restored_elsewhere_and_goes_on(
    tmp_path: Path, tool: str
) -> None:
    if shutil.which(tool) is None and tool == "sqlite3":
        pytest.skip("no sqlite3 is installed")
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    start = {"role": "Data Analyst", "totalQuestions": 1}
    with gateway_process(here) as gateway:
        session = gateway.client.post(f"{INTERVIEWS}/start", json=start).json()
        key = gateway.client.get(f"{AUDIT}/key").text
        note = gateway.client.get(f"{AUDIT}/checkpoint").text
        run(BACKUPS[tool], here)
        gateway.client.post(f"{INTERVIEWS}/start", json=start)  # is not in it
    shutil.copytree(here / "backup", there / "backup")
    (there / "interviews.db-wal").write_bytes(b"what an earlier log left")
    says = run(block("restore"), there)
    assert "The log is consistent: 2 events of 1 interview." in says
    assert (there / "replaced" / "interviews.db-wal").exists()
    (there / "kept").write_text(note, encoding="utf-8")
    with gateway_process(there) as gateway:
        assert gateway.client.get(f"{AUDIT}/key").text == key
        body = {"session": session, "message": "I measure."}
        assert gateway.client.post(f"{INTERVIEWS}/respond", json=body).status_code == 200
        assert "cannot be signed" not in gateway.printed.lower()
    verify = f"interview-gateway audit verify --key '{key.strip()}' --checkpoint kept --covers 2\n"
    assert "2 of them are covered by a checkpoint that you kept, signed by" in run(verify, there)
    assert len(rows(there / "interviews.db")) == 4


def test_a_backup_of_the_log_alone_is_said_to_lack_its_key_and_gets_no_other(
    tmp_path: Path,
) -> None:
    """What was documented once."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    start = {"role": "Data Analyst", "totalQuestions": 1}
    with gateway_process(here) as gateway:
        gateway.client.post(f"{INTERVIEWS}/start", json=start)
        run(BACKUPS["python"], here)
    shutil.copy(here / "backup" / "interviews.db", there)
    with gateway_process(there) as gateway:
        assert gateway.client.post(f"{INTERVIEWS}/start", json=start).status_code == 200
        refused = gateway.client.get(f"{AUDIT}/key")
        assert (refused.status_code, "audit new-key" in refused.json()["detail"]) == (503, True)
        assert gateway.printed.count("the key file beside the event log is missing") == 1
    assert not (there / "interviews.db.key").exists()
    shutil.copy(here / "interviews.db.key", there)
    assert "The log is consistent: 4 events" in run("interview-gateway audit verify", there)
    run("interview-gateway audit key", there)
