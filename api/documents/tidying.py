"""What of a document's text is for people: neither what nobody sees nor what turns the text round.

A text may hold instructions in characters that no screen shows, and overrides after which a line
reads otherwise than it is stored. A person is to see and correct all that a model will be told.
"""

import re
import unicodedata

_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")

_LIGATURES = re.compile(r"[\ufb00-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")
"""Letters in the shape in which a PDF draws them: ligatures, and Arabic ones by their place."""

_KEPT = "\n\t\u061c\u200c\u200d\u200e\u200f"
"""They join letters, or say which way a word runs that has no letters of its own."""

_UNSEEN = ("Cc", "Cf", "Cs", "Co")


def tidied(text: str) -> str:
    """The text without characters that nobody sees, its white space as plain as can be: at most one
    space or one empty line at a time, none at its ends."""
    text = _BREAKS.sub("\n", text)
    if not text.isprintable():
        unseen = (each for each in set(text) if unicodedata.category(each) in _UNSEEN)
        text = text.translate({ord(each): None for each in unseen if each not in _KEPT})
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    text = _SPACES.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")
    return _BLANK_LINES.sub("\n\n", text).strip()
