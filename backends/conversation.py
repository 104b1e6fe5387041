"""conversation-service: it keeps a conversation of its own, by session id.

The id it is given is the interview's. When it has forgotten it (a restart), or never knew
it (another backend asked so far), the conversation is begun anew and the answer said again.
"""

from collections.abc import AsyncGenerator
from enum import StrEnum

from pydantic import BaseModel

from backends.errors import BackendError
from backends.http import Missing, Service
from backends.prompting import with_brief
from backends.services import CONVERSATION
from backends.turn import End, Phase, Piece, Status, Turn, Words
from statemachine.session import Speaker


class _Started(BaseModel):
    initial_message: str


class _ReplyType(StrEnum):
    QUESTION = "question"
    FEEDBACK = "feedback"
    INSTRUCTION = "instruction"
    CONCLUSION = "conclusion"


class _Reply(BaseModel):
    response_text: str
    response_type: _ReplyType = _ReplyType.QUESTION


class ConversationBackend:
    """Speaks with whatever model the service itself is set to."""

    name = CONVERSATION

    def __init__(self, service: Service) -> None:
        self._service = service

    async def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        yield Status(Phase.READING)
        if turn.answer is None:
            yield Words((await self._start(turn)).initial_message)
            yield End()
            return
        try:
            reply = await self._say(turn, turn.answer)
        except Missing:
            await self._start(turn)
            reply = await self._say(turn, turn.answer)
        yield Words(reply.response_text)
        yield End(
            concludes=reply.response_type is _ReplyType.CONCLUSION,
            is_remark=reply.response_type in (_ReplyType.FEEDBACK, _ReplyType.INSTRUCTION),
        )

    async def sum_up(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        none: tuple[Piece, ...] = ()
        for piece in none:  # which makes it a generator, so that it raises when it is iterated
            yield piece
        raise BackendError("Gives no summaries")

    async def _start(self, turn: Turn) -> _Started:
        body = {
            "session_id": turn.interview_id,
            "job_description": _job_description(turn),
            "interview_type": "technical",
            "tone": "professional",
        }
        return await self._service.post("/conversation/start", body, _Started)

    async def _say(self, turn: Turn, answer: str) -> _Reply:
        body = {
            "session_id": turn.interview_id,
            "message": answer,
            "message_type": "transcript",
        }
        return await self._service.post("/conversation/message", body, _Reply)


def _job_description(turn: Turn) -> str:
    """The role, its prompt and the brief: all the service is ever told about the interview."""
    session = turn.session
    prompt = "\n".join(m.content for m in session.messages if m.role is Speaker.SYSTEM)
    return f"{session.config.role}\n\n{with_brief(prompt, turn.brief)}".strip()
