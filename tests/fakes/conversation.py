"""conversation-service: keeps its own state by session id, and forgets it when it restarts."""

from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply
from tests.fakes.words import CLOSING


class ConversationServer(FakeServer):
    """Asks "Conversation question {n}?" and never stops by itself: it was not told a total."""

    name = "conversation-service"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.conclude_after: int | None = None
        """The answer, counted from 1, from which on the replies are a conclusion."""
        self._asked: dict[str, int] = {}

    def forget(self, session_id: str | None = None) -> None:
        """Know this session no more; without an id, none."""
        if session_id is None:
            self._asked.clear()
        else:
            self._asked.pop(session_id, None)

    def routes(self) -> Routes:
        return {
            **super().routes(),
            ("POST", "/conversation/start"): self._start,
            ("POST", "/conversation/message"): self._message,
        }

    def _start(self, body: Any, mood: Mood) -> Reply:
        session_id = body["session_id"]
        words = self._ask(session_id, 1, mood)
        return json_reply({"session_id": session_id, "initial_message": words})

    def _message(self, body: Any, mood: Mood) -> Reply:
        session_id = body["session_id"]
        answered = self._asked.get(session_id)
        if answered is None:
            return json_reply({"detail": f"Session {session_id} not found"}, 404)
        if self.conclude_after is not None and answered >= self.conclude_after:
            kind, words = "conclusion", self.say(mood, CLOSING)
        else:
            kind, words = "question", self._ask(session_id, answered + 1, mood)
        return json_reply({"session_id": session_id, "response_text": words, "response_type": kind})

    def _ask(self, session_id: str, question: int, mood: Mood) -> str:
        self._asked[session_id] = question
        return self.say(mood, f"Conversation question {question}?", question)
