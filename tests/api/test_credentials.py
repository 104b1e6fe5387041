"""Credentials in the URLs of services: each service gets them, and nobody else."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backends.services import SERVICES
from tests.fakes import (
    ConversationServer,
    FakeServer,
    GraniteServer,
    HealthOnlyServer,
    Mood,
    OllamaServer,
)
from tests.processes import environment, gateway_process, run

SECRET = "s3cret@/?"
ENCODED = "s3cret%40%2F%3F"
SENT = "Basic " + b64encode(f"me:{SECRET}".encode()).decode()
LEAKS = ("s3cret", ENCODED, SENT.removeprefix("Basic "))
ENGINEER = {"role": "Software Engineer", "totalQuestions": 3}
EXPORTED = next((Path(__file__).parents[1] / "recordings" / "schema-3").glob("*.json"))
SPEAKING = (GraniteServer, ConversationServer, OllamaServer)


@pytest.fixture
def servers() -> Iterator[list[FakeServer]]:
    speaking: list[FakeServer] = [make() for make in SPEAKING]
    names = {server.name for server in speaking}
    silent = [HealthOnlyServer(info.name) for info in SERVICES if info.name not in names]
    with ExitStack() as started:
        yield [started.enter_context(server) for server in (*speaking, *silent)]


def login(server: FakeServer) -> str:
    return server.url.replace("://", f"://me:{ENCODED}@")


def test_each_service_gets_its_credentials_and_they_are_shown_nowhere(
    tmp_path: Path, servers: list[FakeServer]
) -> None:
    variables = {info.name: info.variable for info in SERVICES}
    urls = {variables[server.name]: login(server) for server in servers}
    granite, *_ = servers
    granite.moods["/api/v1/interviews"] = Mood.ERROR_500
    with gateway_process(tmp_path, LOG_LEVEL="DEBUG", **urls) as gateway:
        gateway.wait_for(r"(Services up: 7 of 7)")
        client = gateway.client
        session = client.post("/api/v1/interviews/start", json=ENGINEER).json()
        for server in servers[1:]:
            server.stop()
        answer = {"session": session, "message": "I measure."}
        shown = [
            client.post("/api/v1/interviews/respond", json=answer).text,
            client.post("/api/v1/interviews/start", json={"role": "Nobody"}).text,
            client.get(f"/api/v1/interviews/{session['interviewId']}/events").text,
            *(client.get(path).text for path in ("/health", "/api/v1/models", "/openapi.json")),
        ]
        gateway.stop()
        shown.append(gateway.printed)
    for server in servers:
        sent = [request.headers.get("authorization") for request in server.requests]
        assert sent
        assert set(sent) == {SENT}, server.name
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    for leak in LEAKS:
        assert not any(leak in text for text in shown)
        assert leak.encode() not in kept


@pytest.mark.parametrize("command", [("serve",), ("rerun", str(EXPORTED))])
def test_a_refused_url_is_printed_without_its_credentials(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    env = environment(tmp_path, OLLAMA_URL=f"http://me:{SECRET}@127.0.0.1")
    ran = run(*command, env=env, cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.startswith("interview-gateway: OLLAMA_URL: must be a URL like")
    assert "# as %23 and @ as %40" in ran.stderr
    assert "s3cret" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"mysql://me:{SECRET}@127.0.0.1/log", "mysql://***@127.0.0.1/log"),
        (f"me:{SECRET}@db", "***@db"),
    ],
)
def test_a_log_of_another_kind_is_refused_without_its_credentials(
    tmp_path: Path, url: str, shown: str
) -> None:
    ran = run("interviews", env=environment(tmp_path, EVENTLOG_URL=url), cwd=tmp_path)
    assert f"{shown} is not an event log" in ran.stderr
    assert "s3cret" not in ran.stdout + ran.stderr


def test_a_url_where_log_takes_a_file_is_refused_without_its_credentials(tmp_path: Path) -> None:
    url = f"mysql://me:{SECRET}@127.0.0.1/log"
    ran = run("interviews", "--log", url, env=environment(tmp_path), cwd=tmp_path)
    assert "--log: mysql://***@127.0.0.1/log is not an event log; give a file" in ran.stderr
    assert "s3cret" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("secret", [SECRET, "s3cret/in", "s3cret"])
def test_a_database_is_named_without_the_credentials_of_its_url(
    tmp_path: Path, secret: str
) -> None:
    url = f"postgresql://me:{secret}@127.0.0.1:9/log?sslkey=s3cret"
    ran = run("interviews", env=environment(tmp_path, EVENTLOG_URL=url), cwd=tmp_path)
    assert "the event log in postgresql://127.0.0.1:9/log cannot be opened" in ran.stderr
    assert ("@ as %40" in ran.stderr) == (secret == SECRET)
    assert "s3cret" not in ran.stdout + ran.stderr
