"""What is no speech of one's own: words of the prompt or the candidate, and loops.

Words are compared without capital letters and punctuation. All of it takes the same little time
for each word, however long the prompt is.
"""

from collections import deque
from collections.abc import Iterable
from functools import cached_property

from backends.errors import BackendError
from statemachine.patterns import Pattern

MAX_KNOWN = 20_000
"""How many words of a text an echo of it is looked for in."""

WORD = Pattern(r"(?=\w)[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯฀-๿]|[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿가-힯฀-๿]{1,24}")
"""A word. In scripts that write none apart, each character is one; a run of 24 letters ends one."""


BEGINS = 6
"""So many words in a row are the beginning of a run that was said before: they may be held back."""
PROMPT_RUN = 12
DIRECTION_RUN = 6
ANSWER_RUN = 25
ANSWER_BEGINS_WITHIN = 10
"""How many words of one's own may stand before the candidate's, so that all of it is theirs."""


def words_of(text: str) -> list[str]:
    """The words of a text, without capital letters and punctuation."""
    return [word.casefold() for word in WORD.findall(text[: MAX_KNOWN * 30])][:MAX_KNOWN]


class Texts:
    """Texts of which `length` words in a row must not be said back."""

    def __init__(self, length: int, texts: Iterable[str]) -> None:
        self.length = length
        self._words = [*map(words_of, texts)]
        self.ends = {word for words in self._words for word in words[BEGINS - 1 :]}
        """The words with which a beginning can end."""

    # Most replies say few words of an answer and no run of them, so the rest is made when needed.

    @cached_property
    def beginnings(self) -> set[tuple[str, ...]]:
        """All that may be the beginning of such a run, in words."""
        return self._in_a_row(BEGINS)

    @cached_property
    def runs(self) -> set[tuple[str, ...]]:
        """All such runs, in words."""
        return self._in_a_row(self.length)

    def _in_a_row(self, length: int) -> set[tuple[str, ...]]:
        rows = (zip(*(words[at:] for at in range(length)), strict=False) for words in self._words)
        return set().union(*rows)

    def __deepcopy__(self, memo: dict[int, object]) -> "Texts":
        """They never change, so that a reader's copy shares them."""
        return self


class Echo:
    """Finds runs of words that `texts` have too."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._last: deque[str] = deque(maxlen=texts.length)
        self.held = 0
        """How many of the last words may be a run's beginning."""

    @property
    def is_whole(self) -> bool:
        """Whether the last words are a run."""
        # A run ends with a beginning.
        return bool(self.held) and tuple(self._last) in self._texts.runs

    def push(self, newest: tuple[str, ...]) -> None:
        """Take the next word, the last of the `newest`: as many as a beginning has."""
        word = newest[-1]
        self._last.append(word)
        # Most words end no beginning, and to see that takes a fifth of the time.
        begins = word in self._texts.ends and newest in self._texts.beginnings
        self.held = _longer(self.held) if begins else 0


def _longer(held: int) -> int:
    """How many words are held back, with one more that ends a beginning."""
    return held + 1 if held else BEGINS


LONGEST_PERIOD = 16
MIN_REPEATED = 24


class Loop:
    """Finds words that come again and again: the same one to sixteen words, five times or more."""

    def __init__(self) -> None:
        self._last: deque[str] = deque(maxlen=LONGEST_PERIOD)
        self._repeated: dict[int, int] = {}
        self.held = 0
        """How many of the last words may be a loop's."""

    def push(self, word: str) -> int | None:
        """Take the next word. Returns how many of the last words only repeat, once they loop."""
        longest, self.held = None, 0
        before, self._repeated = self._repeated, {}
        if word in self._last:
            for period, other in enumerate(reversed(self._last), 1):
                if word != other:
                    continue
                repeated = self._repeated[period] = before.get(period, 0) + 1
                if repeated > max(period, 5):
                    self.held = max(self.held, repeated)
                if longest is None and repeated >= max(MIN_REPEATED, 4 * period):
                    longest = repeated
        self._last.append(word)
        return longest


class Repetition:
    """What words say again: the texts of `prompts` and `answer`, which must not be said back, or
    themselves."""

    def __init__(self, prompts: Iterable[Texts], answer: Texts | None) -> None:
        self._prompts = [*map(Echo, prompts)]
        self._answer = None if answer is None else Echo(answer)
        self._loop = Loop()
        self._newest: tuple[str, ...] = ()
        self._said: set[tuple[str, ...]] = set()
        self._again = 0
        self.held = 0
        """How many of the last words may be said again, so that they are not shown yet."""

    def push(self, word: str, number: int, *, is_whole: bool) -> int | None:
        """Take the next word, the one of this `number`. Returns how many of the last words only
        repeat, once they loop. A run of letters without end is cut into words that are not
        `is_whole`, and is no loop. Raises BackendError where words of others are said."""
        self._newest = newest = (*self._newest[1 - BEGINS :], word)
        echoed = 0
        for prompt in self._prompts:
            prompt.push(newest)
            if prompt.is_whole:
                raise BackendError("Said the prompt back")
            echoed = max(echoed, prompt.held)
        if self._answer is not None:
            self._answer.push(newest)
            if number > ANSWER_RUN + ANSWER_BEGINS_WITHIN:
                self._answer = None
            elif self._answer.is_whole:
                raise BackendError("Said the candidate's words")
            else:
                echoed = max(echoed, self._answer.held)
        self._again = _longer(self._again) if newest in self._said else 0
        self._said.add(newest)
        looped = self._loop.push(word) if is_whole else None
        self.held = max(echoed, self._again, self._loop.held)
        return looped
