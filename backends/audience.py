"""Those who watch a reply while it is being made."""

from typing import Protocol

from backends.turn import Phase


class Audience(Protocol):
    """Is told what a backend is doing, and shown its words."""

    def tell(self, phase: Phase, backend: str, model: str | None) -> None:
        """What is being waited for now."""
        ...

    def show(self, text: str, backend: str, model: str | None) -> None:
        """All words of the reply so far. They begin with those that were shown before."""
        ...

    def withdraw(self, reason: str) -> str | None:
        """What was shown does not count any more. Returns it, if anybody has seen it."""
        ...


class Nobody:
    """The audience of a reply that is not watched."""

    def tell(self, phase: Phase, backend: str, model: str | None) -> None:
        pass

    def show(self, text: str, backend: str, model: str | None) -> None:
        pass

    def withdraw(self, reason: str) -> str | None:
        return None


class Waiting(Nobody):
    """Those of `audience` who wait for other words: they are told what is being done meanwhile."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience

    def tell(self, phase: Phase, backend: str, model: str | None) -> None:
        self._audience.tell(phase, backend, model)


NOBODY = Nobody()
