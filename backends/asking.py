"""One backend that is being asked: its pieces are read in a task of its own, as they come."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Protocol

from backends.errors import BackendError
from backends.turn import End, Phase, Piece, Status, TurnText, Words
from statemachine.events import Timing
from statemachine.patterns import Pattern

logger = logging.getLogger(__name__)

_SENTENCE_END = Pattern(r"[.?!…\u3002\uff1f\uff01\u061f]")


class Reader(Protocol):
    """Makes a turn or a summary of the words that a backend writes (`backends.turnreader`)."""

    @property
    def shown(self) -> str: ...
    @property
    def resets(self) -> int: ...
    @property
    def is_whole(self) -> bool: ...
    def feed(self, words: str) -> None: ...
    def asks_whole_question(self) -> bool: ...
    def finish(self, end: End | None) -> TurnText: ...


def unobserved(_: "Asking") -> AbstractContextManager[None]:
    return nullcontext()


class Asking:
    """`pieces` of the backend `name`, read by `reader`. `wake` is called whenever something is new.
    What `observe` returns is entered in the task, and left when it is over.

    The task begins at once. `close` ends it, and with it the request to the backend. Whoever takes
    an asking over sets a `wake` of their own.
    """

    def __init__(
        self,
        name: str,
        pieces: AsyncGenerator[Piece, None],
        reader: Reader,
        wake: Callable[[], None],
        observe: Callable[["Asking"], AbstractContextManager[None]] = unobserved,
        interview_id: str | None = None,
    ) -> None:
        self.name = name
        self.interview_id = interview_id
        self.reader = reader
        self.phase = Phase.QUEUED
        self.model: str | None = None
        self.trimmed = 0
        self.is_over = False
        self.error: BackendError | None = None
        self.broke_off: BackendError | None = None
        """What ended it after its question was whole: the question stands."""
        self.usable_after: float | None = None
        """The seconds until the first of its sentences was there."""
        self._end: End | None = None
        self._clock = asyncio.get_running_loop().time
        self.began = self.heard_at = self._clock()
        """When it was asked, and when it last said something."""
        self._ended = self.began
        self._phases: list[tuple[Phase, float]] = [(Phase.QUEUED, self.began)]
        self.wake = wake
        self._observe = observe
        self._task = asyncio.create_task(self._read(pieces), name=f"asking {name}")

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked, or until it was over."""
        return (self._ended if self.is_over else self._clock()) - self.began

    @property
    def elapsed_ms(self) -> int:
        return round(self.elapsed * 1000)

    @property
    def has_loaded(self) -> bool:
        """Whether its model had to be loaded first."""
        return any(phase is Phase.LOADING for phase, _ in self._phases)

    @property
    def has_words(self) -> bool:
        return bool(self.reader.shown)

    @property
    def tokens(self) -> int | None:
        """How many tokens it wrote, if it has said so."""
        return self._end.tokens if self._end else None

    @property
    def prompt_tokens(self) -> int | None:
        """How many tokens the prompt had, if it has said so."""
        return self._end.prompt_tokens if self._end else None

    @property
    def is_whole(self) -> bool:
        """Whether it has said all that is needed of it."""
        return self.is_over and self.error is None and self.usable_after is not None

    def text(self) -> TurnText:
        """What it has said, as far as that is whole. Raises BackendError."""
        if self.error is not None:
            raise self.error
        return self.reader.finish(self._end)

    def timing(self) -> Timing | None:
        """How long it took for what; None of a backend that answers whole."""
        if Phase.WRITING not in (phase for phase, _ in self._phases):
            return None
        spent = dict.fromkeys(Phase, 0.0)
        ends = [*(begin for _, begin in self._phases[1:]), self.began + self.elapsed]
        for (phase, begin), end in zip(self._phases, ends, strict=True):
            spent[phase] += end - begin
        return Timing(
            loading_ms=round(spent[Phase.LOADING] * 1000),
            reading_ms=round((spent[Phase.QUEUED] + spent[Phase.READING]) * 1000),
            writing_ms=round(spent[Phase.WRITING] * 1000),
            tokens=self.tokens,
        )

    def seconds_next_time(self, read_again: float) -> float:
        """The seconds until its first sentence, as they can be expected at the next turn. After a
        load, the whole prompt had to be read; then it is this part."""
        assert self.usable_after is not None, "it has said a sentence"
        timing = self.timing()
        if timing is None or not self.has_loaded:
            return self.usable_after
        saved = timing.loading_ms + (1 - read_again) * timing.reading_ms
        return max(0.0, self.usable_after - saved / 1000)

    async def close(self) -> None:
        """Hang up."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _read(self, pieces: AsyncGenerator[Piece, None]) -> None:
        with self._observe(self):
            await self._read_all(pieces)

    async def _read_all(self, pieces: AsyncGenerator[Piece, None]) -> None:
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._take(piece)
                    if self._end is not None or self.reader.is_whole:
                        self.usable_after = self.usable_after or self.elapsed
                        break
                    self.wake()
        except BackendError as error:
            if self.reader.asks_whole_question():
                self.broke_off = error
            else:
                self.error = error
        except Exception:  # the fault is ours, and the interview is not to suffer for it
            logger.exception("Reading the reply of %s failed", self.name)
            self.error = BackendError("Its reply could not be read; the gateway's log says why")
        finally:
            self._ended = self._clock()
            self.is_over = True
            self.wake()

    def _take(self, piece: Piece) -> None:
        match piece:
            case Status():
                self.model = piece.model or self.model
                self.trimmed = piece.trimmed or self.trimmed
                self._enter(piece.phase)
            case Words(text=text):
                self.heard_at = self._clock()
                self.reader.feed(text)
                if self.usable_after is None and _SENTENCE_END.search(self.reader.shown):
                    self.usable_after = self.elapsed
            case End():
                self._end = piece

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self._phases.append((phase, self._clock()))
