"""The command line, as a process of its own."""

import signal
import socket
import sqlite3
import time
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from api import __version__
from tests.fakes import GraniteServer, Mood
from tests.processes import (
    environment,
    gateway_in_own_python,
    gateway_process,
    run,
    run_in_own_python,
)

START = "/api/v1/interviews/start"
ENGINEER = {"role": "Software Engineer", "totalQuestions": 1}


def test_help_and_version_say_what_there_is(tmp_path: Path) -> None:
    env = environment(tmp_path)
    helped = run_in_own_python("--help", env=env, cwd=tmp_path)
    assert helped.returncode == 0
    assert "serve" in helped.stdout
    assert "--port" in run("serve", "--help", env=env, cwd=tmp_path).stdout
    versioned = run_in_own_python("--version", env=env, cwd=tmp_path)
    assert versioned.stdout == f"interview-gateway {__version__}\n"


def test_starting_says_where_it_listens_and_what_is_up(tmp_path: Path) -> None:
    with (
        GraniteServer() as granite,
        gateway_in_own_python(tmp_path, GRANITE_INTERVIEW_URL=granite.url) as gateway,
    ):
        gateway.wait_for(r"(Services up: .*)")
        assert gateway.url in gateway.printed
        assert f"{tmp_path}/interviews.db" in gateway.printed
        assert "1 of 7 (granite-interview-service)" in gateway.printed
        assert len(gateway.printed.splitlines()) <= 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_under_way_and_closes_the_log(
    tmp_path: Path, number: int
) -> None:
    with GraniteServer() as granite:
        granite.moods["/api/v1/interviews"], granite.delay = Mood.SLOW, 0.5
        with gateway_in_own_python(tmp_path, GRANITE_INTERVIEW_URL=granite.url) as gateway:
            replies = []

            def start() -> None:
                replies.append(gateway.client.post(START, json=ENGINEER))

            asking = Thread(target=start)
            asking.start()
            while not granite.count(START):
                time.sleep(0.01)
            gateway.popen.send_signal(number)
            gateway.popen.send_signal(number)  # an impatient second time
            asking.join()
            assert gateway.popen.wait(10) == 0
            assert replies[0].status_code == 200
            assert "Traceback" not in gateway.printed
            assert "the event log is closed" in gateway.printed
    assert [path.name for path in tmp_path.glob("*.db-*")] == []


def test_what_was_said_is_there_after_a_restart(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        session = gateway.client.post(START, json=ENGINEER).json()
        assert gateway.stop() == 0
    with gateway_process(tmp_path) as gateway:
        found = gateway.client.get(f"/api/v1/interviews/{session['interviewId']}").json()
    assert found["session"] == session


def refused(tmp_path: Path, **more: str) -> str:
    """What is printed when the gateway cannot start: a few lines, and exit code 1."""
    result = run("serve", env=environment(tmp_path, **more), cwd=tmp_path)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("interview-gateway: ")
    return result.stderr


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused(tmp_path, PORT=str(port))
    assert f"127.0.0.1:{port}" in message
    assert "--port" in message
    assert len(message.splitlines()) == 1
    assert not (tmp_path / "interviews.db").exists()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b"])
def test_a_host_that_is_no_address_is_one_clear_line(tmp_path: Path, host: str) -> None:
    assert f"HOST={host}" in refused(tmp_path, HOST=host)


@pytest.mark.parametrize("content", [b"Dear diary,", b"\x00" * 5000])
def test_a_file_that_is_no_log_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "interviews.db"
    path.write_bytes(content)
    message = refused(tmp_path)
    assert "not an interview log" in message
    assert len(message.splitlines()) == 1
    assert path.read_bytes() == content


def test_another_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "interviews.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    before = sha256(path.read_bytes()).digest()
    assert "not an interview log" in refused(tmp_path)
    assert sha256(path.read_bytes()).digest() == before


def test_a_log_of_a_newer_release_is_left_as_it_is(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        assert gateway.stop() == 0
    path = tmp_path / "interviews.db"
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('eventlog', 'm999_from_the_future', '2030-01-01')"
        )
    db.close()
    assert "newer" in refused(tmp_path)


def test_a_log_that_another_gateway_holds_is_one_clear_line(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as gateway:
        message = refused(tmp_path)
        assert "another gateway" in message
        assert gateway.client.post(START, json=ENGINEER).status_code == 200


def test_settings_that_cannot_be_used_name_their_variables(tmp_path: Path) -> None:
    message = refused(
        tmp_path, PORT="many", OLLAMA_URL="localhost:11434", STRICT_SESSIONS="perhaps"
    )
    assert [line.split(": ")[1] for line in message.splitlines()] == [
        "PORT",
        "OLLAMA_URL",
        "STRICT_SESSIONS",
    ]


def test_an_event_log_url_that_names_none_is_one_clear_line(tmp_path: Path) -> None:
    assert "mysql://x is not an event log; set EVENTLOG_URL" in refused(
        tmp_path, EVENTLOG_URL="mysql://x"
    )


def test_a_dotenv_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("EVENTLOG_URL=memory:\nLOG_LEVEL=debug\n")
    env = {"EVENTLOG_URL": "", "LOG_LEVEL": ""}
    with gateway_process(tmp_path, **env) as gateway:
        assert "in memory" in gateway.printed


def test_options_go_before_the_environment(tmp_path: Path) -> None:
    result = run("serve", "--port", "99999", env=environment(tmp_path), cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == "interview-gateway: --port must be 65535 or less (it is 99999)\n"


def test_other_machines_are_served_only_with_sign_in_or_if_that_is_wanted(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", env=environment(tmp_path), cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith("interview-gateway: 0.0.0.0 can be reached from other")
    assert "AUTH=off" in refused.stderr
    assert not (tmp_path / "interviews.db").exists()
    key = {"AUTH_SECRET": "s" * 32, "AUTH_ISSUER": "i", "AUTH_AUDIENCE": "a"}
    local = {"host": "localhost"}
    with gateway_process(tmp_path, HOST="0.0.0.0", **key) as gateway:
        assert gateway.client.get("/api/v1/interviews", headers=local).status_code == 401
        assert "\nSign-in: with tokens of i\n" in gateway.printed
        long = local | {"authorization": f"Bearer a.b.{'c' * 100_000}"}
        assert gateway.client.get("/api/v1/interviews", headers=long).status_code == 401
    with gateway_process(tmp_path, HOST="0.0.0.0", AUTH="off") as gateway:
        assert gateway.client.get("/api/v1/interviews", headers=local).status_code == 200


def test_a_host_that_was_given_as_an_option_is_named_as_one(tmp_path: Path) -> None:
    for host, wrong in (("nope.invalid", "is no address"), ("http://h", "must be a name or")):
        result = run("serve", "--host", host, env=environment(tmp_path), cwd=tmp_path)
        assert result.returncode == 1
        assert result.stderr.startswith("interview-gateway: --host ")
        assert wrong in result.stderr
        assert "HOST" not in result.stderr
