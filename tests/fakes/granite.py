"""granite-interview-service: keeps no state, answers each posted session with the next one."""

from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply
from tests.fakes.words import CLOSING

Json = dict[str, Any]

DEFAULT_QUESTIONS = 5


class GraniteServer(FakeServer):
    """Asks "Granite question {n} about {role}?" till its own count says the last answer is in."""

    name = "granite-interview-service"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.bare_model_list = False
        """Answer the models as a bare list, as some versions of the service do."""
        self.models: list[Json] = [
            {
                "id": "vetta-granite-2b-gguf-v4",
                "name": "Vetta Granite 2B v4",
                "paramCount": "2B",
                "ramRequired": "8-12 GB",
                "downloadSize": "1.2 GB",
                "description": "Granite 2B, fine-tuned on interviews",
                "dataset": "vetta-interviews-v4",
                "source": "granite-interview-service",
            }
        ]

    def routes(self) -> Routes:
        return {
            **super().routes(),
            ("GET", "/api/v1/models"): self._models,
            ("POST", "/api/v1/interviews/start"): self._start,
            ("POST", "/api/v1/interviews/respond"): self._respond,
            ("POST", "/api/v1/interviews/summary"): self._summary,
        }

    def _models(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply(self.models if self.bare_model_list else {"models": self.models})

    def _start(self, body: Any, mood: Mood) -> Reply:
        config = {
            "role": body["role"],
            "model": body.get("model") or self.models[0]["id"],
            "totalQuestions": body.get("totalQuestions") or DEFAULT_QUESTIONS,
        }
        opening = [
            _message("system", f"You interview a candidate for the role {config['role']}."),
            _message("user", "Please start the interview."),
        ]
        return json_reply(self._continued({"config": config, "messages": []}, opening, mood))

    def _respond(self, body: Any, mood: Mood) -> Reply:
        answer = _message("user", body["message"])
        return json_reply(self._continued(body["session"], [answer], mood))

    def _summary(self, body: Any, mood: Mood) -> Reply:
        role = body["session"]["config"]["role"]
        return json_reply({"summary": self.say(mood, f"Granite summary of the {role} interview.")})

    def _continued(self, session: Json, new: list[Json], mood: Mood) -> Json:
        """The session after the new messages and this service's reply to them."""
        role = session["config"]["role"]
        total = session["config"]["totalQuestions"]
        asked = sum(message["role"] == "assistant" for message in session["messages"])
        complete = asked >= total
        if complete:
            words = self.say(mood, CLOSING)
        else:
            asked += 1
            words = self.say(mood, f"Granite question {asked} about {role}?", asked)
        right = {
            **session,
            "messages": [*session["messages"], *new, _message("assistant", words)],
            "currentQuestion": min(asked, total),
            "isComplete": complete,
        }
        return _bent(right, mood)


def _bent(session: Json, mood: Mood) -> Json:
    """The session as the moods that do not continue the posted one would have it."""
    *earlier, last_but_one, reply = session["messages"]
    match mood:
        case Mood.REWRITES_HISTORY if earlier:
            altered = {**earlier[-1], "content": "This was never said."}
            return {**session, "messages": [*earlier[:-1], altered, last_but_one, reply]}
        case Mood.DROPS_HISTORY:
            return {**session, "messages": [reply]}
        case Mood.TWO_REPLIES:
            second = _message("assistant", "And one thing besides: why?")
            return {**session, "messages": [*session["messages"], second]}
        case Mood.LIES_COMPLETE:
            return {**session, "currentQuestion": 99, "isComplete": True}
        case _:
            return session


def _message(role: str, content: str) -> Json:
    return {"role": role, "content": content}
