"""A slower machine than this one: pieces are held back until it would have given them."""

import asyncio

READS_FASTER = 5
"""How many tokens of the prompt a machine evaluates in the time in which it writes one. Laptops
without a graphics card are at four to ten."""


class Pace:
    """The speed of one reply, from now on. Without `tokens_per_second` it holds nothing back."""

    def __init__(self, tokens_per_second: float | None) -> None:
        self._seconds = 1 / tokens_per_second if tokens_per_second else 0.0
        self._due = asyncio.get_running_loop().time()

    async def read(self, tokens: int) -> None:
        """Wait as long as it takes to evaluate `tokens` of the prompt."""
        await self._after(tokens * self._seconds / READS_FASTER)

    async def write(self) -> None:
        """Wait as long as it takes to write a token."""
        await self._after(self._seconds)

    async def _after(self, seconds: float) -> None:
        self._due += seconds
        wait = self._due - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
