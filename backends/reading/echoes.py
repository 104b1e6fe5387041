"""What is no speech of one's own: words of the prompt or the candidate, and loops.

Words are compared without capital letters and punctuation. All of it takes the same little time
for each word, however long the prompt is.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from copy import copy

from statemachine.patterns import Pattern

MAX_KNOWN = 20_000
"""How many words of a text an echo of it is looked for in."""

WORD = Pattern(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯฀-๿]|[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿가-힯฀-๿]{1,24}")
"""A word. In scripts that write none apart, each character is one; a run of 24 letters ends one."""


def words_of(text: str) -> list[str]:
    """The words of a text, without capital letters and punctuation."""
    return [word.casefold() for word in WORD.findall(text[: MAX_KNOWN * 30])][:MAX_KNOWN]


class Echo:
    """Finds runs of so many words in a row that a text has too: `texts` are by that length.

    `begins` words in a row are the beginning of such a run: they may be held back.
    """

    def __init__(self, texts: Mapping[int, Iterable[str]], begins: int = 6) -> None:
        self._begins = begins
        self._whole: dict[int, set[tuple[str, ...]]] = {}
        self._beginnings: set[tuple[str, ...]] = set()
        for length, of_length in texts.items():
            runs = self._whole.setdefault(length, set())
            for text in of_length:
                words = words_of(text)
                runs |= _runs(words, length)
                self._beginnings |= _runs(words, begins)
        self._last: deque[str] = deque(maxlen=max(texts))
        self._held = 0

    @property
    def is_whole(self) -> bool:
        """Whether the last words are a run."""
        last = tuple(self._last)
        return any(last[-length:] in runs for length, runs in self._whole.items())

    @property
    def held(self) -> int:
        """How many of the last words may be a run's beginning."""
        return self._held

    def __deepcopy__(self, memo: dict[int, object]) -> "Echo":
        """A copy that shares the texts, which never change."""
        echo = copy(self)
        echo._last = self._last.copy()
        return echo

    def push(self, word: str) -> None:
        """Take the next word."""
        self._last.append(word)
        newest = tuple(self._last)[-self._begins :]
        if newest not in self._beginnings:
            self._held = 0
        else:
            self._held = self._held + 1 if self._held else self._begins


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


LONGEST_PERIOD = 16
MIN_REPEATED = 24


class Loop:
    """Finds words that come again and again: the same one to sixteen words, five times or more."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._repeated = [0] * (LONGEST_PERIOD + 1)
        self.held = 0
        """How many of the last words may be a loop's."""

    def push(self, word: str) -> int | None:
        """Take the next word. Returns how many of the last words only repeat, once they loop."""
        words = self._words
        words.append(word)
        longest, self.held = None, 0
        for period in range(1, min(LONGEST_PERIOD, len(words) - 1) + 1):
            if word == words[-1 - period]:
                self._repeated[period] += 1
                repeated = self._repeated[period]
                if repeated > max(period, 5):
                    self.held = max(self.held, repeated)
                if longest is None and repeated >= max(MIN_REPEATED, 4 * period):
                    longest = repeated
            else:
                self._repeated[period] = 0
        return longest
