"""The services that desktops only reach through the gateway: voice, analytics, scout, agents."""

from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply

AUDIO = bytes(range(256)) * 16


class ForwardedServer(FakeServer):
    """All four in one. It answers `{"echo": …}` with what it was sent, or `answer` if it is set."""

    name = "voice-service"
    answer: Reply | None = None

    def routes(self) -> Routes:
        calls = (
            *(("POST", "/voice/tts"), ("POST", "/voice/stt"), ("POST", "/search")),
            *(("POST", "/api/v1/analyze/sentiment"), ("POST", "/api/v1/analyze/trust-report")),
            *(("GET", "/agents/registry"), ("POST", "/interviews/start?candidate_id=c+1%262")),
            *(("POST", "/interviews/i-1/answer?answer=R%C3%BCckw%C3%A4rts+%26+%231"),),
            *(("GET", "/interviews/i-1"), ("GET", "/interviews/i-1/next-question")),
        )
        return {**super().routes(), **dict.fromkeys(calls, self._echo)}

    def _echo(self, body: Any, _mood: Mood) -> Reply:
        return self.answer or json_reply({"echo": body})
