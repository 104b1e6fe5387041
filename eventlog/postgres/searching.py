"""Search in the database, by SQL: it finds what `eventlog.searching` says.

By regular expressions, which know sets of characters. All but letters, digits and spaces are named
by their code points, so that nothing in a text has a meaning of its own.
"""

from collections.abc import Callable, Sequence

from eventlog.searching import spellings
from statemachine.canonical import json_string

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")

# The payload is canonical JSON. Within a string, a quote stands behind a backslash: this begins a
# string that is a content, whatever others hold. What follows are whole characters of it. An
# assessment has `text` and `note` instead, and no event that is searched has them and more.
IN_CONTENT = r'"(?:content|text|note)":"(?:[^"\\]|\\(?:[^u]|u[0-9a-f]{4}))*'


def in_words(text: str) -> str | None:
    """The pattern of words that hold `text`; None where no words can."""
    return _pattern(text, lambda character: character)


def in_payload(text: str) -> str | None:
    """The pattern of payloads with a content that holds `text`; None where none can."""
    found = _pattern(text, lambda character: json_string(character)[1:-1])
    return found and IN_CONTENT + found


def _pattern(text: str, stored: Callable[[str], str]) -> str | None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return None  # PostgreSQL takes neither, and no words hold them
    return "".join(_any_of([stored(found) for found in spellings(c)]) for c in text)


def _any_of(spelled: Sequence[str]) -> str:
    [first, *more] = ["".join(map(_named, one)) for one in spelled]
    return f"[{first}{''.join(more)}]" if more else first


def _named(character: str) -> str:
    return character if character in PLAIN else f"\\U{ord(character):08x}"
