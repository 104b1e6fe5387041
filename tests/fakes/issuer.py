"""An issuer of tokens, as far as the gateway asks it: where it publishes its keys, and how people
sign in at it."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply

JWKS = "/jwks.json"
DISCOVERY = "/.well-known/openid-configuration"


class IssuerServer(FakeServer):
    """Publishes `keys`, which are JWKs or whatever a broken issuer takes for some."""

    name = "issuer"

    def __init__(self, keys: Sequence[Any] = (), port: int = 0) -> None:
        super().__init__(port)
        self.keys = list(keys)
        self.told: dict[str, Any] = {}
        """What its discovery document says otherwise than that of a sound issuer."""

    @property
    def jwks_url(self) -> str:
        return self.url + JWKS

    def routes(self) -> Routes:
        return {
            **super().routes(),
            ("GET", JWKS): self._key_set,
            ("GET", DISCOVERY): self._document,
        }

    def _key_set(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"keys": self.keys})

    def _document(self, _body: Any, _mood: Mood) -> Reply:
        endpoints = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
        document = {"issuer": self.url} | {name: f"{self.url}/{name}" for name in endpoints}
        return json_reply(document | self.told)
