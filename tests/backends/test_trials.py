"""Trials: one of each backend at a time, however many come at once."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator

import pytest

from backends import trials
from backends.asking import Asking
from backends.circuit import Circuit
from backends.services import OLLAMA
from backends.trials import Trials
from backends.turn import Phase, Piece, Status, Words
from backends.turnreader import TurnReader
from tests.backends.interviews import turn
from tests.backends.surroundings import eventually

PATIENCE = 4.5


class Models:
    """Askings of a backend whose model says nothing for ever in the given phase, or until it is
    let go; and the trials of them."""

    def __init__(self) -> None:
        self.circuits: dict[str, Circuit] = defaultdict(Circuit)
        self.trials = Trials(self.circuits)
        self.hung_up = 0
        self.may_speak = asyncio.Event()

    def asking(self, phase: Phase) -> Asking:
        return Asking(OLLAMA, self._pieces(phase), TurnReader(turn(2)), lambda: None)

    async def _pieces(self, phase: Phase) -> AsyncGenerator[Piece, None]:
        try:
            yield Status(phase, "a model")
            await self.may_speak.wait()
            yield Status(Phase.WRITING, "a model")
            yield Words("I see. Question 2: How do you test it?")
            await asyncio.Event().wait()
        finally:
            self.hung_up += 1


async def begun(models: Models, phase: Phase, count: int) -> list[Asking]:
    askings = [models.asking(phase) for _ in range(count)]
    await eventually(lambda: all(one.phase is phase for one in askings))
    return askings


def test_of_many_that_wait_for_the_model_at_once_the_newest_goes_on() -> None:
    async def play() -> None:
        models = Models()
        askings = await begun(models, Phase.LOADING, 20)
        await asyncio.gather(*(models.trials.hear_out(one, PATIENCE) for one in askings))
        assert models.hung_up == 19
        assert not askings[-1].is_over
        models.may_speak.set()
        await eventually(lambda: models.hung_up == 20)
        assert askings[-1].usable_after is not None
        assert models.circuits[OLLAMA].refusal(PATIENCE) is None
        await models.trials.aclose()

    asyncio.run(play())


def test_of_many_that_have_read_the_prompt_the_oldest_goes_on() -> None:
    async def play() -> None:
        models = Models()
        askings = await begun(models, Phase.READING, 20)
        await asyncio.gather(*(models.trials.hear_out(one, PATIENCE) for one in askings))
        assert models.hung_up == 19
        assert not askings[0].is_over
        await models.trials.aclose()
        assert models.hung_up == 20

    asyncio.run(play())


def test_a_load_that_never_ends_is_not_heard_out_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trials, "LOAD_SECONDS", 0.01)

    async def play() -> None:
        models = Models()
        [asking] = await begun(models, Phase.LOADING, 1)
        await models.trials.hear_out(asking, PATIENCE)
        await eventually(lambda: models.hung_up == 1)
        assert str(models.circuits[OLLAMA].detail(0.0)).startswith("It needs more than")

    asyncio.run(play())
