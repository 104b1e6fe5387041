"""A desktop app as the tests need one: it holds the session and posts it whole."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.gateways import Served

FOUR_FIELDS = ("config", "messages", "currentQuestion", "isComplete")


@dataclass
class Desktop:
    """One candidate's client. With `knows_id` off it keeps only the four fields that the
    desktop in the field knows, and so drops `interviewId`."""

    gateway: Served
    knows_id: bool = True
    session: dict[str, Any] = field(default_factory=dict)

    def start(self, role: str = "Software Engineer", **more: Any) -> "Desktop":
        self._keep(self.gateway.post("/api/v1/interviews/start", {"role": role, **more}))
        return self

    def answer(self, message: str) -> dict[str, Any]:
        """Answer, expecting it to be taken; the new session is kept and returned."""
        return self._keep(self.try_answer(message))

    def try_answer(self, message: str) -> httpx.Response:
        """Answer, and leave the session as it is: as if the reply were lost."""
        body = {"session": self.session, "message": message}
        return self.gateway.post("/api/v1/interviews/respond", body)

    def sum_up(self) -> dict[str, Any]:
        response = self.gateway.post("/api/v1/interviews/summary", {"session": self.session})
        assert response.status_code == 200, response.text
        summary: dict[str, Any] = response.json()
        return summary

    def finish(self) -> list[str]:
        """Answer until the interview is complete; the answers given."""
        answers: list[str] = []
        while not self.session["isComplete"]:
            answers.append(f"My answer to question {self.session['currentQuestion']}.")
            self.answer(answers[-1])
            assert len(answers) <= 15, "the interview never ends"
        return answers

    def copy(self) -> "Desktop":
        return Desktop(self.gateway, self.knows_id, self.session)

    @property
    def interview_id(self) -> str:
        id: str = self.session["interviewId"]
        return id

    @property
    def said(self) -> list[str]:
        """What the interviewer said."""
        return self._words_of("assistant")

    @property
    def answers(self) -> list[str]:
        """What the candidate said, after the wish to start."""
        return self._words_of("user")[1:]

    def _words_of(self, speaker: str) -> list[str]:
        return [m["content"] for m in self.session["messages"] if m["role"] == speaker]

    def _keep(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        session = response.json()
        kept = session if self.knows_id else {name: session[name] for name in FOUR_FIELDS}
        self.session = kept
        return kept
