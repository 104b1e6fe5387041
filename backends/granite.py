"""granite-interview-service: it takes and gives whole sessions, as the desktop app does.

Of its session only the last words are used, and only if the rest is what it was sent.
"""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from pydantic import BaseModel, FailFast, Field

from backends.errors import BackendError
from backends.http import Service
from backends.services import GRANITE
from backends.turn import End, Phase, Piece, RawMessage, Status, Turn, Words
from statemachine.session import MAX_MESSAGES, Session, Speaker


class _Reply(BaseModel):
    # It fails at the first wrong message: telling of all that a megabyte can hold takes seconds.
    messages: Annotated[list[RawMessage], Field(min_length=1, max_length=MAX_MESSAGES), FailFast()]


class _Summary(BaseModel):
    summary: str


class GraniteBackend:
    """Speaks with the model the session is set to."""

    name = GRANITE

    def __init__(self, service: Service) -> None:
        self._service = service

    async def speak(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        config = turn.session.config
        yield Status(Phase.READING, config.model)
        if turn.answer is None:
            body = config.model_dump(mode="json", by_alias=True, exclude_none=True)
            reply = await self._service.post("/api/v1/interviews/start", body, _Reply)
            yield Words(_opening(reply))
        else:
            respond = {"session": _session(turn.session), "message": turn.answer}
            reply = await self._service.post("/api/v1/interviews/respond", respond, _Reply)
            said_before = [(m.role, m.content) for m in turn.session.messages]
            said_before.append((Speaker.USER, turn.answer))
            yield Words(_continuation(reply, said_before))
        yield End()

    async def sum_up(self, turn: Turn) -> AsyncGenerator[Piece, None]:
        yield Status(Phase.READING, turn.session.config.model)
        body = {"session": _session(turn.session)}
        reply = await self._service.post("/api/v1/interviews/summary", body, _Summary)
        yield Words(reply.summary)
        yield End()


def _session(session: Session) -> dict[str, Any]:
    """The four fields that the service knows; a model that was left out stays out."""
    return session.model_dump(
        mode="json", by_alias=True, exclude={"interview_id"}, exclude_none=True
    )


def _opening(reply: _Reply) -> str:
    """The first question. The words before it are the service's own and not used."""
    spoken = [m for m in reply.messages if m.role is Speaker.ASSISTANT]
    if len(spoken) != 1 or reply.messages[-1] is not spoken[0]:
        raise BackendError("Answered a session that does not stand at its first question")
    return spoken[0].content


def _continuation(reply: _Reply, said_before: list[tuple[Speaker, str]]) -> str:
    *before, last = reply.messages
    continues = [(m.role, m.content) for m in before] == said_before
    if not continues or last.role is not Speaker.ASSISTANT:
        raise BackendError("Answered a session that does not continue this one")
    return last.content
