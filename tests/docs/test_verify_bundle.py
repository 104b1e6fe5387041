"""The script that checks a bundle without us: what it lets pass, and what it finds."""

import asyncio
import copy
import json
from typing import Any

import pytest

from eventlog.bundle import bundle_of
from eventlog.memory import MemoryEventLog
from tests.docs.bundles import IDS, STORIES, as_text, fill, load_script
from tests.eventlog.interviews import AT

script = load_script()


@pytest.fixture(scope="module")
def bundles() -> dict[str, dict[str, Any]]:
    async def make() -> dict[str, dict[str, Any]]:
        log = MemoryEventLog()
        await fill(log)
        return {name: await bundle_of(log, id, exported_at=AT) for name, id in IDS.items()}

    return asyncio.run(make())


def findings(bundle: dict[str, Any], given: str | None = None) -> list[str]:
    read = script.read_bundle(as_text(bundle))
    return list(script.findings_in(read, script.read_key(bundle["key"]), given))


@pytest.mark.parametrize("name", STORIES)
def test_a_good_bundle_passes(bundles: dict[str, dict[str, Any]], name: str) -> None:
    assert findings(bundles[name]) == []
