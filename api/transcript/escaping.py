"""Words that others wrote, made harmless to look at.

What candidates, clients and backends write may hold characters that move a terminal's cursor,
turn the reading order round or cannot be seen. A person who reads a transcript is shown them.
"""

import unicodedata
from collections.abc import Callable

_KEPT_CONTROLS = "\n\t"
_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: emoji, and words in Persian and Indic scripts, fall apart without."""

_PARTS_OF_WRITING = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e"
"""Format characters of Arabic, Syriac and Mongolian that can be seen, or give words their form."""

_KEPT = frozenset(_KEPT_CONTROLS + _JOINERS + _PARTS_OF_WRITING)

_SHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, format, private use, half of a surrogate pair, line and paragraph separator."""

_LAST_TWO = 0xFFFE
"""The last two places of every plane are noncharacters."""

_NEVER_CHARACTERS = (
    range(0xFDD0, 0xFDF0),
    range(0x2065, 0x2066),
    range(0xFFF0, 0xFFF9),
    range(0xE0000, 0xE0100),
    range(0xE01F0, 0xE1000),
)
"""The other noncharacters, and the places set aside for format characters to come."""


_BEYOND_16_BITS = 0xFFFF


_REMEMBERED = 10_000
"""Characters that a table remembers: more than any language is written with, and a megabyte."""


class _Table(dict[int, int | str]):
    """For `str.translate`: every character that must be shown, as `shown` writes it. To look each
    of a long interview up anew would take seconds."""

    def __init__(self, shown: Callable[[int], str]) -> None:
        self._shown = shown

    def __missing__(self, code: int) -> int | str:
        written = self._shown(code) if _must_be_shown(code) else code
        if len(self) < _REMEMBERED:
            self[code] = written
        return written


def _named(code: int) -> str:
    return f"<U+{code:04X}>"


def _escaped(code: int) -> str:
    """JSON's own escape, "\\u202e"."""
    if code <= _BEYOND_16_BITS:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def escape_controls(text: str) -> str:
    """`text` with every character that acts, hides or has no meaning written as "<U+202E>".

    Line feeds and tabs stay, and so does all that scripts and emoji are written with.
    """
    return text.translate(_SHOWN)


def escape_line(text: str) -> str:
    """The same on one line, for words in the middle of a sentence."""
    return " ".join(escape_controls(text).split())


def escape_json(text: str) -> str:
    """JSON that says the same and can be printed: such characters are written as its escapes."""
    return text.translate(_ESCAPED)


def _must_be_shown(code: int) -> bool:
    character = chr(code)
    if character in _KEPT:
        return False
    return unicodedata.category(character) in _SHOWN_CATEGORIES or _is_never_a_character(code)


def _is_never_a_character(code: int) -> bool:
    return code & _LAST_TWO == _LAST_TWO or any(code in place for place in _NEVER_CHARACTERS)


_SHOWN = _Table(_named)
_ESCAPED = _Table(_escaped)
