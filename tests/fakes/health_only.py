"""The services that the gateway only probes: voice, avatar, interview and analytics."""

from tests.fakes.server import FakeServer


class HealthOnlyServer(FakeServer):
    """A service of which nothing but `GET /health` matters."""

    def __init__(self, name: str, port: int = 0) -> None:
        """`name` is the contract's, such as `voice-service`."""
        super().__init__(port)
        self.name = name
