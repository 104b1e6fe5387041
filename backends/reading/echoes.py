"""What is no speech of one's own: words of the prompt or the candidate, and loops.

Words are compared without capital letters and punctuation. All of it takes the same little time
for each word, however long the prompt is.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

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
    """Texts whose words must not be said back: by how many of them in a row are too many."""

    def __init__(self, by_length: Mapping[int, Iterable[str]]) -> None:
        self._words = {length: [*map(words_of, texts)] for length, texts in by_length.items()}
        self.ends = {word for words in self._all() for word in words[BEGINS - 1 :]}
        """The words with which a beginning can end."""

    # Most replies say few words of an answer and no run of them, so the rest is made when needed.

    @cached_property
    def beginnings(self) -> set[tuple[str, ...]]:
        """All that may be the beginning of such a run, in words."""
        return set().union(*(_runs(words, BEGINS) for words in self._all()))

    @cached_property
    def runs(self) -> dict[int, set[tuple[str, ...]]]:
        """Such runs, by their length."""
        return {
            length: set().union(*(_runs(words, length) for words in texts))
            for length, texts in self._words.items()
        }

    @property
    def longest(self) -> int:
        """How many words the longest run has."""
        return max(self._words)

    def _all(self) -> Iterator[list[str]]:
        return chain.from_iterable(self._words.values())

    def __deepcopy__(self, memo: dict[int, object]) -> "Texts":
        """They never change, so that a reader's copy shares them."""
        return self


class Echo:
    """Finds runs of words that `texts` have too."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._last: deque[str] = deque(maxlen=texts.longest)
        self.held = 0
        """How many of the last words may be a run's beginning."""

    @property
    def is_whole(self) -> bool:
        """Whether the last words are a run."""
        if not self.held:  # a run ends with a beginning
            return False
        last = tuple(self._last)
        return any(last[-length:] in runs for length, runs in self._texts.runs.items())

    def push(self, word: str) -> None:
        """Take the next word."""
        self._last.append(word)
        # Most words end no beginning, and to see that takes a fifth of the time.
        if word not in self._texts.ends or (
            tuple(self._last)[-BEGINS:] not in self._texts.beginnings
        ):
            self.held = 0
        else:
            self.held = self.held + 1 if self.held else BEGINS


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return set(zip(*(words[at:] for at in range(length)), strict=False))


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

    def __init__(self, prompts: Texts | None, answer: Texts | None) -> None:
        self._prompts = None if prompts is None else Echo(prompts)
        self._answer = None if answer is None else Echo(answer)
        self._loop = Loop()
        self._last: tuple[str, ...] = ()
        self._runs: set[tuple[str, ...]] = set()
        self._again = 0
        self.held = 0
        """How many of the last words may be said again, so that they are not shown yet."""

    def push(self, word: str, number: int, *, is_whole: bool) -> int | None:
        """Take the next word, the one of this `number`. Returns how many of the last words only
        repeat, once they loop. A run of letters without end is cut into words that are not
        `is_whole`, and is no loop. Raises BackendError where words of others are said."""
        echoed = 0
        if self._prompts is not None:
            self._prompts.push(word)
            if self._prompts.is_whole:
                raise BackendError("Said the prompt back")
            echoed = self._prompts.held
        if self._answer is not None:
            self._answer.push(word)
            if number > ANSWER_RUN + ANSWER_BEGINS_WITHIN:
                self._answer = None
            elif self._answer.is_whole:
                raise BackendError("Said the candidate's words")
            else:
                echoed = max(echoed, self._answer.held)
        self._last = run = (*self._last[1 - BEGINS :], word)
        if len(run) < BEGINS:
            self._again = 0
        elif run in self._runs:
            self._again = self._again + 1 if self._again else BEGINS
        else:
            self._again = 0
            self._runs.add(run)
        looped = self._loop.push(word) if is_whole else None
        self.held = max(echoed, self._again, self._loop.held)
        return looped
