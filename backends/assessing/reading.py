"""What a model claims of a criterion, read from its reply."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backends.reading.jsonwords import value_of

MAX_REPLY_CHARS = 20_000
MAX_CLAIMS = 10
"""Quotations of a reply that are looked at."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_QUOTES = ("quotations", "quotes", "quotation", "quote", "evidence")
_TEXTS = ("text", "quote", "quotation", "words", "content")


@dataclass(frozen=True)
class Claim:
    """What a model says of the criterion that it was asked for. `level` is as it came, also if the
    rubric has no such level; None for none. `others` counts other criteria in the reply."""

    level: int | None
    quotations: tuple[str, ...]
    against: tuple[str, ...]
    others: int = 0


def read_claim(reply: str, criterion: str) -> Claim | None:
    """The claim in the reply; None where it is no JSON of this kind."""
    text = _THOUGHTS.sub("", reply[:MAX_REPLY_CHARS])
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return None
    try:
        value = value_of(text[begin : end + 1])
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    listed = value.get("criteria")
    entries = listed if isinstance(listed, list) else [value]
    known = [e for e in entries if isinstance(e, dict) and _id(e, criterion) == criterion]
    others = len(entries) - len(known[:1])
    if not known:
        return Claim(None, (), (), others) if others else None
    entry = known[0]
    level = _level(entry.get("level"))
    quotations = _texts(next((entry[key] for key in _QUOTES if key in entry), ()))
    if "level" not in entry and not quotations:
        return None
    return Claim(level, quotations, _texts(entry.get("against", ())), others)


def _id(entry: dict[object, object], asked: str) -> str:
    return str(next((entry[key] for key in ("criterion", "id") if key in entry), asked)).strip()


def _level(value: object) -> int | None:
    """0 stands for none. What is no number at all is -1, which no rubric has."""
    if value is None or value is False:
        return None
    if isinstance(value, str) and (digits := re.fullmatch(r"\D{0,10}(\d{1,3})", value.strip())):
        value = int(digits[1])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return -1
    return value or None


def _texts(value: object) -> tuple[str, ...]:
    items: Sequence[object] = value if isinstance(value, list | tuple) else [value]
    found = []
    for item in items[:MAX_CLAIMS]:
        text = item
        if isinstance(item, dict):
            text = next((item[key] for key in _TEXTS if key in item), None)
        if isinstance(text, str) and text.strip():
            found.append(text)
    return tuple(found)
