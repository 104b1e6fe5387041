"""A real Prometheus for the tests, where there is one."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http_clients import http_client
from tests.processes import free_port

PATIENCE = 20.0
"""Seconds in which Prometheus should have started, or have something to tell."""

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="takes a Prometheus"
)


@contextmanager
def prometheus(config: str, folder: Path) -> Iterator[Callable[[str], list[Any]]]:
    """A Prometheus with the text of `config`, and a function that queries it."""
    file, port = folder / "prometheus.yml", free_port()
    file.write_text(config, encoding="utf-8")
    command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with (
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process,
        http_client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):

        def ask(query: str) -> list[Any]:
            answer = client.get("/api/v1/query", params={"query": query})
            assert answer.status_code == 200, answer.text
            found: list[Any] = answer.json()["data"]["result"]
            return found

        try:
            _wait_until_ready(client)
            yield ask
        finally:
            process.kill()


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if client.get("/-/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("Prometheus never was ready")
