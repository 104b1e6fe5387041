"""What a POST to a model costs by each way to send it: python -m tests.bench.bench_posts.

The same Ollama is asked the same by httpx's AsyncClient, by httpx's transport with a connection for
each request under way, by the gateway's own transport and, where it is installed, by aiohttp. All
are measured in turn, as time of a core, which a busy machine changes less than rates.
"""

import asyncio
import importlib.util
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import httpx

from backends.http import HEADERS, Connections
from tests.bench import ollama

CHAT = {
    "model": ollama.MODEL,
    "stream": False,
    "messages": [{"role": "user", "content": "We measured it first and found one query. " * 60}],
}
ROUNDS, POSTS = 3, 1_600

Post = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def by_client(url: str) -> AsyncIterator[Post]:
    async with httpx.AsyncClient(trust_env=False, headers=HEADERS) as client:

        async def post() -> bytes:
            return (await client.post(url, json=CHAT)).content

        yield post


@asynccontextmanager
async def by_httpx_transport(url: str) -> AsyncIterator[Post]:
    idle: list[httpx.AsyncHTTPTransport] = []

    async def post() -> bytes:
        transport = idle.pop() if idle else httpx.AsyncHTTPTransport(trust_env=False)
        content = await _through(transport, url)
        idle.append(transport)
        return content

    yield post
    for transport in idle:
        await transport.aclose()


@asynccontextmanager
async def by_own_transport(url: str) -> AsyncIterator[Post]:
    async with aclosing(Connections()) as connections:
        yield lambda: _through(connections, url)


async def _through(transport: httpx.AsyncBaseTransport, url: str) -> bytes:
    request = httpx.Request("POST", url, headers=HEADERS, json=CHAT)
    response = await transport.handle_async_request(request)
    try:
        return await response.aread()
    finally:
        await response.aclose()


@asynccontextmanager
async def by_aiohttp(url: str) -> AsyncIterator[Post]:
    aiohttp = importlib.import_module("aiohttp")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post() -> bytes:
            async with session.post(url, json=CHAT) as response:
                content: bytes = await response.read()
                return content

        yield post


WAYS: dict[str, Callable[[str], AbstractAsyncContextManager[Post]]] = {
    "httpx's client": by_client,
    "httpx's transport": by_httpx_transport,
    "the gateway's own": by_own_transport,
}
if importlib.util.find_spec("aiohttp") is not None:
    WAYS["aiohttp"] = by_aiohttp


async def cost(
    way: Callable[[str], AbstractAsyncContextManager[Post]], url: str, clients: int
) -> float:
    """The milliseconds of a core that a POST takes where so many are under way."""

    async def ask(post: Post, count: int) -> None:
        for _ in range(count):
            await post()

    async with way(f"{url}/api/chat") as post:
        await asyncio.gather(*(ask(post, 5) for _ in range(clients)))  # what is done once is done
        began = time.process_time()
        await asyncio.gather(*(ask(post, POSTS // clients) for _ in range(clients)))
        return (time.process_time() - began) / POSTS * 1000


def main() -> None:
    with ollama.running() as url:
        for clients in (1, 16, 64):
            taken: dict[str, list[float]] = {name: [] for name in WAYS}
            for _ in range(ROUNDS):
                for name, way in WAYS.items():
                    taken[name].append(asyncio.run(cost(way, url, clients)))
            print(
                f"{clients:3} under way: "
                + ", ".join(f"{name} {statistics.median(ms):.2f} ms" for name, ms in taken.items())
            )


if __name__ == "__main__":
    main()
