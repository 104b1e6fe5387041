"""The quota of each caller, and what is left of it."""

from dataclasses import dataclass

from limits import parse

from api.http.ratelimit.memory import Counters

POLICY = "default"
"""The name of the one policy, in the headers and in the problem."""


@dataclass(frozen=True)
class Share:
    """What a caller has of its quota after a request.

    It has more of it in `more_in` seconds.
    """

    is_granted: bool
    left: int
    more_in: int


class Quota:
    """Lets each caller send so many requests per time: `rate` is a number and a unit, such as
    60/minute.

    The window slides, so that nobody can spend two quotas around the turn of a minute. Requests
    that are refused do not count.
    """

    def __init__(self, rate: str, counters: Counters) -> None:
        self._item = parse(rate)
        self._counters = counters

    @property
    def requests(self) -> int:
        return self._item.amount

    @property
    def seconds(self) -> int:
        return self._item.get_expiry()

    async def take(self, caller: str) -> Share:
        """Count a request of this caller, if it has any left."""
        key = self._item.key_for(caller)
        counted = await self._counters.count(key, self.requests, self.seconds)
        weighted = counted.previous * counted.left / self.seconds + counted.current
        left = max(0, self.requests - int(weighted)) if counted.is_within else 0
        # A request is freed when the weighted sum falls below its whole number: within this window
        # as the one before goes out of reach, or else as soon as the next window begins.
        previous = counted.previous
        to_fall = (weighted % 1) * self.seconds / previous if previous else counted.left
        return Share(counted.is_within, left, int(min(to_fall, counted.left)) + 1)
