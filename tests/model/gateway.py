"""A gateway as a process that has a real model to ask."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.forked import PATIENCE
from tests.http_clients import http_client
from tests.processes import gateway_process

REPLY_SECONDS = 600
"""How long a client waits for a reply in full: a slow machine may need minutes."""


@contextmanager
def gateway_with_model(folder: Path, **settings: str) -> Iterator[httpx.Client]:
    """A client of a new gateway that has seen which model it can ask."""
    with (
        gateway_process(folder, **settings) as process,
        http_client(base_url=process.url, timeout=REPLY_SECONDS) as client,
    ):
        _wait_for_model(client)
        yield client


def _wait_for_model(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        models = client.get("/api/v1/models").json()["models"]
        if any(model["source"] != "fallback" for model in models):
            return
        time.sleep(0.05)
    raise AssertionError("the gateway never found a model")
