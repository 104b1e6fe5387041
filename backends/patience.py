"""How long a caller waits for the interviewer's words, and for what."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from backends.deadline import Deadline

LOAD_SECONDS = 300.0
"""How long a model may load that nobody waits for: a large one from a slow disk takes minutes."""


class Patience:
    """The limits of one reply. They can only become tighter, and `changed` is set when they do.

    `deadline` ends the waiting. By `first_word` something must have been said. Without
    `waits_for_loading`, a model that has to be loaded first is not waited for at all.
    """

    def __init__(
        self, deadline: Deadline, first_word: Deadline, *, waits_for_loading: bool
    ) -> None:
        self.deadline = deadline
        self.first_word = first_word
        self.waits_for_loading = waits_for_loading
        self.is_stopped = False
        self.changed: Callable[[], None] = lambda: None

    @classmethod
    def plain(cls, deadline: Deadline) -> "Patience":
        """Of a caller who gets one answer, and sees nothing before."""
        return cls(deadline, deadline, waits_for_loading=False)

    @classmethod
    def streamed(cls, seconds: float, first_word_seconds: float) -> "Patience":
        """Of a caller who sees what is going on."""
        return cls(
            Deadline.after(seconds),
            Deadline.after(min(seconds, first_word_seconds)),
            waits_for_loading=True,
        )

    def hurry(self, deadline: Deadline) -> None:
        """Somebody who gets one answer waits for the reply now, too."""
        self.deadline = min(self.deadline, deadline, key=_moment)
        self.first_word = min(self.first_word, deadline, key=_moment)
        self.waits_for_loading = False
        self.changed()

    def stop(self) -> None:
        """The person does not want to wait any longer."""
        self.is_stopped = True
        self.changed()

    async def pause(self, seconds: float) -> None:
        """Until so many seconds have passed, or nobody waits any longer."""
        news, wanted = asyncio.Event(), Deadline.after(seconds)
        self.changed = news.set
        try:
            while wanted.left() and not self.is_over(has_words=True):
                news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(wanted.left(), self.deadline.left())):
                        await news.wait()
        finally:
            self.changed = lambda: None

    def limit(self, *, has_words: bool) -> Deadline:
        """The moment at which the waiting ends as things stand."""
        return self.deadline if has_words else self.first_word

    def is_over(self, *, has_words: bool) -> bool:
        return self.is_stopped or not self.limit(has_words=has_words).left()

    def seconds(self) -> float:
        """How long a backend that is asked now may stay silent."""
        loop = asyncio.get_running_loop()
        return max(0.0, self.first_word.at - loop.time())


def _moment(deadline: Deadline) -> float:
    return deadline.at
