"""A real gateway in this process, on a log in a file, that can be stopped, killed and started
again as often as a test likes. No socket is between: a request is a call, so that thousands
of them, and of restarts, fit into a test."""

import asyncio
import shutil
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from api.app import create_app
from eventlog.protocol import EventLog
from eventlog.sqlite import file
from tests.gateways import settings_for
from tests.http_clients import async_http_client

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """What a client asks for."""

    method: str
    path: str
    body: Any = None


class InProcess:
    """A gateway whose log is in `folder`."""

    app: FastAPI

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._folder = folder
        self._settings = settings
        self._runner = asyncio.Runner()
        self._lives = 0
        self.path = self._new_path()
        self._open()

    @property
    def log(self) -> EventLog:
        log: EventLog = self.app.state.gateway.log
        return log

    def run(self, work: Awaitable[T]) -> T:
        """What `work` gives, run in the gateway's own loop."""

        async def wait() -> T:
            return await work

        return self._runner.run(wait())

    def send(self, *requests: Request) -> list[httpx.Response]:
        """The answers to `requests`, all of them sent at once."""

        async def send_all() -> list[httpx.Response]:
            return await asyncio.gather(*map(self._send, requests))

        return self.run(send_all())

    def restart(self) -> None:
        """Stop as on a signal, and start again on the same file."""
        self._close()
        self._open()

    def kill(self, *requests: Request, turns: int = 0) -> None:
        """Stop with nothing closed, `turns` turns of the loop after `requests` were sent, and
        start again on what that leaves on the disk."""

        async def abandon() -> None:
            tasks = [asyncio.create_task(self._send(request)) for request in requests]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # What the writer had taken on is written: of a half-written file no copy is made.
            await self.log.is_writable()

        self.run(abandon())
        left = self.path
        self.path = self._new_path()
        for suffix in ("", "-wal"):
            shutil.copy(f"{left}{suffix}", f"{self.path}{suffix}")
        if (key := file.key_path(left)).exists():
            shutil.copy(key, file.key_path(self.path))
        self._close()
        shutil.rmtree(left.parent)
        self._open()

    def close(self) -> None:
        """Stop for good; the log stays at `path`."""
        self._close()
        self._runner.close()

    async def _send(self, request: Request) -> httpx.Response:
        return await self._client.request(request.method, request.path, json=request.body)

    def _new_path(self) -> Path:
        self._lives += 1
        folder = self._folder / f"life-{self._lives}"
        folder.mkdir()
        return folder / "interviews.db"

    def _open(self) -> None:
        self.app = create_app(settings_for(eventlog_url=f"sqlite:///{self.path}", **self._settings))
        self._lifespan = self.app.router.lifespan_context(self.app)
        self.run(self._lifespan.__aenter__())
        # What the application raises is raised here too, and not only answered with a 500.
        transport = httpx.ASGITransport(self.app)
        self._client = async_http_client(transport=transport, base_url="http://127.0.0.1")

    def _close(self) -> None:
        self.run(self._client.aclose())
        self.run(self._lifespan.__aexit__(None, None, None))
