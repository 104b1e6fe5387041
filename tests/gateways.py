"""Real gateways for the tests: served by uvicorn on a free port of the loopback."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.http.listening import bound
from api.http.protocol import Protocol
from api.settings import Settings
from backends.services import OPENAI, SERVICES
from eventlog.memory import MemoryEventLog
from eventlog.protocol import EventLog
from tests.fakes import FakeServer
from tests.http_clients import http_client
from tests.untraced import traced

NOWHERE = "http://127.0.0.1:9"
"""Port 9 (discard) is not listened on: a connection is refused at once."""

EXPECTED = {info.name: info.variable.lower() for info in SERVICES}
"""The settings with the addresses of services that a gateway looks for without being told."""
VARIABLES = EXPECTED | {OPENAI: "openai_base_url"}


def settings_for(*services: FakeServer, **given: Any) -> Settings:
    """Settings by which `services` are up and the others are refused; nothing comes from
    the environment or a .env file."""
    urls = dict.fromkeys(EXPECTED.values(), NOWHERE)
    urls |= {VARIABLES[service.name]: service.url for service in services}
    return Settings(**{"eventlog_url": "memory:", **urls, **given})


class Served:
    """A gateway that listens: `client` talks to it, `app` is the application itself."""

    def __init__(self, app: FastAPI, url: str, client: httpx.Client) -> None:
        self.app = app
        self.url = url
        self.client = client

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params)

    def wait_until_noticed(self, **expected: str) -> None:
        """Until health tells of each service (dashes as underscores) what is expected."""
        deadline = time.monotonic() + 12
        wanted = {name.replace("_", "-"): status for name, status in expected.items()}
        while time.monotonic() < deadline:
            services = self.get("/health").json()["services"]
            found = {service["name"]: service["status"] for service in services}
            if wanted.items() <= found.items():
                return
            time.sleep(0.05)
        raise AssertionError(f"health never told of {wanted}")


class _Server(uvicorn.Server):
    """Starts and stops as fast as it can. uvicorn itself looks ten times a second whether it is to
    stop, and lets another tenth pass for connections to close: more than most tests take."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._is_up = threading.Event()

    async def main_loop(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._is_up.set()
        ticking = asyncio.create_task(super().main_loop())
        await self._stopping.wait()
        ticking.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for _ in range(10):  # a client that has closed its connection is noticed a little later
            if self.server_state.connections:
                await asyncio.sleep(0.002)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            for server in self.servers:
                server.close()
            await self.lifespan.shutdown()

    def wait_until_up(self, thread: threading.Thread) -> None:
        while not self._is_up.wait(0.1):
            assert thread.is_alive(), "the gateway did not start"

    def stop(self) -> None:
        if self._is_up.is_set():
            self._loop.call_soon_threadsafe(self._stopping.set)


@contextmanager
def serving(
    *services: FakeServer,
    log: EventLog | None = None,
    send_buffer: int | None = None,
    **settings: Any,
) -> Iterator[Served]:
    """A gateway with `services` up, on a log of its own in memory unless told otherwise. The
    system takes some `send_buffer` bytes of what a client has not read yet."""
    chosen = settings_for(*services, **settings)
    needs_memory = log is None and chosen.eventlog_url == "memory:"
    app = traced(create_app, chosen, MemoryEventLog() if needs_memory else log)
    config = uvicorn.Config(
        app,
        http=Protocol,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=6,
    )
    server = _Server(config)
    with bound("127.0.0.1", 0) as (listener,):
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            server.wait_until_up(thread)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with http_client(base_url=url, timeout=30) as client:
                yield Served(app, url, client)
        finally:
            server.stop()
            thread.join()
