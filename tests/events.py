"""Reading a gateway's log as an auditor would."""

import asyncio
import json
from typing import Any

from tests.gateways import Served


def kinds_of(gateway: Served, interview_id: str) -> list[str]:
    """The kinds of the interview's events, oldest first."""
    log = gateway.app.state.gateway.log
    return [record.kind for record in asyncio.run(log.records(interview_id))]


def payloads_of(gateway: Served, interview_id: str) -> list[dict[str, Any]]:
    """The interview's stored payloads, oldest first."""
    log = gateway.app.state.gateway.log
    return [json.loads(record.payload) for record in asyncio.run(log.records(interview_id))]


def head_of(gateway: Served) -> int:
    """How many events the log holds."""
    head: int = asyncio.run(gateway.app.state.gateway.log.head())
    return head
