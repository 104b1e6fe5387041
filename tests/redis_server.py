"""A real Redis for the tests, where there is one."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import free_port

PATIENCE = 20.0
"""Seconds in which a Redis should have started."""

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="takes a redis-server"
)


class RedisServer:
    """A Redis of one's own on a port of loopback. It keeps nothing on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--dir", str(self._folder), *self._options),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while b"PONG" not in (answer := self._ask("PING")) and b"NOAUTH" not in answer:
            assert time.monotonic() < deadline, "Redis never answered"
            time.sleep(0.01)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """Take connections and answer nothing, until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def tell(self, *command: str) -> str:
        """What it answers to a command, as redis-cli prints it."""
        told = subprocess.run(
            ["redis-cli", "-p", str(self.port), *command],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return told.stdout.rstrip("\n")

    def all_keys(self) -> list[str]:
        return sorted(self.tell("KEYS", "*").split())

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _ask(self, command: str) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(100)
        except OSError:
            return b""


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[RedisServer]:
    """A running Redis, with options as in `--requirepass secret`."""
    server = RedisServer(folder, *options)
    try:
        server.start()
        yield server
    finally:
        server.end()
