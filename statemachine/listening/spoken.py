"""Which language is spoken: by script, and by the small words that no sentence does without.

No library: py3langid needs numpy, and lingua's models take 100 MB. They name a language for any
text at all, also for a name or a line of code; here no answer is better than a wrong one.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from string import ascii_letters

from statemachine.listening.tokens import plain
from statemachine.patterns import Pattern

_LONGEST_READ = 300  # characters: some fifty words
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]")
_ASCII_LETTERS = ascii_letters.encode()

# Ranges of letters; what is in none of them is Latin or is not counted.
_SCRIPTS = {
    "han": Pattern(r"[\u3400-\u9fff]"),
    "kana": Pattern(r"[\u3041-\u30ff]"),
    "hangul": Pattern(r"[\u1100-\u11ff\uac00-\ud7a3]"),
    "cyrillic": Pattern(r"[\u0400-\u052f]"),
    "greek": Pattern(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "arabic": Pattern(r"[\u0620-\u064a\u066e-\u06d3]"),
    "hebrew": Pattern(r"[\u05d0-\u05ea]"),
    "devanagari": Pattern(r"[\u0904-\u0939]"),
    "bengali": Pattern(r"[\u0985-\u09b9]"),
    "thai": Pattern(r"[\u0e01-\u0e2e]"),
    "tamil": Pattern(r"[\u0b83-\u0bb9]"),
    "telugu": Pattern(r"[\u0c05-\u0c39]"),
    "gujarati": Pattern(r"[\u0a85-\u0ab9]"),
    "gurmukhi": Pattern(r"[\u0a05-\u0a39]"),
    "kannada": Pattern(r"[\u0c85-\u0cb9]"),
    "malayalam": Pattern(r"[\u0d05-\u0d39]"),
}
_WRITTEN_IN = {
    **dict.fromkeys(("zh", "yue"), frozenset({"han"})),
    "ja": frozenset({"kana", "han"}),
    "ko": frozenset({"hangul", "han"}),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk"), frozenset({"cyrillic"})),
    "el": frozenset({"greek"}),
    **dict.fromkeys(("ar", "fa", "ur", "ps"), frozenset({"arabic"})),
    "he": frozenset({"hebrew"}),
    **dict.fromkeys(("hi", "mr", "ne"), frozenset({"devanagari"})),
    **dict.fromkeys(("bn", "as"), frozenset({"bengali"})),
    "th": frozenset({"thai"}),
    "ta": frozenset({"tamil"}),
    "te": frozenset({"telugu"}),
    "gu": frozenset({"gujarati"}),
    "kn": frozenset({"kannada"}),
    "ml": frozenset({"malayalam"}),
}
_OF_ITS_OWN = {
    "hangul": "ko", "kana": "ja", "han": "zh", "devanagari": "hi", "bengali": "bn",
    "arabic": "ar", "cyrillic": "ru", "greek": "el", "hebrew": "he",
}  # fmt: skip

_STRONG = 2
_FEWEST_STRONG = 2
_ENOUGH = 4
_SHORTEST = 3
_FEWEST_LETTERS = 6
_MOST_LETTERS = 0.6


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, int]]:
    weights: dict[str, dict[str, int]] = {}
    text = (files(__package__) / "small_words.toml").read_text(encoding="utf-8")
    for language, words in tomllib.loads(text).items():
        for word in words["own"].split():
            weights.setdefault(word, {})[language] = _STRONG
        for word in words["common"].split():
            weights.setdefault(word, {})[language] = 1
    return weights


@lru_cache(maxsize=1)
def _told_apart() -> frozenset[str]:
    return frozenset(language for words in _weights().values() for language in words)


@lru_cache(maxsize=16)
def small_words(code: str | None = None) -> frozenset[str]:
    """The words of the language with this code that say little by themselves, as `tokens` gives
    them; none of a language that is not known. Without a code, those of all languages."""
    weights = _weights()
    return frozenset(word for word in weights if code is None or code in weights[word])


def scripts(text: str) -> Counter[str]:
    """How many letters of each script the text has. A Chinese character counts as three: that
    is about what it says."""
    found = Counter({name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()})
    found["latin"] = len(_LETTERS.findall(text)) - found.total()
    found["han"] *= 3
    return +found


def spoken(text: str) -> str | None:
    """The language of the text, a code such as "de"; None where it is not plain to see."""
    text = text[:_LONGEST_READ]
    script = _main_script(text)
    if script is None:
        return None
    if script != "latin":
        return _OF_ITS_OWN.get(script)
    words = _words(text)
    points = _points(words)
    if not points:
        return None
    (best, most), *others = points.most_common(2)
    second = others[0][1] if others else 0
    return best if most >= _ENOUGH and most > second and most * 3 >= len(words) else None


def is_foreign(text: str, language: str, asked: str) -> bool:
    """True when the text is surely in another language than `language`, and than `asked` is.

    Code, names, terms and a few words never are.
    """
    text = text[:_LONGEST_READ]
    own = _WRITTEN_IN.get(language, frozenset({"latin"}))
    script = _main_script(text)
    if script is None or (script != "latin" and _main_script(asked[-_LONGEST_READ:]) == script):
        return False
    if script != "latin":
        if script in own:
            return False
        # A language that this module has not heard of may be written in anything.
        return language in _WRITTEN_IN or language in _told_apart()
    words = _words(text)
    if len(words) < _SHORTEST:
        return False
    # Nearly every answer ends here.
    weights = _weights()
    of_its_own = sum(weights[word].get(language, 0) for word in words if word in weights)
    points = _points(words) if of_its_own * 3 < len(words) else Counter[str]()
    if not points:
        return False
    best, most = points.most_common(1)[0]
    if best == language or most < _ENOUGH or most * 2 < len(words):
        return False
    if "latin" in own and (language not in _told_apart() or of_its_own * 2 > most):
        return False
    return spoken(asked[-_LONGEST_READ:]) != best


def _main_script(text: str) -> str | None:
    if text.isascii():  # most texts are, and to count each script takes 11 µs
        others = text.encode().translate(None, _ASCII_LETTERS)
        return "latin" if len(text) - len(others) >= _FEWEST_LETTERS else None
    found = scripts(text)
    if not found:
        return None
    # Japanese is written in Chinese characters too, with kana between them.
    if found["kana"] * 4 > found["han"]:
        found["kana"] += found.pop("han", 0)
    script, letters = found.most_common(1)[0]
    if letters < _FEWEST_LETTERS or letters < _MOST_LETTERS * found.total():
        return None
    return script


def _points(words: Sequence[str]) -> Counter[str]:
    """How much speaks for each language: a word's points go to each language that has it.
    Names and loans alone speak for none, and a single word that two languages share does not."""
    weights = _weights()
    points: dict[str, int] = {}
    strong: dict[str, set[str]] = {}
    for word in words:
        if word in weights:
            for language, weight in weights[word].items():
                points[language] = points.get(language, 0) + weight
                if weight == _STRONG:
                    strong.setdefault(language, set()).add(word)
    return Counter(
        {name: points[name] for name, found in strong.items() if len(found) >= _FEWEST_STRONG}
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text).replace("'", ""))
