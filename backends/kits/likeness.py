"""Whether words name what a kit has, in whatever form: by the telling words in common."""

import re

from statemachine.listening.spoken import small_words
from statemachine.listening.tokens import LONGEST_READ, MARKS, tokens

_SHORTEST = 4
"""Letters of a telling word, and of what two forms of one have in common, in Latin script."""
_SHORTEST_ELSEWHERE = 3

_LATIN = re.compile(r"[a-z\u00df-\u024f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARTICLE = re.compile(r"^[\u0648\u0641\u0628\u0643]?(?:\u0627\u0644|\u0644\u0644)(?=..)")
"""Of Arabic, written with its word."""

Said = dict[str, set[str]]
"""The words of a text by their first two characters."""


def telling(text: str, code: str) -> list[str]:
    """The words that say what a phrase is about."""
    small = small_words(code)
    words = [word for word in _words(text) if word not in small]
    return [word for word in words if len(word) >= _SHORTEST or not _LATIN.match(word)] or words


def by_beginning(text: str) -> Said:
    """The words of a text by their first two characters."""
    said: Said = {}
    for word in _words(text):
        said.setdefault(word[:2], set()).add(word)
    return said


def share(words: list[str], said: Said) -> float:
    """How many of the words were said, in some form."""
    if not words:
        return 0.0
    return sum(any(_are_alike(w, s) for s in said.get(w[:2], ())) for w in words) / len(words)


def _words(text: str) -> list[str]:
    """The words of a text; Chinese ones are pairs of characters."""
    found: list[str] = []
    for start in range(0, len(text), LONGEST_READ):
        before = ""
        for word in tokens(text[start : start + LONGEST_READ]):
            if _HAN.match(word):
                if before:
                    found.append(before + word)
                before = word
                continue
            before = ""
            if word not in MARKS:
                found.append(_ARTICLE.sub("", word))
    return found


def _are_alike(word: str, other: str) -> bool:
    """Whether they are forms of one word, by how they begin."""
    if word == other:
        return True
    common = next(
        (at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b),
        min(len(word), len(other)),
    )
    least = _SHORTEST if _LATIN.match(word) else _SHORTEST_ELSEWHERE
    return common >= least and (common * 2 >= max(len(word), len(other)) or common == len(word))
