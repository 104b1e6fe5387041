"""What desktops ask of other services through the gateway: speech, analyses, a search, agents.

These calls are no part of an interview: nothing of them is recorded, and none waits for one.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from api.usecases.errors import ServiceFailed, ServiceNotSet, ServiceUnavailable
from backends.address import Address
from backends.errors import BackendError
from backends.forwarding import ForwardedAnswer, ForwardedCall, Forwarder, ServiceDown
from backends.http import Connections
from backends.services import AGENTS, ANALYTICS, ONLY_FORWARDED, SCOUT, VOICE

SYNTHESIZE = ForwardedCall(VOICE, "POST", "/voice/tts")
TRANSCRIBE = ForwardedCall(VOICE, "POST", "/voice/stt")
SENTIMENT = ForwardedCall(ANALYTICS, "POST", "/api/v1/analyze/sentiment")
TRUST_REPORT = ForwardedCall(ANALYTICS, "POST", "/api/v1/analyze/trust-report")
SEARCH = ForwardedCall(SCOUT, "POST", "/search")
REGISTRY = ForwardedCall(SCOUT, "GET", "/agents/registry")

AGENT_INTERVIEW_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~:-]{1,128}")
"""Ids that can stand in a path as they are, and lead to no other one."""

_VARIABLES = {info.name: info.variable for info in ONLY_FORWARDED}


def agent_start(candidate_id: str) -> ForwardedCall:
    """Let an agent interview this candidate."""
    query = {"candidate_id": candidate_id}
    return ForwardedCall(AGENTS, "POST", "/interviews/start", query)


def agent_answer(interview_id: str, answer: str) -> ForwardedCall:
    """Answer the agent's question. Its API takes the answer in the URL."""
    return ForwardedCall(AGENTS, "POST", f"{_of(interview_id)}/answer", {"answer": answer})


def agent_status(interview_id: str) -> ForwardedCall:
    """How far an agent's interview is."""
    return ForwardedCall(AGENTS, "GET", _of(interview_id))


def agent_next_question(interview_id: str) -> ForwardedCall:
    """The agent's next question."""
    return ForwardedCall(AGENTS, "GET", f"{_of(interview_id)}/next-question")


def _of(interview_id: str) -> str:
    assert AGENT_INTERVIEW_ID.fullmatch(interview_id), "checked by the caller"
    return f"/interviews/{interview_id}"


class Forwarding:
    """Passes calls on to the services at `urls` (by name)."""

    def __init__(self, connections: Connections, urls: Mapping[str, Address]) -> None:
        self._forwarders = {
            name: Forwarder(connections, urls[name])
            for name in (VOICE, ANALYTICS, SCOUT, AGENTS)
            if name in urls
        }

    @asynccontextmanager
    async def slot(self, service: str) -> AsyncIterator[None]:
        """A place among the calls to this service. Take it before a large body is read. Raises
        ServiceNotSet or ServiceUnavailable."""
        forwarder = self._forwarders.get(service)
        if forwarder is None:
            raise ServiceNotSet(service, _VARIABLES[service])
        try:
            async with forwarder.slot():
                yield
        except ServiceDown as error:
            raise ServiceUnavailable(service, str(error)) from error

    async def ask(self, call: ForwardedCall, body: bytes = b"") -> ForwardedAnswer:
        """The service's answer, within a slot. Raises ServiceUnavailable or ServiceFailed."""
        try:
            return await self._forwarders[call.service].ask(call, body)
        except ServiceDown as error:
            raise ServiceUnavailable(call.service, str(error)) from error
        except BackendError as error:
            raise ServiceFailed(call.service, str(error)) from error
