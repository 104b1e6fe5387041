"""What every backend that is a service holds to: words, or a BackendError that says why not."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from backends.errors import BackendError
from backends.services import CONVERSATION
from backends.turn import BackendReply
from tests.backends.faults import LATE, REASONS
from tests.backends.interviews import turn
from tests.backends.stage import PATIENCE, Stage, staged
from tests.fakes import ConversationServer, FakeServer, GraniteServer, Mood, OllamaServer

LIMIT = 0.1


@pytest.fixture(params=[GraniteServer, ConversationServer, OllamaServer])
def server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with request.param() as server:
        yield server


def all_that_can_be_asked(
    server: FakeServer, mood: Mood, limit: float = PATIENCE
) -> list[BackendReply | BaseException]:
    """What comes of asking for an opening, a question, a closing and, where the backend gives
    any, a summary, all at once, of a service that falls into `mood` after a good start."""
    server.delay = 60

    async def ask(stage: Stage) -> list[BackendReply | BaseException]:
        server.mood = mood
        backend = stage.backends[server.name]
        asks = [backend.speak(turn(number)) for number in (1, 2, 6)]
        if backend.name != CONVERSATION:
            asks.append(backend.sum_up(turn(3).session))
        limited = (asyncio.wait_for(ask, limit) for ask in asks)
        return await asyncio.gather(*limited, return_exceptions=True)

    return staged([server], ask)


def test_a_service_in_good_mood_gives_words(server: FakeServer) -> None:
    words = all_that_can_be_asked(server, Mood.GOOD)
    assert all(isinstance(given, BackendReply) and given.text for given in words)


@pytest.mark.parametrize("mood", REASONS)
def test_a_failure_is_a_backend_error_with_a_reason_for_a_person(
    server: FakeServer, mood: Mood
) -> None:
    failures = all_that_can_be_asked(server, mood)
    assert {type(failure) for failure in failures} == {BackendError}
    assert {str(failure) for failure in failures} == {REASONS[mood]}


@pytest.mark.parametrize("mood", LATE)
def test_a_service_that_is_late_can_be_cut_off_at_any_time(server: FakeServer, mood: Mood) -> None:
    began = time.monotonic()
    failures = all_that_can_be_asked(server, mood, LIMIT)
    assert {type(failure) for failure in failures} == {TimeoutError}
    assert time.monotonic() - began < LIMIT + 1
