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

_OF_NO_TEXT = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def decoded(document: bytes, declared: str) -> str:
    """The text of the bytes, in the encoding that they, or the content type, say. Raises
    Unreadable for what is no text."""
    text = document.decode(_encoding(document, declared), errors="replace")
    if _OF_NO_TEXT.search(text):
        raise Unreadable(UNKNOWN_KIND.format(what="of a kind that is not known here"))
    return text


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
