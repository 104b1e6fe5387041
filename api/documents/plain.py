"""Plain text, in whatever encoding it was saved."""

import codecs
import re

from api.documents.errors import UNKNOWN_KIND, Unreadable

_BOMS = (
    # The longer ones first: UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(r'charset="?([\w.:-]{1,40})', re.ASCII | re.IGNORECASE)
_OLDER = re.compile(
    r"(?:windows|cp|iso|koi8|latin|big5|gb|euc|shift|us-ascii)[\w.:-]*", re.ASCII | re.IGNORECASE
)
"""Encodings of text. Python knows others, some of which take long."""

_LEGACY = "cp1252"
"""What Windows saves in the West, where nothing says otherwise."""

MOST_BEYOND_ASCII = 0.3
"""Of a text's letters, in the languages that cp1252 is for: in French and German 3 to 5 of 100."""
LEAST_LETTERS = 20
"""Fewer tell nothing: "été" is French."""

_OF_NO_TEXT = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def decoded(document: bytes, declared: str) -> str:
    """The text of the bytes, in the encoding that they, or the content type, say. Raises
    Unreadable for what is no text."""
    encoding = _encoding(document, declared)
    text = document.decode(encoding, errors="replace")
    if _OF_NO_TEXT.search(text):
        raise Unreadable(UNKNOWN_KIND.format(what="of a kind that is not known here"))
    if encoding == _LEGACY and _is_garbled(text):
        raise Unreadable(
            "The text is in an encoding that is not known here, so its letters would be wrong. "
            "Save it as UTF-8, and try again."
        )
    return text


def _is_garbled(text: str) -> bool:
    """Whether letters of another script were taken for the West's: of Chinese (GBK), Arabic
    (cp1256) or Cyrillic most bytes lie above ASCII, and of the West's languages few do."""
    letters = [character for character in text if character.isalpha() or character == "\ufffd"]
    beyond = sum(not character.isascii() for character in letters)
    return len(letters) >= LEAST_LETTERS and beyond > MOST_BEYOND_ASCII * len(letters)


def _encoding(document: bytes, declared: str) -> str:
    for mark, encoding in _BOMS:
        if document.startswith(mark):
            return encoding
    try:
        document.decode()
    except UnicodeDecodeError:
        return _charset(declared) or _LEGACY
    return "utf-8"


def _charset(declared: str) -> str | None:
    found = _CHARSET.search(declared)
    if found is None or not _OLDER.fullmatch(found[1]):
        return None
    try:
        return codecs.lookup(found[1]).name
    except LookupError:
        return None
