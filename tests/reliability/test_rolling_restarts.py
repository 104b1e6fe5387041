"""Gateways on one log are stopped and started again, one after the other, behind the balancer of
docs/scale. People who are interviewed meanwhile, by clients that never retry, notice nothing."""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from eventlog.open import stored_log
from eventlog.verification.verify import verify
from tests.balancing import balanced
from tests.docs.proxies import is_there
from tests.fakes import OllamaServer
from tests.http_clients import async_http_client, http_client
from tests.postgres import needs_postgres
from tests.processes import Mortal, mortal_gateway
from tests.sharing import InDatabase

pytestmark = [
    needs_postgres,
    pytest.mark.skipif(not is_there("nginx"), reason="nginx is not installed"),
]

INTERVIEWS = "/api/v1/interviews"
CANDIDATES = 6
ROUNDS = int(os.environ.get("GATEWAYS_REPLACED", "1"))
QUESTIONS = 2
WORDS = "I see. Question 2: How do you test it?"
TOKENS_PER_SECOND = 60.0
"""A reply takes a sixth of a second, so that some are in progress when a gateway stops."""


@dataclass
class Crowd:
    """Candidates who do one interview after the other; each request that was not answered as it
    should be is in `failures`."""

    url: str
    failures: list[str] = field(default_factory=list)
    moves: int = 0
    is_over: bool = False

    async def conduct(self, *, streams: bool) -> None:
        async with async_http_client(base_url=self.url, timeout=30) as client:
            while not self.is_over:
                try:
                    await self._interview(client, streams=streams)
                except (httpx.HTTPError, AssertionError) as error:
                    self.failures.append(repr(error))

    async def until_moves(self, more: int) -> None:
        """Wait until the candidates have made so many more moves."""
        enough = self.moves + more
        async with asyncio.timeout(60):
            while self.moves < enough:  # noqa: ASYNC110 - the candidates need not know of it
                await asyncio.sleep(0.01)

    async def _interview(self, client: httpx.AsyncClient, *, streams: bool) -> None:
        asked = {"role": "Software Engineer", "totalQuestions": QUESTIONS}
        session = await self._post(client, "start", asked)
        for n in range(QUESTIONS):
            body = {"session": session, "message": f"This is my answer {n}."}
            if streams:
                await self._read(client, body)  # and the same move again gives it as a session
            session = await self._post(client, "respond", body)
        assert session["isComplete"], session
        await self._post(client, "summary", session)

    async def _post(
        self, client: httpx.AsyncClient, path: str, body: Mapping[str, object]
    ) -> dict[str, object]:
        answer = await client.post(f"{INTERVIEWS}/{path}", json=body)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        self.moves += 1
        found: dict[str, object] = answer.json()
        return found

    async def _read(self, client: httpx.AsyncClient, body: Mapping[str, object]) -> None:
        as_stream = {"accept": "text/event-stream"}
        answer = await client.post(f"{INTERVIEWS}/respond", json=body, headers=as_stream)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
        assert "event: done" in answer.text, f"a stream broke off: {answer.text[-300:]}"


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.loaded = {server.models[0]["name"]: 4096}
        server.tokens_per_second, server.script = TOKENS_PER_SECOND, [WORDS]
        yield server


def test_no_candidate_notices_that_gateways_are_replaced(
    tmp_path: Path, ollama: OllamaServer
) -> None:
    log = InDatabase(tmp_path)
    environment = {
        "EVENTLOG_URL": log.url,
        "EVENTLOG_KEY": str(tmp_path / "log.key"),
        "OLLAMA_URL": ollama.url,
    }
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    with (
        mortal_gateway(folders[0], **environment) as first,
        mortal_gateway(folders[1], **environment) as second,
        balanced(first.url, second.url, tmp_path) as url,
    ):
        crowd = asyncio.run(replace_each([first, second], url))
    assert crowd.failures == []
    assert verify(stored_log(log.url, tmp_path / "log.key")).findings == ()


class Refusing(BaseHTTPRequestHandler):
    """Refuses as a gateway does whose database is gone."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.send_header("content-length", "0")
        self.send_header("retry-after", "2")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def refusing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_refusal_by_both_gateways_is_passed_on_each_time(tmp_path: Path) -> None:
    with (
        refusing() as first,
        refusing() as second,
        balanced(first, second, tmp_path) as url,
        http_client(base_url=url, timeout=30) as client,
    ):
        answers = [client.get(INTERVIEWS) for _ in range(6)]
    assert {(a.status_code, a.headers.get("retry-after")) for a in answers} == {(503, "2")}


async def replace_each(gateways: list[Mortal], url: str) -> Crowd:
    """Stop and start each gateway while a crowd is interviewed."""
    crowd = Crowd(url)
    conducting = [
        asyncio.create_task(crowd.conduct(streams=bool(n % 2))) for n in range(CANDIDATES)
    ]
    for _ in range(ROUNDS):
        for gateway in gateways:
            await crowd.until_moves(10)
            assert await asyncio.to_thread(gateway.stop) == 0
            await crowd.until_moves(5)
            await asyncio.to_thread(gateway.live)
    await crowd.until_moves(10)
    crowd.is_over = True
    await asyncio.gather(*conducting)
    return crowd
