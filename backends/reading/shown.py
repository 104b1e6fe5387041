"""The words that can be shown, with the gateway's own count in their question labels.

What is shown is never taken back, so the number of a label waits until it is certain that it is
one: "question 12" may become "question 12 of 15".
"""

import re

from statemachine.patterns import Pattern
from statemachine.wording import renumber

_UNCERTAIN = Pattern(
    r"question(?:\s*(?:no?\.?|n(?:u(?:m(?:b(?:er?)?)?)?)?|#)?\s*|\s+(?:no\.?|number|#)?\s*\d+[*\s(]*"
    r"(?:o(?:u(?:t(?:\s+o?)?)?)?|(?:(?:out\s+)?of|/)\s*\d*|[.:)\-–—])?)",
    re.IGNORECASE,
)
_QUESTION = re.compile("question", re.IGNORECASE)
_CONTEXT = 60
_DIGIT = re.compile(r"\d")


class Shown:
    """Grows with a text. `count` is the number that is due and the total; None leaves all as it
    is. `at` is how much of the text is shown."""

    def __init__(self, count: tuple[int, int] | None) -> None:
        self._count = count
        self.text = ""
        self.at = 0

    def grow(self, text: str, end: int) -> None:
        """Show the text up to `end`, short of a label that is not certain."""
        if self._count is not None:
            last = None
            for last in _QUESTION.finditer(text, self.at, end):
                # The marks of emphasis before a label go with it.
                self.show(text, len(text[: last.start()].rstrip(' \t\n*_#>-“"(')))
            if last is not None and _UNCERTAIN.fullmatch(text, last.start(), end):
                return
        self.show(text, end)

    def show(self, text: str, end: int) -> None:
        """Show the text up to `end`, where nothing that follows changes it."""
        if end <= self.at:
            return
        words = text[self.at : end]
        if self._count is not None and _DIGIT.search(words):
            # Labels before were counted when they were shown.
            before = _DIGIT.sub("x", text[max(0, self.at - _CONTEXT) : self.at])
            words = renumber(before + words, *self._count)[len(before) :]
        self.text += words
        self.at = end
