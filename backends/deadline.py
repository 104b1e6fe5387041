"""A moment by which everything must be done, passed down instead of a sum of time-outs."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment on the running loop's clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(asyncio.get_running_loop().time() + seconds)

    def left(self) -> float:
        """Seconds until then, never below 0."""
        return max(0.0, self.at - asyncio.get_running_loop().time())
