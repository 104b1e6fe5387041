"""One language's table of patterns, read when that language is first heard."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from statemachine.listening.automaton import Automaton
from statemachine.listening.kinds import Said
from statemachine.listening.tokens import MARKS, all_tokens, plain, tokens

LANGUAGES = ("en", "de", "fr", "es", "pt", "hi", "bn", "ar", "zh")

PADDING, BRIEF, YES, NO, UNKNOWN, REPEAT, EXPLAIN, READY, SKIP, PAUSE, FOREIGN, STOP, PERSONAL = (
    1 << bit for bit in range(13)
)
"""What a pattern stands for. Where two are said, the later one of these counts: who cannot
answer and wants the next question wants the next question."""

SAID = {
    UNKNOWN: Said.UNKNOWN,
    REPEAT: Said.REPEAT,
    EXPLAIN: Said.EXPLAIN,
    READY: Said.READY,
    SKIP: Said.SKIP,
    PAUSE: Said.PAUSE,
    FOREIGN: Said.FOREIGN,
    STOP: Said.STOP,
    PERSONAL: Said.PERSONAL,
}
_SHORTEST_MISTYPED = 5
_SWAPPED = 4

Patterns = tuple[str, ...]


class Kinds(BaseModel):
    """The patterns of each kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    padding: Patterns
    brief: Patterns
    yes: Patterns
    no: Patterns
    unknown: Patterns
    repeat: Patterns
    explain: Patterns
    ready: Patterns
    skip: Patterns
    pause: Patterns
    foreign: Patterns = ()
    stop: Patterns
    personal: Patterns


class Story(BaseModel):
    """Words that make an answer of a text that begins with something personal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reported: Patterns = ()
    words: Patterns = ()
    phrases: Patterns = ()
    heavy: Patterns = ()
    """Said anywhere in a short text that is no story, these are about the candidate's own life."""


class Missing(BaseModel):
    """Words that `reading.missing` looks for; its rules stand at the top of `en.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    own: Patterns = ()
    team: Patterns = ()
    claims: Patterns = ()
    reasons: Patterns = ()
    deeds: Patterns = ()
    outcomes: Patterns = ()


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    dropped: Patterns = ()
    numbers: Patterns = ()
    spelling: dict[str, str] = Field(default_factory=dict)
    parts: dict[str, str] = Field(default_factory=dict)
    kinds: Kinds
    story: Story = Story()
    missing: Missing = Missing()
    mistyped: bool = True  # whether one wrong letter is forgiven


class Table:
    """A language's patterns, and its words as they are compared."""

    def __init__(self, source: _Source) -> None:
        self._spelling: dict[str, tuple[str, ...]] = {}
        self._dropped: frozenset[str] = frozenset()
        self._changed: frozenset[str] = frozenset()  # the words of both
        self._mistyped: dict[str, str] = {}
        self._spelling = {
            plain(wrong): self.normalised(right) for wrong, right in source.spelling.items()
        }
        self._changed = frozenset(self._spelling)
        self._dropped = frozenset(w for word in source.dropped for w in self.normalised(word))
        self._changed |= self._dropped
        self.patterns = Automaton(self.normalised, source.parts, PERSONAL)
        for name, patterns in source.kinds:
            for pattern in patterns:
                self.patterns.add(pattern, _LABELS[name])
        self.patterns.finish()
        if source.mistyped:
            self._mistyped = _mistypings(self.patterns.words)
        self.numbers = self._phrases(source.numbers)
        self.reported = frozenset(source.story.reported)
        self.story_words = self._phrases(source.story.words)
        self.story_phrases = self._phrases(source.story.phrases)
        self.heavy = self._phrases(source.story.heavy)
        self.missing = {name: self._phrases(phrases) for name, phrases in source.missing}

    def normalised(self, text: str) -> tuple[str, ...]:
        """The words as they stand in this table, without those that make no difference."""
        return tuple(self._spelled(all_tokens(text)))

    def read(self, text: str) -> Iterator[str]:
        """The same, one by one: most answers are known for one by their first words."""
        return self._spelled(tokens(text))

    def _spelled(self, words: Iterable[str]) -> Iterator[str]:
        for word in words:
            if word not in self._changed and "'" not in word:
                yield word
                continue
            bare = word.replace("'", "")
            for spelled in self._spelling.get(word) or self._spelling.get(bare) or (bare,):
                if spelled not in self._dropped:
                    yield spelled

    def forgiving(self, words: Sequence[str]) -> tuple[str, ...]:
        """Normalised words, with each that is one slip of the finger from one of the table's put
        right."""
        known = self.patterns.words
        put_right = (
            word if word in known or word in MARKS else self._put_right(word) for word in words
        )
        return tuple(word for word in put_right if word not in self._dropped)

    def _put_right(self, word: str) -> str:
        for form in (word, *_without_one(word)):
            meant = self._mistyped.get(form)
            # "Explains" is another form of the word, not a slip.
            if meant is not None and word not in (f"{meant}s", f"{meant}d"):
                return meant
        return word

    def _phrases(self, phrases: Iterable[str]) -> tuple[str, ...]:
        return tuple(f" {' '.join(self.normalised(phrase))} " for phrase in phrases)


_LABELS = {
    "padding": PADDING,
    "brief": BRIEF,
    "yes": YES,
    "no": NO,
    "unknown": UNKNOWN,
    "repeat": REPEAT,
    "explain": EXPLAIN,
    "ready": READY,
    "skip": SKIP,
    "pause": PAUSE,
    "foreign": FOREIGN,
    "stop": STOP,
    "personal": PERSONAL,
}


@lru_cache(maxsize=len(LANGUAGES))
def table(language: str) -> Table:
    """The table of a language of `LANGUAGES`."""
    text = (files(__package__) / "languages" / f"{language}.toml").read_text(encoding="utf-8")
    return Table(_Source.model_validate(tomllib.loads(text)))


def primary(language: str) -> str:
    """ "pt" of "pt-BR"."""
    return language.replace("_", "-").partition("-")[0].lower()


def _mistypings(words: Iterable[str]) -> dict[str, str]:
    """Each word with a letter left out, or with two swapped in a short one, by the word that was
    meant. What lies near two words is neither's."""
    found: dict[str, set[str]] = {}
    for word in words:
        if len(word) >= _SHORTEST_MISTYPED:
            forms = {word, *_without_one(word)}
        elif len(word) == _SWAPPED:
            forms = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(3)}
        else:
            continue
        for form in forms:
            found.setdefault(form, set()).add(word)
    return {form: meant.pop() for form, meant in found.items() if len(meant) == 1}


def _without_one(word: str) -> set[str]:
    if not _SHORTEST_MISTYPED - 1 <= len(word) <= 20:  # noqa: PLR2004 - no word of ours is longer
        return set()
    return {word[:at] + word[at + 1 :] for at in range(len(word))}
