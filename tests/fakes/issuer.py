"""An issuer of tokens, as far as the gateway asks it: where it publishes its keys."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.moods import Mood
from tests.fakes.server import FakeServer, Routes
from tests.fakes.wire import Reply, json_reply

JWKS = "/jwks.json"


class IssuerServer(FakeServer):
    """Publishes `keys`, which are JWKs or whatever a broken issuer takes for some."""

    name = "issuer"

    def __init__(self, keys: Sequence[Any] = (), port: int = 0) -> None:
        super().__init__(port)
        self.keys = list(keys)

    @property
    def jwks_url(self) -> str:
        return self.url + JWKS

    def routes(self) -> Routes:
        return {**super().routes(), ("GET", JWKS): self._key_set}

    def _key_set(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"keys": self.keys})
