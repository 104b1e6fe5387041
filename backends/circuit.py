"""A circuit: whether a backend is worth asking, by how it did lately.

It opens when the backend has failed several times in a row, or when it has shown that it needs
longer than a caller would wait. After a pause, which doubles each time, one request is let through
as a trial; its outcome closes the circuit or opens it again. A model that is being loaded, and a
person who stopped waiting, say nothing about a backend. An administrator can open it by hand, and
close it. `shared/circuits.py` has all gateways of a log know of it.
"""

from collections.abc import Callable
from enum import StrEnum
from time import monotonic

from pydantic import BaseModel, ConfigDict, Field

from statemachine.durations import duration_text

FAILURES = 3
"""So many in a row open the circuit: one may be chance."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0

SWITCHED_OFF = "an administrator switched it off"

MAX_REASON = 500
"""So many characters of why it failed last are told to other gateways."""

SLACK = 0.95
"""Who needs nearly all the time that there is will not make it the next time."""


class CircuitState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    TRIAL = "trial"
    """It is open, and one request tells whether it closes."""


class CircuitRecord(BaseModel):
    """What one gateway tells the others of a circuit. Times are in seconds; `retry_in` is until the
    next trial."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, defer_build=True)

    failures: int = Field(ge=0)
    reason: str = Field(max_length=MAX_REASON)
    needs: float = Field(ge=0)
    pause: float = Field(ge=FIRST_PAUSE, le=LONGEST_PAUSE)
    retry_in: float = Field(ge=0, le=LONGEST_PAUSE)
    is_held_open: bool


class Circuit:
    """The circuit of one backend. `now` gives seconds that only rise. `on_change` is called when it
    has learned what matters to others, too."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures = 0
        self._reason = ""
        self._needs = 0.0
        self._pause = FIRST_PAUSE
        self._retry_at = 0.0
        self._on_trial = False
        self.is_held_open = False
        self.on_change: Callable[[], None] = lambda: None

    def hold_open(self) -> None:
        """Let nobody ask it, until `reset`."""
        self.is_held_open = True
        self.on_change()

    def reset(self) -> None:
        """Close the circuit, as if nothing were known of the backend."""
        self._failures, self._reason, self._needs = 0, "", 0.0
        self._pause, self._retry_at = FIRST_PAUSE, 0.0
        self._on_trial = self.is_held_open = False
        self.on_change()

    def record(self) -> CircuitRecord:
        """What is known of the backend."""
        return CircuitRecord(
            failures=self._failures,
            reason=self._reason[:MAX_REASON],
            needs=self._needs,
            pause=self._pause,
            retry_in=self._wait(),
            is_held_open=self.is_held_open,
        )

    def adopt(self, record: CircuitRecord, age: float) -> None:
        """Go by what another gateway knew of the backend, so many seconds ago. Failures that did
        not open its circuit do not count here."""
        if record.failures >= FAILURES or self.is_failing:
            self._failures = record.failures if record.failures >= FAILURES else 0
            self._reason = record.reason
        self._needs, self._pause = record.needs, record.pause
        self._retry_at = self._now() + max(0.0, record.retry_in - age)
        self.is_held_open = record.is_held_open

    def refusal(self, patience: float) -> str | None:
        """Why somebody who waits for `patience` seconds had better not ask; None if they may."""
        if self.is_held_open:
            return SWITCHED_OFF
        if not self._is_against(patience) or not (self._on_trial or self._wait()):
            return None
        return f"{self._why()}; {self._when()}"

    def detail(self, patience: float) -> str | None:
        """Why the circuit is open for them, and until when; None where it is closed."""
        if not self._is_against(patience):
            return None
        if self.is_held_open:
            return f"{SWITCHED_OFF[0].upper()}{SWITCHED_OFF[1:]}"
        why = self._why()
        return f"{why[0].upper()}{why[1:]}; {self._when()}"

    def state(self, patience: float) -> CircuitState:
        """For somebody who waits for `patience` seconds."""
        if not self._is_against(patience):
            return CircuitState.CLOSED
        return CircuitState.TRIAL if self._on_trial else CircuitState.OPEN

    def needs_trial(self, patience: float) -> bool:
        """Whether somebody who asks now would be the trial of an open circuit."""
        return self._is_against(patience) and self.refusal(patience) is None

    def is_slow_for(self, patience: float) -> bool:
        """Whether it has shown that it needs longer than `patience` seconds."""
        return self._needs > SLACK * patience

    @property
    def is_failing(self) -> bool:
        return self._failures >= FAILURES

    @property
    def is_on_trial(self) -> bool:
        return self._on_trial

    @property
    def is_worth_telling(self) -> bool:
        """Whether it differs from that of a backend of which nothing is known."""
        return self.is_held_open or self.is_failing or self._needs > 0

    def begin_trial(self) -> None:
        self._on_trial = True

    def abandon_trial(self) -> None:
        """The trial ended without showing anything."""
        self._on_trial = False

    def succeeded(self, seconds: float) -> None:
        """It said something usable after so many seconds: too late for some, perhaps."""
        # To tell of every success would tell nothing new.
        is_news = self.is_failing or round(self._needs) != round(seconds)
        self._on_trial, self._failures, self._needs = False, 0, seconds
        self._pause = FIRST_PAUSE
        self._retry_at = self._now() + self._pause
        if is_news:
            self.on_change()

    def was_late(self, seconds: float) -> None:
        """It had said nothing usable after so many seconds, when nobody waited any longer."""
        self._on_trial, self._failures, self._needs = False, 0, seconds
        self._open()
        self.on_change()

    def failed(self, reason: str) -> None:
        """It failed, whoever would have waited for it."""
        self._failures += 1
        self._reason = reason
        if self._on_trial or self._failures == FAILURES:
            self._failures = max(FAILURES, self._failures)
            self._open()
            self.on_change()
        self._on_trial = False

    def _open(self) -> None:
        self._retry_at = self._now() + self._pause
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)

    def _is_against(self, patience: float) -> bool:
        return self.is_held_open or self.is_failing or self.is_slow_for(patience)

    def _wait(self) -> float:
        """The seconds until a trial is let through."""
        return max(0.0, self._retry_at - self._now())

    def _why(self) -> str:
        if self.is_failing:
            return f"it failed {self._failures} times, last with “{self._reason}”"
        return f"it needs more than {duration_text(self._needs * 1000)}"

    def _when(self) -> str:
        if self._on_trial:
            return "a trial is under way"
        wait = self._wait()
        return f"next try in {duration_text(wait * 1000)}" if wait else "next try at the next reply"
