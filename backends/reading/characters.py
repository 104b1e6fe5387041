"""Characters that no text of an interview may hold, and those that nobody can read."""

import re
import unicodedata

from statemachine.wording import QUESTION_MARKS

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything of Unicode's Cc but tab and newline: terminal escapes, bells, NUL; and carriage
returns, so that lines end the same way wherever they are from."""

_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_readable(text: str) -> bool:
    """Whether a person can read anything in the text: a letter, a digit, a symbol or a mark that
    asks, and not only what takes up no room."""
    return any(
        character in QUESTION_MARKS
        or (unicodedata.category(character)[0] in "LNS" and character not in _BLANK)
        for character in text
    )
