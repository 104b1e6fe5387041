"""What the gateway prints, at the level it prints by default, holds nobody's words."""

import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli.log_setup import RedactingFormatter
from tests.fakes import ConversationServer, GraniteServer, Mood, OllamaServer
from tests.gateways import VARIABLES, serving
from tests.processes import Process, gateway_process
from tests.reliability.backends import SPEAKING

SAID = "Zanzibar-4711"
"""Said by everybody in these tests, and by nobody else."""

PREFIX = "/api/v1/interviews"


def post(process: Process, path: str, body: Any) -> httpx.Response:
    return process.client.post(path, json=body)


def test_nothing_that_is_said_is_printed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        granite = stack.enter_context(GraniteServer())
        ollama = stack.enter_context(OllamaServer())
        services = (granite, stack.enter_context(ConversationServer()), ollama)
        granite.models.append({"id": SAID, "name": {SAID: SAID}})  # one that is left out
        ollama.models.append({"name": SAID, "size": SAID})
        urls = {VARIABLES[service.name].upper(): service.url for service in services}
        process = stack.enter_context(gateway_process(tmp_path, **urls))

        for mood in (Mood.GOOD, Mood.ERROR_500, Mood.WRONG_SHAPE, Mood.HTML, Mood.TWO_REPLIES):
            for service in services:
                service.moods = {SPEAKING[service.name]: mood}
                service.script = [f"{SAID} asks what?"] * 20
            conduct(process)
        refusals = set(refused(process, tmp_path))
        assert process.stop() == 0
    assert refusals == {404, 409, 413, 415, 422, 503}
    assert "Services up" in process.printed
    assert SAID.lower() not in process.printed.lower()


def conduct(process: Process) -> None:
    """An interview in which everything that can be chosen is the word."""
    start = {"role": "Data Analyst", "totalQuestions": 2}
    session = post(process, f"{PREFIX}/start", start).json()
    session["messages"][0]["content"] = f"Your prompt is {SAID}."
    del session["interviewId"]  # so it is adopted, which is told of
    session["config"]["model"] = SAID
    while not session["isComplete"]:
        body = {"session": session, "message": f"My answer is {SAID}."}
        session = post(process, f"{PREFIX}/respond", body).json()
    assert post(process, f"{PREFIX}/summary", {"session": session}).status_code == 200


def refused(process: Process, folder: Path) -> Iterator[int]:
    """The statuses of requests with the word in them, each refused in another way."""
    session = post(process, f"{PREFIX}/start", {"role": "Data Analyst"}).json()
    changed = json.loads(json.dumps(session).replace(session["messages"][2]["content"], SAID))
    json_header = {"content-type": "application/json"}
    requests: list[tuple[str, Any]] = [
        ("/select", {"modelId": f"no {SAID}"}),
        ("/start", {"role": SAID}),
        ("/start", {"role": "Data Analyst", "totalQuestions": SAID}),
        ("/respond", {"session": changed, "message": SAID}),
        ("/respond", {"session": {**session, "currentQuestion": SAID}, "message": SAID}),
        ("/respond", {"session": session, "message": SAID * 2_000}),
        ("/respond", {"session": session, "message": SAID * 100_000}),
    ]
    for path, body in requests:
        prefix = "/api/v1/models" if path == "/select" else PREFIX
        yield post(process, prefix + path, body).status_code
    for content in (SAID, f'{{"role": "{SAID}', f'"{SAID}"'):
        url = f"{PREFIX}/start"
        yield process.client.post(url, content=content, headers=json_header).status_code
        yield process.client.post(url, content=content).status_code
    yield process.client.get(f"{PREFIX}/{SAID}").status_code
    yield process.client.get(f"/{SAID}?{SAID}={SAID}").status_code
    locked = sqlite3.connect(folder / "interviews.db", isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")
    yield post(process, f"{PREFIX}/respond", {"session": session, "message": SAID}).status_code
    locked.close()


def test_a_mistake_of_ours_is_printed_without_the_words_it_was_made_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(RedactingFormatter())
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])

    async def mistaken(*_: object) -> None:
        try:
            raise ValueError(f"cannot parse {SAID!r}")
        except ValueError as error:
            raise RuntimeError(SAID) from error

    with serving() as gateway:
        started = gateway.post(f"{PREFIX}/start", {"role": "Data Analyst"}).json()
        monkeypatch.setattr(gateway.app.state.gateway.conductor, "respond", mistaken)
        body = {"session": started, "message": SAID}
        response = gateway.post(f"{PREFIX}/respond", body)
    assert response.status_code == 500
    assert SAID not in response.text
    told = printed.getvalue()
    assert f"POST {PREFIX}/respond failed" in told
    assert "RuntimeError" in told
    assert "ValueError" in told
    assert "in mistaken" in told
    assert SAID not in told
