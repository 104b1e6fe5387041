"""httpx alone asks the same Ollama the same: what no gateway on its pool can be faster than.

python -m tests.bench.httpx_alone
"""

import asyncio
import statistics
import time

import httpx

from tests.bench import ollama

CHAT = {
    "model": ollama.MODEL,
    "stream": False,
    "messages": [{"role": "user", "content": "We measured it first and found one query. " * 60}],
}


async def ask(url: str, clients: int, seconds: float) -> tuple[float, float]:
    """The rate (a second) and the median latency (ms) of so many that ask side by side."""
    took: list[float] = []
    ends = time.perf_counter() + seconds
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:

        async def one() -> None:
            while (began := time.perf_counter()) < ends:
                (await client.post("/api/chat", json=CHAT)).json()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(one() for _ in range(clients)))
    return len(took) / seconds, statistics.median(took) * 1000


def main() -> None:
    with ollama.running() as url:
        for clients in (1, 16, 64):
            rate, p50 = asyncio.run(ask(url, clients, 3))
            print(f"{clients:3} clients: {rate:6.0f} a second, p50 {p50:6.1f} ms")


if __name__ == "__main__":
    main()
