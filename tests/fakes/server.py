"""The base of every fake: a real server on loopback, in a thread and an event loop of its own.

Its own thread, so that a test in any event loop, or none, or another process, can talk to it, and
so that a test that blocks its own loop does not block the backend it measures.
"""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import Any, Self

from tests.fakes.delivery import Exchange, deliver, hang_unread
from tests.fakes.moods import Mood
from tests.fakes.wire import Reply, Request, json_reply, read_request
from tests.fakes.words import words_of

HOST = "127.0.0.1"
BACKLOG = 1024  # a load harness connects in bursts

Handler = Callable[[Any, Mood], Reply]
Ending = Callable[[], object]
Routes = Mapping[tuple[str, str], Handler]


class FakeServer:
    """One backend. Everything public may be read and set from any thread, at any time."""

    name = "fake"

    def __init__(self, port: int = 0) -> None:
        """Port 0 takes a free one at the first start and keeps it from then on."""
        self.port = port
        self.mood = Mood.GOOD
        self.moods: dict[str, Mood] = {}
        """Moods by path prefix; the longest that fits goes before `mood`."""
        self.delay = 1.0
        """Seconds that SLOW waits, also those that it has begun to wait."""
        self.script: list[str] = []
        """What to say next, in order, before falling back to the service's own words."""
        self.requests: list[Request] = []
        self.tls: ssl.SSLContext | None = None
        """What it encrypts with from its next start on; `url` says http all the same."""
        self._thread: Thread | None = None
        self._end: Ending
        self._conversations: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._conversations)

    def count(self, prefix: str = "/") -> int:
        """How many requests have come in for paths that begin so."""
        return sum(request.path.startswith(prefix) for request in list(self.requests))

    def mood_for(self, path: str) -> Mood:
        """The mood in which a request for this path is answered."""
        fitting = [prefix for prefix in list(self.moods) if path.startswith(prefix)]
        return self.moods.get(max(fitting, key=len, default=""), self.mood)

    def start(self) -> Self:
        """Listen; returns when connections are accepted. Raises OSError if the port is taken."""
        if self._thread is not None:
            raise RuntimeError(f"{self.name} is already running")
        listening: Future[Ending] = Future()
        thread = Thread(target=self._run, args=(listening,), name=self.name, daemon=True)
        thread.start()
        self._end = listening.result()
        self._thread = thread
        return self

    def stop(self) -> None:
        """Refuse connections and end those there are, whatever they are doing."""
        if self._thread is not None:
            self._end()
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def routes(self) -> Routes:
        """What the service answers, by method and path. Services add theirs."""
        return {("GET", "/health"): self._health}

    def say(self, mood: Mood, own_words: str, question: int | None = None) -> str:
        """The words to reply with: the mood's, else the script's next, else the service's own."""
        words = words_of(mood, question)
        if words is not None:
            return words
        return self.script.pop(0) if self.script else own_words

    def _health(self, _body: Any, _mood: Mood) -> Reply:
        return json_reply({"status": "healthy", "service": self.name})

    def _right_answer(self, request: Request, mood: Mood) -> Reply:
        handler = self.routes().get((request.method, request.path))
        if handler is None:
            return json_reply({"detail": "Not Found"}, 404)
        try:
            return handler(request.body, mood)
        except (LookupError, TypeError) as error:  # how a handler meets a body of the wrong shape
            return json_reply({"detail": f"Malformed body: {error!r}"}, 422)

    def _run(self, listening: Future[Ending]) -> None:
        sys.settrace(None)  # no fake is measured, and each would be three times as slow
        asyncio.run(self._serve(listening))

    async def _serve(self, listening: Future[Ending]) -> None:
        try:
            server = await asyncio.start_server(
                self._connected, HOST, self.port, backlog=BACKLOG, ssl=self.tls
            )
        except OSError as error:
            listening.set_exception(error)
            return
        (listener,) = server.sockets
        self.port = listener.getsockname()[1]
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        listening.set_result(lambda: loop.call_soon_threadsafe(ending.set))
        await ending.wait()
        # Closing at once would leak the connections that asyncio has accepted but not yet handed
        # to _connected: so accept no more, give those the three turns they take, and close then.
        loop.remove_reader(listener)
        for _ in range(3):
            await asyncio.sleep(0)
        server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            self._conversations.discard(task)
            writer.transport.abort()

        # A task cancelled before its first step runs no `finally`; its callback does run.
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._conversations.add(task)
        task.add_done_callback(ended)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mood is Mood.HANG_ACCEPT:
            await hang_unread(writer)
        # Clients go when they like; that ends the conversation and is nobody's error.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                request = await read_request(reader)
                self.requests.append(request)
                await self._answer(request, reader, writer)
            await writer.wait_closed()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        mood = self.mood_for(request.path)
        exchange = Exchange(
            request,
            reader,
            writer,
            delay=lambda: self.delay,
            right_answer=lambda: self._right_answer(request, mood),
        )
        await deliver(mood, exchange)
