"""Asks the backends that can assess, in order, criterion by criterion."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from backends.assessing.prompt import PROMPT_VERSION, Ask, ask_for
from backends.assessing.reading import MAX_REPLY_CHARS, Claim, read_claim
from backends.assessing.rubric import Heard, RubricKit
from backends.assessing.weighing import not_assessed, weigh
from backends.circuit import Circuit
from backends.deadline import Deadline
from backends.errors import BackendError
from backends.services import TEMPLATES
from backends.turn import End, Piece, Status, Words
from statemachine.assessment import CriterionResult, RefusalReason, RubricCriterion
from statemachine.events import Attempt, Origin
from statemachine.session import Message

TOO_LATE = "Did not answer in time"
UNREADABLE = "Answered nothing that can be read as an assessment"


@runtime_checkable
class Assessor(Protocol):
    """A backend whose models can be asked for JSON."""

    @property
    def name(self) -> str: ...

    def assess(self, ask: Ask) -> AsyncGenerator[Piece, None]:
        """The reply in pieces, as `Backend.speak` gives it. Raises BackendError."""
        ...


@dataclass(frozen=True)
class Assessed:
    """The results for all criteria of a rubric, and where they are from. `prompt_version` is None
    where no model gave anything."""

    criteria: tuple[CriterionResult, ...]
    origin: Origin
    prompt_version: str | None


@dataclass
class _Round:
    """What one backend gave."""

    results: list[CriterionResult]
    model: str | None = None
    trimmed: int = 0
    readable: int = 0
    error: str | None = None


class Assessors:
    """Assesses with `assessors`, the one that offers the chosen model first. `offline_reason` and
    `source_of` are as for the chain; `circuits` are the chain's, by name."""

    def __init__(
        self,
        assessors: Sequence[Assessor],
        *,
        offline_reason: Callable[[str], str | None],
        source_of: Callable[[str | None], str | None],
        circuits: Mapping[str, Circuit],
    ) -> None:
        self._assessors = assessors
        self._offline_reason = offline_reason
        self._source_of = source_of
        self._circuits = circuits

    async def assess(
        self,
        messages: Sequence[Message],
        kit: RubricKit,
        heard: Mapping[str, Heard],
        model: str | None,
        deadline: Deadline,
    ) -> Assessed:
        """The assessment by what was `heard` for each criterion; always one, and not long after the
        deadline. Where no model gives anything that can be read, no criterion is assessed."""
        clock = asyncio.get_running_loop().time
        began = clock()
        attempts: list[Attempt] = []
        willing = self._willing(model, attempts)
        for position, assessor in enumerate(willing):
            asked_at = clock()
            # One that hangs leaves time for those behind it.
            share = Deadline.after(deadline.left() / (len(willing) - position))
            got = await self._ask(assessor, messages, kit, model, heard, share)
            if got.readable:
                origin = Origin(
                    backend=assessor.name,
                    model=got.model,
                    elapsed_ms=round((clock() - began) * 1000),
                    attempts=tuple(attempts),
                    trimmed=got.trimmed or None,
                )
                return Assessed(tuple(got.results), origin, PROMPT_VERSION)
            elapsed = round((clock() - asked_at) * 1000)
            attempts.append(
                Attempt(
                    backend=assessor.name,
                    reason=got.error or UNREADABLE,
                    elapsed_ms=elapsed,
                    model=got.model,
                )
            )
        nothing = tuple(not_assessed(c, messages, heard[c.id]) for c in kit.rubric)
        elapsed = round((clock() - began) * 1000)
        origin = Origin(backend=TEMPLATES, elapsed_ms=elapsed, attempts=tuple(attempts))
        return Assessed(nothing, origin, None)

    def _willing(self, model: str | None, attempts: list[Attempt]) -> list[Assessor]:
        offering = self._source_of(model)
        willing = []
        for assessor in sorted(self._assessors, key=lambda a: a.name != offering):
            reason = self._offline_reason(assessor.name)
            if reason is None and self._circuits[assessor.name].is_held_open:
                reason = "it is switched off"
            if reason is None:
                willing.append(assessor)
            else:
                why = f"Not asked: {reason}"
                attempts.append(Attempt(backend=assessor.name, reason=why, elapsed_ms=0))
        return willing

    async def _ask(
        self,
        assessor: Assessor,
        messages: Sequence[Message],
        kit: RubricKit,
        model: str | None,
        heard: Mapping[str, Heard],
        deadline: Deadline,
    ) -> _Round:
        """What this backend gives for each criterion. After an error, it is asked no more."""
        got = _Round([])
        for criterion in kit.rubric:
            mine = heard[criterion.id]
            claim, why_none = None, RefusalReason.NO_REPLY
            if got.error is None:
                try:
                    claim = await self._claim(
                        assessor, criterion, messages, mine, model, got, deadline
                    )
                    why_none = RefusalReason.UNREADABLE
                except TimeoutError:
                    got.error = TOO_LATE
                except BackendError as error:
                    got.error = str(error)
            got.readable += claim is not None
            got.results.append(weigh(claim, criterion, messages, mine, why_none=why_none))
        return got

    async def _claim(
        self,
        assessor: Assessor,
        criterion: RubricCriterion,
        messages: Sequence[Message],
        heard: Heard,
        model: str | None,
        got: _Round,
        deadline: Deadline,
    ) -> Claim | None:
        to_read = [answer.message for answer in heard.answers]
        reply = ""
        async with asyncio.timeout(deadline.left()):
            pieces = assessor.assess(ask_for(criterion, messages, to_read, model))
            async with aclosing(pieces):
                async for piece in pieces:
                    match piece:
                        case Status():
                            got.model = piece.model or got.model
                            got.trimmed = max(got.trimmed, piece.trimmed)
                        case Words():
                            reply += piece.text
                        case End():
                            break
                    if len(reply) > MAX_REPLY_CHARS:
                        break
        return read_claim(reply, criterion.id)
