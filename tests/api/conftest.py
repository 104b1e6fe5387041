"""What the API's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways import Served, serving


@pytest.fixture(scope="module")
def alone() -> Iterator[Served]:
    """A gateway with no service up, for tests that leave the interviews of others alone."""
    with serving() as gateway:
        yield gateway


@pytest.fixture
def on_disk(tmp_path: Path) -> str:
    """The URL of a log in a file: where posts race, an append takes its time."""
    return f"sqlite:///{tmp_path}/interviews.db"


@pytest.fixture
def fresh() -> Iterator[Served]:
    """A gateway with no service up and an empty log."""
    with serving() as gateway:
        yield gateway
