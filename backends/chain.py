"""Who says the interviewer's next words: a recording if there is one, the backends in order, the
built-in templates last.

A backend that is known to be offline, or to fail or be too slow these days, is not asked. One that
fails, hangs or says what cannot be used is passed over, and why is kept with the words that were
used in the end. Where a backend's words ask nothing although a question is due, the built-in
question follows them.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from backends.asking import Asking, Reader, unobserved
from backends.audience import NOBODY, Audience
from backends.circuit import Circuit
from backends.errors import BackendError
from backends.patience import Patience
from backends.prompting import directions
from backends.readers import summary_reader, turn_reader
from backends.relay import Relay
from backends.services import RECORDING, TEMPLATES, UNDIRECTED
from backends.templates import Templates
from backends.trials import Trials
from backends.turn import Backend, Phase, Piece, Turn, TurnText
from statemachine.events import Attempt, Origin, ReplyInterrupted
from statemachine.listening.deciding import Due
from statemachine.session import Session

if TYPE_CHECKING:
    from backends.recording import Recorded, RecordedInterviewer

MAX_WAITING = 100
"""How many may wait for backends at once. Where 100 time-outs end together, all are answered in a
fifth of a second; 800 took two, and neither replies nor health were in time. Who comes on top is
not kept waiting but gets the templates' words."""


async def _always(_: str) -> bool:
    return True


@dataclass(frozen=True)
class Reply:
    """The interviewer's words, whether they close the interview, where they are from, and the move
    that they make (None: they are a summary)."""

    text: str
    closes: bool
    origin: Origin
    due: Due | None = None


class Chain:
    """Asks `backends` in order, the one that offers the chosen model first.

    `offline_reason` says why the backend of a name is known to be offline (None: it is not
    known to be), `source_of` which backend offers a model. A `recording` is asked before all
    others, whatever the model. `observe` follows each asking.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        templates: Templates,
        *,
        offline_reason: Callable[[str], str | None],
        source_of: Callable[[str | None], str | None],
        recording: "RecordedInterviewer | None" = None,
        observe: Callable[[Asking], AbstractContextManager[None]] = unobserved,
    ) -> None:
        self._backends = backends
        self._templates = templates
        self._offline_reason = offline_reason
        self._source_of = source_of
        self._recording = recording
        self._observe = observe
        self.circuits = {backend.name: Circuit() for backend in backends}
        """By the backends' names."""
        self.may_try: Callable[[str], Awaitable[bool]] = _always
        """Whether this gateway may try the backend of a name again, whose circuit is open."""
        self._trials = Trials(self.circuits)
        self._waiting = 0

    @property
    def asks_nobody(self) -> bool:
        """Whether the templates would answer, with no backend to be waited for."""
        return not self._recording and all(
            self._offline_reason(backend.name) is not None for backend in self._backends
        )

    async def aclose(self) -> None:
        """End what goes on in the background."""
        await self._trials.aclose()

    async def speak(self, turn: Turn, patience: Patience, audience: Audience = NOBODY) -> Reply:
        """The interviewer's next words; always an answer, and always in time."""
        if turn.due.is_in_own_words and not self._is_recorded(turn):
            return self._in_own_words(turn, Origin(backend=TEMPLATES))
        heard = await self._hear(
            turn.session,
            lambda recorded: recorded.reply(turn),
            lambda backend: backend.speak(self._templates.prepared(turn)),
            partial(turn_reader, turn, directions()),
            patience,
            audience,
        )
        if heard.text is None:
            return self._in_own_words(turn, heard.origin())
        return self._with_question(turn, heard.text, heard.origin())

    def _is_recorded(self, turn: Turn) -> bool:
        if self._recording is None:
            return False
        try:
            self._recording.reply(turn)
        except BackendError:
            return False
        return True

    def _in_own_words(self, turn: Turn, origin: Origin) -> Reply:
        return Reply(self._templates.reply(turn), turn.is_last, origin, turn.due)

    async def sum_up(self, turn: Turn, patience: Patience, audience: Audience = NOBODY) -> Reply:
        """A summary of the interview as it stands at `turn`; always an answer, and always in
        time."""
        session = turn.session
        heard = await self._hear(
            session,
            lambda recorded: recorded.summary(session),
            lambda backend: backend.sum_up(self._templates.prepared(turn)),
            partial(summary_reader, session, directions()),
            patience,
            audience,
        )
        if heard.text is None:
            summary = self._templates.summary(turn, heard.why_built_in())
            return Reply(summary, False, heard.origin())
        return Reply(heard.text.text, False, heard.origin())

    def go_on(self, turn: Turn, shown: ReplyInterrupted) -> Reply | None:
        """The reply that goes on from what the candidate was shown of it before the gateway
        stopped; None if that cannot stand, and the backends must be asked again."""
        reader = turn_reader(turn)
        try:
            reader.feed(shown.content)
            text = reader.finish(None)
        except BackendError:
            return None
        return self._with_question(turn, text, Origin(backend=shown.backend, model=shown.model))

    def _with_question(self, turn: Turn, text: TurnText, origin: Origin) -> Reply:
        """The words of a backend; the built-in question follows where one is due and they ask
        none. In practice, what to work on follows a closing, which a recorded one has, and the hint
        comes first of those who are not told to give one, and of models that give none."""
        words = text.text
        hints = origin.backend == RECORDING or self._templates.hints(turn, words)
        if origin.backend in UNDIRECTED or not hints:
            words = f"{self._templates.hint(turn)}{words}"
        if text.closes and origin.backend != RECORDING:
            closed = self._templates.closed(turn, words)
            return Reply(closed, True, origin, text.due or turn.due)
        if not text.lacks_question:
            return Reply(words, text.closes, origin, text.due or turn.due)
        origin = origin.model_copy(update={"completed_by": self._templates.name})
        return Reply(f"{words}\n\n{self._templates.question(turn)}", False, origin, turn.due)

    async def _hear(
        self,
        session: Session,
        recorded: "Callable[[RecordedInterviewer], Recorded]",
        ask: Callable[[Backend], AsyncGenerator[Piece, None]],
        read: Callable[[], Reader],
        patience: Patience,
        audience: Audience,
    ) -> "_Hearing":
        hearing = _Hearing()
        if self._recording is not None:
            try:
                said = recorded(self._recording)
            except BackendError as error:
                hearing.not_recorded.append(_unheard(self._recording.name, str(error)))
            else:
                audience.tell(Phase.READING, self._recording.name, said.model)
                await patience.pause(said.pause)
                hearing.hear(self._recording.name, said.model, said.text)
                return hearing
        if self._waiting >= MAX_WAITING:
            for backend in self._in_order(session):
                others = f"{self._waiting} others wait for a reply"
                hearing.skip(backend.name, _Skip.NOT_ASKED, others)
            return hearing

        def asking(backend: Backend, wake: Callable[[], None]) -> Asking:
            return Asking(
                backend.name, ask(backend), read(), wake, self._observe, session.interview_id
            )

        worth_asking = await self._worth_asking(session, asking, patience, hearing)
        if not worth_asking:
            return hearing
        relay = Relay(
            worth_asking, asking, patience, audience, self.circuits, self._trials.hear_out
        )
        self._waiting += 1
        try:
            heard = await relay.run()
        finally:
            self._waiting -= 1
            for backend in worth_asking:
                self.circuits[backend.name].abandon_trial()
            hearing.asked += relay.attempts
        if heard is not None:
            hearing.hear(heard.asking.name, heard.asking.model, heard.text, heard.asking)
        return hearing

    async def _worth_asking(
        self,
        session: Session,
        asking: Callable[[Backend, Callable[[], None]], Asking],
        patience: Patience,
        hearing: "_Hearing",
    ) -> list[Backend]:
        """The backends to ask, in order. Why each of the others is skipped is noted."""
        worth_asking = []
        for backend in self._in_order(session):
            offline = self._offline_reason(backend.name)
            if offline is not None:
                hearing.skip(backend.name, _Skip.OFFLINE, offline)
                continue
            refusal = await self._refusal(backend, asking, patience)
            if refusal is None:
                worth_asking.append(backend)
            else:
                hearing.skip(backend.name, _Skip.NOT_ASKED, refusal)
        return worth_asking

    async def _refusal(
        self,
        backend: Backend,
        asking: Callable[[Backend, Callable[[], None]], Asking],
        patience: Patience,
    ) -> str | None:
        """Why a backend that is up had better not be asked. If None, it is to be asked now: as its
        circuit's trial, where that needs one."""
        circuit, seconds = self.circuits[backend.name], patience.deadline.left()
        refusal = circuit.refusal(seconds)
        if refusal is not None:
            return refusal
        waits = patience.waits_for_loading
        if not waits and self._trials.is_warming_up(backend.name):
            return "its model was just loaded, and reads the prompt"
        if not circuit.needs_trial(seconds):
            return None
        circuit.begin_trial()
        if not await self.may_try(backend.name):
            circuit.abandon_trial()
            return "another gateway tries whether it is better again"
        if waits or not circuit.is_slow_for(seconds):
            return None
        # Nobody waits for it again before it has shown that it is fast enough.
        await self._trials.hear_out(asking(backend, _nobody_wakes), seconds)
        return circuit.refusal(seconds)

    def _in_order(self, session: Session) -> list[Backend]:
        """The backends, the one that offers the session's model first."""
        offering = self._source_of(session.config.model)
        return sorted(self._backends, key=lambda backend: backend.name != offering)


def _nobody_wakes() -> None:
    """For an asking that somebody else takes over."""


@lru_cache(maxsize=64)  # while a backend is offline, each reply has the same one
def _unheard(backend: str, reason: str) -> Attempt:
    """The attempt with a backend that nobody waited for."""
    return Attempt(backend=backend, reason=reason, elapsed_ms=0)


class _Skip(StrEnum):
    """Why a backend was not asked at all. The log has it in front of the attempt's reason."""

    OFFLINE = "Offline"
    NOT_ASKED = "Not asked"
    """It is up, but would not have helped: it failed or was too slow lately, say."""


class _Hearing:
    """What was heard, and of whom, and who was passed over."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._speaker = TEMPLATES
        self._asking: Asking | None = None
        self._model: str | None = None
        self.text: TurnText | None = None
        self.not_recorded: list[Attempt] = []
        self.asked: list[Attempt] = []
        self._skipped: list[tuple[_Skip, Attempt]] = []

    def skip(self, backend: str, skip: _Skip, reason: str) -> None:
        """Note a backend that is not asked."""
        self._skipped.append((skip, _unheard(backend, f"{skip}: {reason}")))

    def hear(
        self, speaker: str, model: str | None, text: TurnText, asking: Asking | None = None
    ) -> None:
        self._speaker, self._model, self.text, self._asking = speaker, model, text, asking

    def origin(self) -> Origin:
        """Where the words are from; the templates, where none were heard."""
        asking = self._asking
        return Origin(
            backend=self._speaker,
            model=self._model,
            elapsed_ms=round((self._clock() - self._began) * 1000),
            attempts=(*self.not_recorded, *self.asked, *self._why_skipped()),
            timing=asking.timing() if asking else None,
            trimmed=asking.trimmed or None if asking else None,
        )

    def _why_skipped(self) -> Iterator[Attempt]:
        """Those who were up; and those who are offline, where nobody else said anything."""
        for skip, attempt in self._skipped:
            if self.text is None or skip is _Skip.NOT_ASKED:
                yield attempt

    def why_built_in(self) -> str:
        """Why no model's words were used, in a sentence for a person."""
        if self.asked:
            names = " and ".join(dict.fromkeys(attempt.backend for attempt in self.asked))
            return f"{names} gave no summary that can be used."
        if any(skip is _Skip.NOT_ASKED for skip, _ in self._skipped):
            return "No AI service was asked to weigh the answers: they failed or were too slow."
        return "No AI service was available to weigh the answers."
