"""Who says the interviewer's next words: a recording if there is one, the backends in order,
the templates last.

One deadline covers the chain. A backend that is known to be offline is not asked; one that
fails, hangs or says what cannot be used is passed over, and why is kept with the words that
were used in the end.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from backends.deadline import Deadline
from backends.errors import BackendError
from backends.recording import RecordingBackend
from backends.templates import TemplatesBackend
from backends.turn import Backend, BackendReply, Turn
from statemachine.durations import duration_text
from statemachine.events import Attempt, Origin
from statemachine.session import MAX_MESSAGE_CHARS, Session
from statemachine.wording import asks, asks_for_more_than_readiness, closes, renumber

FIRST_SHARE = 0.6
"""How much of the time that is left a backend gets while others wait behind it: enough for
a model that is slow, and not so much that the next one has no chance."""

MAX_WAITING = 100
"""How many may wait for a backend at once. Where 100 time-outs end together, all are answered
in a fifth of a second; 800 took two, and neither replies nor health were in time. Who comes on
top is not kept waiting but gets the templates' words."""

# Everything of Unicode's Cc but tab and newline: terminal escapes, bells, NUL; and carriage
# returns, so that lines end the same way wherever they are from.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Reply:
    """The interviewer's words, whether they close the interview, and where they are from."""

    text: str
    closes: bool
    origin: Origin


@dataclass(frozen=True)
class _Accepted:
    text: str
    closes: bool = False


class Chain:
    """Asks `backends` in order, the one that offers the chosen model first.

    `offline_reason` says why the backend of a name is known to be offline (None: it is not
    known to be), `source_of` which backend offers a model. A `recording` is asked before all
    others, whatever the model.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        templates: TemplatesBackend,
        *,
        offline_reason: Callable[[str], str | None],
        source_of: Callable[[str | None], str | None],
        recording: RecordingBackend | None = None,
    ) -> None:
        self._backends = backends
        self._templates = templates
        self._offline_reason = offline_reason
        self._source_of = source_of
        self._recording: tuple[Backend, ...] = (recording,) if recording else ()
        self._asking = 0

    @property
    def asks_nobody(self) -> bool:
        """Whether the templates would answer, with no backend to be waited for."""
        return not self._recording and not any(map(self._may_answer, self._backends))

    async def speak(self, turn: Turn, deadline: Deadline) -> Reply:
        """The interviewer's next words; always an answer, and always by the deadline."""
        return await self._ask(
            turn.session,
            lambda backend: backend.speak(turn),
            lambda words: self._as_turn(turn, words),
            deadline,
        )

    async def sum_up(self, session: Session, deadline: Deadline) -> Reply:
        """A summary of the interview; always an answer, and always by the deadline."""
        return await self._ask(
            session,
            lambda backend: backend.sum_up(session),
            lambda words: _Accepted(_clean(words.text)),
            deadline,
        )

    async def _ask(
        self,
        session: Session,
        ask: Callable[[Backend], Awaitable[BackendReply]],
        accept: Callable[[BackendReply], _Accepted],
        deadline: Deadline,
    ) -> Reply:
        began = asyncio.get_running_loop().time()
        attempts: list[Attempt] = []
        waiting = self._in_order(session)
        while waiting:
            backend = waiting.pop(0)
            tried = asyncio.get_running_loop().time()
            others_wait = any(self._may_answer(other) for other in waiting)
            limit = deadline.left() * (FIRST_SHARE if others_wait else 1)
            try:
                self._check_up(backend)
                async with self._place(), asyncio.timeout(limit):
                    words = await ask(backend)
                accepted = accept(words)
            except TimeoutError:
                reason = f"No answer within {duration_text(limit * 1000)}"
            except BackendError as error:
                reason = str(error)
            else:
                await asyncio.sleep(min(words.pause, deadline.left()))
                return _reply(backend, words, accepted, began, attempts)
            attempts.append(
                Attempt(backend=backend.name, reason=reason, elapsed_ms=_ms_since(tried))
            )
        words = await ask(self._templates)  # a test says that these are as they must be
        accepted = _Accepted(words.text, words.concludes)
        return _reply(self._templates, words, accepted, began, attempts)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the places to wait in. Raises BackendError when all are taken."""
        if self._asking >= MAX_WAITING:
            raise BackendError(f"Not asked: {self._asking} others wait for a reply")
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1

    def _in_order(self, session: Session) -> list[Backend]:
        """The recording, then the backends, the one that offers the session's model first.
        Those known to be offline come last: they take no time, and the others share what
        there is."""
        offering = self._source_of(session.config.model)

        def rank(backend: Backend) -> tuple[bool, bool]:
            return not self._may_answer(backend), backend.name != offering

        return [*self._recording, *sorted(self._backends, key=rank)]

    def _may_answer(self, backend: Backend) -> bool:
        return self._offline_reason(backend.name) is None

    def _check_up(self, backend: Backend) -> None:
        reason = self._offline_reason(backend.name)
        if reason is not None:
            raise BackendError(f"Offline: {reason}")

    def _as_turn(self, turn: Turn, words: BackendReply) -> _Accepted:
        """The words as the interviewer's turn. Raises BackendError where they are none."""
        text = renumber(_clean(words.text), turn.number, turn.total)
        closing = words.concludes or closes(text)
        if turn.is_last:
            if not closing or asks(text):
                raise BackendError("Went on asking after the last answer")
        elif turn.is_opening and closing:
            raise BackendError("Closed the interview before its first question")
        elif not closing and not words.was_said and _leaves_nothing_to_answer(turn, words, text):
            text = f"{text}\n\n{self._templates.question(turn)}"
        return _Accepted(_within_limit(text), closing)


def _reply(
    backend: Backend,
    words: BackendReply,
    accepted: _Accepted,
    began: float,
    attempts: list[Attempt],
) -> Reply:
    origin = Origin(
        backend=backend.name,
        model=words.model,
        elapsed_ms=_ms_since(began),
        attempts=tuple(attempts),
    )
    return Reply(accepted.text, accepted.closes, origin)


def _leaves_nothing_to_answer(turn: Turn, words: BackendReply, text: str) -> bool:
    """True for an opening that only greets, and for a remark that asks nothing."""
    if turn.is_opening:
        return not asks_for_more_than_readiness(text)
    return words.is_remark and not asks(text)


def _clean(text: str) -> str:
    """The text without control characters and outer white space. Raises BackendError when
    nothing is left, or more than anyone would read."""
    text = _CONTROL.sub("", text).strip()
    if not text:
        raise BackendError("Said nothing")
    return _within_limit(text)


def _within_limit(text: str) -> str:
    if len(text) > MAX_MESSAGE_CHARS:
        raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
    return text


def _ms_since(began: float) -> int:
    return round((asyncio.get_running_loop().time() - began) * 1000)
