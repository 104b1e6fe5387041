"""Whoever follows what the gateway does: to measure it, or to trace it. Usually nobody does.

An observer brackets a step: what it returns is entered when the step begins, and left when it ends.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

from eventlog.observing import CommitObserver
from statemachine.events import Event

if TYPE_CHECKING:
    from backends.asking import Asking  # which a command on the log does not need

Step = AbstractContextManager[None]


class Observer(CommitObserver, Protocol):
    """Follows the steps of a request, and what the backends and the log do for it."""

    def claiming(self) -> Step:
        """What a candidate posts is checked against the log, and what is new of it is appended."""
        ...

    def appending(self, interview_id: str, events: Sequence[Event]) -> Step:
        """The events are appended to the interview."""
        ...

    def asking(self, asking: "Asking") -> Step:
        """A backend is asked; how it went stands in the asking at the end."""
        ...

    def verified(self, report: bytes) -> None:
        """A check of the whole log has ended with this `VerifyReport`, as JSON."""
        ...


class Unobserved:
    """Follows nothing."""

    _step: Step = nullcontext()

    def claiming(self) -> Step:
        return self._step

    def appending(self, interview_id: str, events: Sequence[Event]) -> Step:
        return self._step

    def asking(self, asking: "Asking") -> Step:
        return self._step

    def verified(self, report: bytes) -> None:
        pass

    def mark(self) -> object:
        return None

    def committed(self, marks: Sequence[object], began: int, ended: int) -> None:
        pass


UNOBSERVED = Unobserved()
