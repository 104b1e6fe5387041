"""What every backend that is a service holds to: pieces, or a BackendError that says why not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import pytest

from backends.address import Address
from backends.conversation import ConversationBackend
from backends.errors import BackendError
from backends.granite import GraniteBackend
from backends.http import Connections, Service
from backends.turn import Backend
from tests.backends.faults import LATE, REASONS
from tests.backends.interviews import turn
from tests.backends.pieces import Said, all_of, ollama_parts
from tests.backends.surroundings import PATIENCE, eventually
from tests.fakes import ConversationServer, FakeServer, GraniteServer, Mood, OllamaServer
from tests.stopwatch import Stopwatch

LIMIT = 0.1


@pytest.fixture(params=[GraniteServer, ConversationServer, OllamaServer])
def server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with request.param() as server:
        yield server


@asynccontextmanager
async def backend_of(server: FakeServer) -> AsyncIterator[Backend]:
    if isinstance(server, OllamaServer):
        async with ollama_parts(server) as parts:
            yield parts.backend
        return
    async with aclosing(Connections()) as connections:
        service = Service(connections, Address(server.url))
        if isinstance(server, GraniteServer):
            yield GraniteBackend(service)
        else:
            yield ConversationBackend(service)


def all_that_can_be_asked(
    server: FakeServer, mood: Mood, limit: float = PATIENCE
) -> list[Said | BaseException]:
    """What comes of asking for an opening, a question, a closing and, where the backend gives
    any, a summary, all at once, of a service that falls into `mood` after a good start."""
    server.delay = 60

    async def ask() -> list[Said | BaseException]:
        async with backend_of(server) as backend:
            server.mood = mood
            asks = [backend.speak(turn(number)) for number in (1, 2, 6)]
            if not isinstance(backend, ConversationBackend):
                asks.append(backend.sum_up(turn(3)))
            limited = (asyncio.wait_for(all_of(pieces), limit) for pieces in asks)
            return await asyncio.gather(*limited, return_exceptions=True)

    return asyncio.run(ask())


def test_a_service_in_good_mood_gives_words_and_an_end(server: FakeServer) -> None:
    for given in all_that_can_be_asked(server, Mood.GOOD):
        assert isinstance(given, Said)
        assert given.text
        assert given.end
        assert given.phases[0] in ("reading", "loading")


# An Ollama whose model is not in memory is asked to load it first; what its streams can do wrong
# is in test_ollama.
@pytest.mark.parametrize("mood", REASONS)
def test_a_failure_is_a_backend_error_with_a_reason_for_a_person(
    server: FakeServer, mood: Mood
) -> None:
    reason = REASONS[mood]
    if isinstance(server, OllamaServer) and mood is Mood.LONE_SURROGATE:  # loads have no words
        reason = "Sent a line that is not JSON"
    failures = all_that_can_be_asked(server, mood)
    assert all(isinstance(failure, BackendError) for failure in failures)
    assert {str(failure) for failure in failures} == {reason}


@pytest.mark.parametrize("mood", LATE)
def test_a_service_that_is_late_can_be_cut_off_at_any_time(server: FakeServer, mood: Mood) -> None:
    watch = Stopwatch()
    failures = all_that_can_be_asked(server, mood, LIMIT)
    assert {type(failure) for failure in failures} == {TimeoutError}
    assert watch.seconds() < LIMIT + 1


def test_closing_a_reply_that_is_waited_for_ends_its_request(server: FakeServer) -> None:
    """But for a load: that goes on, for the turn after this one."""
    if isinstance(server, OllamaServer):
        server.loaded = {"llama3.2:1b": 4096}

    async def ask() -> None:
        async with backend_of(server) as backend:
            server.mood = Mood.HANG
            task = asyncio.create_task(all_of(backend.speak(turn(2))))
            await eventually(lambda: any(r.method == "POST" for r in server.requests))
            task.cancel()
            await asyncio.wait([task])
            await eventually(lambda: server.connections <= 1)  # the catalogue's, idle

    asyncio.run(ask())
