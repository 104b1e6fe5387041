"""What belongs to a question and stands below it: the code that it is about, the answers to choose
from."""

import re

_POINTS = re.compile(
    r"\b(?:code|snippet|function|query|output|program|below|following|these|options?|which\s+of)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*•]\s|\(?(?:[A-Ha-h]|\d{1,2})[.)]\s)")
_ITEM_SO_FAR = re.compile(r"\s*(?:[-*•]?|\(?(?:[A-Ha-h]?|\d{1,2})[.)]?)")
_FENCE = re.compile(r"\s*```")
_FENCE_SO_FAR = re.compile(r"\s*`{0,2}")


def points_below(question: str) -> bool:
    """Whether a question speaks of what may stand below it."""
    return bool(_POINTS.search(question))


def below_end(text: str, end: int) -> int | None:
    """Where what belongs to the question that ends at `end` is over, or None while it is not."""
    below = text[end:]
    if not below.strip():
        return None
    if _FENCE.match(below):
        opened = below.index("```") + 3
        closed = below.find("```", opened)
        return None if closed < 0 else end + closed + 3
    if "\n" not in below[: len(below) - len(below.lstrip())]:
        return end
    if _FENCE_SO_FAR.fullmatch(below):
        return None
    kept = end
    at = end
    for line in below.splitlines(keepends=True):
        is_whole = line.endswith("\n")
        if line.strip():
            if not _ITEM.match(line):
                return None if not is_whole and _ITEM_SO_FAR.fullmatch(line) else kept
            if re.match(r"[\W\d]*question\s*\d", line, re.IGNORECASE):
                return kept
            kept = at + len(line.rstrip())
        at += len(line)
    return None
