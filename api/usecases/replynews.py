"""News of replies for the gateways that follow them, which so need not look at the log as often.

Nothing that anybody said is passed on, and any news can be lost: whoever follows a reply reads its
draft in the log, by this a little sooner.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from backends.shared.board import Channels

LISTENING_SECONDS = 5.0
"""How long after its last wait a gateway still listens to the news of a reply."""


class ReplyNews:
    """Tells other gateways that there is more to see of a reply in the log: its draft was kept
    anew, or it is over. It is the `News` of those that follow one."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._followed: dict[str, _Followed] = {}

    def tell(self, interview_id: str) -> None:
        """There is more to see of this interview's reply."""
        self._channels.send(_channel(interview_id), {})

    async def wait(self, interview_id: str, seconds: float) -> None:
        """Until another gateway tells that there is, or for `seconds`. What is told between one
        call and the next is not missed, if that comes soon."""
        followed = self._followed.get(interview_id)
        if followed is None:
            followed = self._followed[interview_id] = _Followed(asyncio.Event())
            followed.stop = self._channels.listen(
                _channel(interview_id), lambda _: followed.told.set()
            )
        if followed.ends is not None:
            followed.ends.cancel()
        loop = asyncio.get_running_loop()
        ends_in = seconds + LISTENING_SECONDS
        followed.ends = loop.call_later(ends_in, self._end, interview_id, followed)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await followed.told.wait()
        followed.told.clear()

    def _end(self, interview_id: str, followed: "_Followed") -> None:
        if self._followed.get(interview_id) is followed:
            del self._followed[interview_id]
        followed.stop()


@dataclass
class _Followed:
    told: asyncio.Event
    stop: Callable[[], None] = lambda: None
    ends: asyncio.TimerHandle | None = None


def _channel(interview_id: str) -> str:
    return f"reply-news:{interview_id}"
