"""Two gateways reach their log through PgBouncer in transaction mode, which gives each transaction
another session of the database."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eventlog.open import stored_log
from eventlog.postgres.connection import connect
from eventlog.postgres.log import PostgresEventLog
from eventlog.verification.verify import verify
from tests.eventlog.interviews import WHOLE, new_id, tell
from tests.events import kinds_of
from tests.fakes import OllamaServer
from tests.gateways import Served, serving
from tests.pgbouncer import SESSIONS, needs_pgbouncer, pooler
from tests.postgres import GATEWAY, cluster, needs_postgres

pytestmark = [needs_postgres, needs_pgbouncer]

INTERVIEWS = "/api/v1/interviews"
ROLE = {"role": "Software Engineer", "totalQuestions": 12}
MOVES = 12
PATIENCE = 30


@pytest.fixture
def url() -> str:
    """An empty log through the pooler, for a role that owns nothing."""
    return pooler().through(cluster().empty_log(GATEWAY))


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        yield server


@pytest.fixture
def pair(url: str, ollama: OllamaServer, tmp_path: Path) -> Iterator[list[Served]]:
    key = tmp_path / "log.key"
    with (
        serving(ollama, log=PostgresEventLog(url, key)) as first,
        serving(ollama, log=PostgresEventLog(url, key)) as second,
    ):
        for gateway in (first, second):
            gateway.wait_until_noticed(ollama="online")
        yield [first, second]


def posted(gateway: Served, path: str, body: Any) -> Any:
    """What it answers to a client that tries again: on a busy machine, the three sessions that all
    share may be busy for too long."""
    give_up = time.monotonic() + PATIENCE
    while True:
        answer = gateway.post(f"{INTERVIEWS}/{path}", body)
        if answer.status_code != 503 or time.monotonic() > give_up:
            break
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_sessions_are_shared(url: str) -> None:
    with closing(connect(url)) as one, closing(connect(url)) as two:
        for db in (one, two):
            assert db.prepare_threshold is None, "another session does not know what was prepared"
        found = [db.execute("SELECT pg_backend_pid()").fetchone() for db in (one, two) * SESSIONS]
    assert len(set(found)) <= SESSIONS
    assert set(found[::2]) & set(found[1::2])


def test_a_log_is_made_through_it(tmp_path: Path) -> None:
    url = pooler().through(cluster().empty_database())

    async def conduct() -> None:
        log = PostgresEventLog(url, tmp_path / "log.key")
        await tell(log, new_id(), *WHOLE)
        await log.close()

    asyncio.run(conduct())
    report = verify(stored_log(url))
    assert (report.events, report.findings) == (len(WHOLE), ())


def test_the_same_move_at_both_gateways_is_made_once(
    pair: list[Served], ollama: OllamaServer, url: str
) -> None:
    session = posted(pair[0], "start", ROLE)
    before = ollama.count("/api/chat")
    with ThreadPoolExecutor(2) as pool:
        for n in range(MOVES):
            body = {"session": session, "message": f"My answer {n}."}
            begin = threading.Barrier(2)

            def post(gateway: Served, body: Any = body, begin: threading.Barrier = begin) -> Any:
                begin.wait()
                return posted(gateway, "respond", body)

            first, second = pool.map(post, pair)
            assert first == second
            session = first
    assert session["isComplete"]
    assert ollama.count("/api/chat") - before == MOVES
    id = session["interviewId"]
    assert kinds_of(pair[0], id).count("answer-given") == MOVES
    assert verify(stored_log(url)).findings == ()


def test_what_one_gateway_forgets_is_gone_for_both(pair: list[Served], url: str) -> None:
    sessions = [posted(gateway, "start", ROLE) for gateway in pair]
    for _ in range(2):
        sessions = [
            posted(gateway, "respond", {"session": session, "message": "Zebras, as ever."})
            for gateway, session in zip(reversed(pair), sessions, strict=True)
        ]
    id = sessions[0]["interviewId"]
    answer = pair[0].client.delete(f"{INTERVIEWS}/{id}", params={"reason": "They asked."})
    assert (answer.status_code, answer.json()["overwritten"]) == (200, True), answer.text
    late = {"session": sessions[0], "message": "It came again."}
    assert pair[1].post(f"{INTERVIEWS}/respond", late).status_code == 410
    posted(pair[1], "respond", {"session": sessions[1], "message": "We went on."})
    log = url.rpartition("/")[2]
    words = cluster().execute("SELECT payload FROM interview_log.words", log)
    assert sum("Zebras" in str(text) for (text,) in words) == 2
    assert verify(stored_log(url)).findings == ()
