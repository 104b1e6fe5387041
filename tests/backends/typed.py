"""conversation-service with a reply of every type; the ordinary fake knows only two."""

from backends.services import CONVERSATION
from tests.fakes import HealthOnlyServer
from tests.fakes.server import Routes
from tests.fakes.wire import json_reply


class TypedServer(HealthOnlyServer):
    """Replies to every message with these words of this `response_type`, or of none."""

    def __init__(self, response_type: str | None, words: str) -> None:
        super().__init__(CONVERSATION)
        self.reply = {"response_text": words}
        if response_type is not None:
            self.reply["response_type"] = response_type

    def routes(self) -> Routes:
        message = ("POST", "/conversation/message")
        return {**super().routes(), message: lambda _body, _mood: json_reply(self.reply)}
