"""The gateway's bare twin: FastAPI parses the same bodies and answers the same bytes, and nothing
is decided, asked or kept. What the gateway takes beyond it is what the gateway does.

python -m tests.bench.twin FOLDER serves the answers that `record` kept in FOLDER.
"""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Response

from api.http.listening import bound
from api.http.server import Server
from api.http.wire.interviews import RespondRequest, StartRequest
from tests.bench.beside import running_beside

ANSWER = (
    "Answer 12345-678901234: " + "we measured it first, found one query and wrote it anew. " * 3
)
READ_ONLY = {"health": "/health", "models": "/api/v1/models"}


def record(client: httpx.Client, folder: Path, questions: int) -> None:
    """Keep what the gateway answers in an interview of so many questions, and to what reads."""
    body: dict[str, Any] = {"role": "Software Engineer", "totalQuestions": questions}
    replies = [client.post("/api/v1/interviews/start", json=body).raise_for_status()]
    while not replies[-1].json()["isComplete"]:
        body = {"session": replies[-1].json(), "message": ANSWER}
        replies.append(client.post("/api/v1/interviews/respond", json=body).raise_for_status())
    for reply in replies:
        session = reply.json()
        (folder / f"{len(session['messages'])}.json").write_bytes(reply.content)
    for name, path in READ_ONLY.items():
        (folder / f"{name}.json").write_bytes(client.get(path).content)


def create_app(folder: Path) -> FastAPI:
    """The twin, with the answers in `folder`."""
    app = FastAPI()
    sessions = {int(f.stem): f.read_bytes() for f in folder.glob("*.json") if f.stem.isdigit()}
    opening = sessions[min(sessions)]

    @app.post("/api/v1/interviews/start")
    async def start(request: StartRequest) -> Response:
        return Response(opening, media_type="application/json")

    @app.post("/api/v1/interviews/respond")
    async def respond(request: RespondRequest) -> Response:
        session = sessions[len(request.session.messages) + 2]
        return Response(session, media_type="application/json")

    for name, path in READ_ONLY.items():
        app.get(path)(_answering((folder / f"{name}.json").read_bytes()))
    return app


def _answering(content: bytes) -> Callable[[], Coroutine[Any, Any, Response]]:
    async def answer() -> Response:
        return Response(content, media_type="application/json")

    return answer


async def _nothing() -> None:
    """What there is to stop before the server does."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.twin", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    app = create_app(folder)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    with bound("127.0.0.1", 0) as (listener,):
        listener.listen()
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        asyncio.run(Server(config, _nothing, _nothing).serve(sockets=[listener]))


def running(folder: Path) -> AbstractContextManager[str]:
    """A twin as a process of its own; its URL."""
    return running_beside("tests.bench.twin", str(folder))


if __name__ == "__main__":
    main()
