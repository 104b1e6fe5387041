"""Ollama: it gets the full message history and knows nothing but that.

It is told what is due (a question and its number, or a closing) at the end of the prompt
it already has, so that the candidate's answer stays the last thing said.
"""

import re
from typing import Any

from pydantic import BaseModel

from backends.errors import BackendError
from backends.http import Service
from backends.models import ModelCatalogue
from backends.services import OLLAMA
from backends.turn import BackendReply, RawMessage, Turn
from statemachine.session import Message, Session, Speaker

_THOUGHTS = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL | re.IGNORECASE)

_SUMMARY_WISH = (
    "Sum up this interview for the hiring team in at most 120 words: what was covered, what "
    "the candidate's answers showed, what stayed open. Plain text, no heading."
)


class _Chat(BaseModel):
    message: RawMessage


class OllamaBackend:
    """Speaks with the session's model if Ollama has it, else with its first one."""

    name = OLLAMA

    def __init__(self, service: Service, catalogue: ModelCatalogue) -> None:
        self._service = service
        self._catalogue = catalogue

    async def speak(self, turn: Turn) -> BackendReply:
        messages = _directed(turn.session.messages, _direction(turn))
        if turn.answer is not None:
            messages.append(Message(role=Speaker.USER, content=turn.answer))
        return await self._chat(turn.session, messages)

    async def sum_up(self, session: Session) -> BackendReply:
        wish = Message(role=Speaker.USER, content=_SUMMARY_WISH)
        return await self._chat(session, [*session.messages, wish])

    async def _chat(self, session: Session, messages: list[Message]) -> BackendReply:
        model = self._model_for(session)
        body: dict[str, Any] = {
            "model": model,
            "messages": [message.model_dump(mode="json") for message in messages],
            "stream": False,
        }
        reply = await self._service.post("/api/chat", body, _Chat)
        # Models that think aloud put their thoughts before what they say.
        return BackendReply(_THOUGHTS.sub("", reply.message.content), model=model)

    def _model_for(self, session: Session) -> str:
        model = self._catalogue.named(OLLAMA, session.config.model) or self._catalogue.first_of(
            OLLAMA
        )
        if model is None:
            raise BackendError("Has no model installed")
        return model.id


def _direction(turn: Turn) -> str:
    if turn.is_opening:
        return f"Greet the candidate in one sentence, then ask question 1 of {turn.total}."
    if turn.is_last:
        return (
            "The last answer is in. Ask nothing more: thank the candidate for taking part and "
            "say that this concludes the interview."
        )
    return (
        "Acknowledge the answer in one short sentence, then ask question "
        f"{turn.number} of {turn.total}. Ask only that one question."
    )


def _directed(messages: tuple[Message, ...], direction: str) -> list[Message]:
    """The messages with `direction` at the end of the prompt, or as the prompt."""
    first, rest = messages[0], messages[1:]
    if first.role is not Speaker.SYSTEM:
        return [Message(role=Speaker.SYSTEM, content=direction), *messages]
    return [first.model_copy(update={"content": f"{first.content}\n\n{direction}"}), *rest]
