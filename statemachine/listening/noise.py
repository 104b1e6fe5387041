"""Letters that are no words: keys struck at random, one letter held down, bare signs."""

import itertools
import re

_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]")
_CODE = re.compile(r"[{}\[\]()<>=+%$€£¥₹°#/\\^|~*]")
_ROWS = (
    *("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm"),
    *("йцукенгшщзхъ", "фывапролджэ", "ضصثقفغعهخحجد", "شسيبلاتنمكط"),
)
_NEIGHBOURS = frozenset(
    pair for row in _ROWS for a, b in itertools.pairwise(row) for pair in (a + b, b + a)
)
_FEWEST_LETTERS_OF_A_RUN = 4
_SHORT_RUNS = frozenset({"qwe", "asd", "zxc", "yxc", "jkl", "fgh", "dfg", "sdf", "ghj", "hjk"})
_MEANT_AS_NONE = frozenset({"blah", "bla", "lorem", "ipsum", "dolor", "foobar"})
_REAL_WORDS = frozenset({"wert", "werte", "www", "hdfs"})
_HOME_ROW = frozenset("asdfghjkl")
_HELD_AT_HOME = re.compile(r"[sdfghjkl]{4}")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{7,}")
_SHORTEST_AT_HOME = 4
_LONGEST_UNIT = 3
_SHORTEST_REPETITION = 6
_LONGEST_SIGN = 3


def is_noise(text: str) -> bool:
    """True when there is no word in the text. A bare number is none."""
    if _CODE.search(text):
        # "{}", "i++", "100%" and "==" may well be meant.
        return (
            not any(map(str.isdigit, text))
            and not _LETTERS.search(text)
            and len(set(text)) == 1
            and len(text) > _LONGEST_SIGN
        )
    return all(_is_mash(word.group().lower()) for word in _WORDS.finditer(text))


def _is_mash(word: str) -> bool:
    if word in _MEANT_AS_NONE or word.isdecimal() or word in _SHORT_RUNS:
        return True
    if word in _REAL_WORDS:
        return False
    letters = set(word)
    if len(letters) == 1:
        return len(word) >= _LONGEST_UNIT
    if len(word) >= _SHORTEST_REPETITION and any(
        word == (word[:size] * len(word))[: len(word)] for size in range(1, _LONGEST_UNIT + 1)
    ):
        return True
    if len(letters) >= _FEWEST_LETTERS_OF_A_RUN and _is_a_run(word):
        return True
    if len(word) >= _SHORTEST_AT_HOME and letters <= _HOME_ROW and _HELD_AT_HOME.search(word):
        return True
    return _NO_VOWEL.fullmatch(word) is not None


def _is_a_run(word: str) -> bool:
    """Along a row of the keyboard, with a jump back to its begin now and then: "asdfasdf"."""
    steps = [a + b in _NEIGHBOURS or a == b for a, b in itertools.pairwise(word)]
    return sum(steps) * 4 >= len(steps) * 3
