"""Quotation marks around a whole turn: `"Thanks. How do you test?"`.

Whether they stand around all of it is known where the turn ends. A text that begins with a
quotation is shown as soon as words behind the quotation are kept.
"""

_PAIRS = {'"': '"', "“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』"}


class Quotation:
    """The quotation that a text begins with. `end` is where it is over; None while it is not."""

    def __init__(self) -> None:
        self._at = 0
        self._depth = 0
        self.end: int | None = None

    @staticmethod
    def begins(text: str) -> bool:
        """Whether the text begins with a quotation mark."""
        return text[:1] in _PAIRS

    def read(self, text: str) -> None:
        """Read on, in a text that begins with a quotation and that only grows."""
        opener, closers = text[0], _PAIRS[text[0]]
        while self.end is None and self._at < len(text):
            before = text[self._at - 1] if self._at else ""
            character = text[self._at]
            self._at += 1
            # Marks that look alike open where a blank stands before them.
            if character == opener and (opener not in closers or before in ("", " ", "\n", "(")):
                self._depth += 1
            elif character in closers:
                self._depth -= 1
                self.end = self._at if self._depth == 0 else None


def inside_quotes(text: str) -> tuple[int, int]:
    """Where the words of a turn begin and end, without quotation marks around all of them. An
    opening one that is never closed was cut off from the other."""
    if not Quotation.begins(text):
        return 0, len(text)
    quotation = Quotation()
    quotation.read(text)
    if quotation.end not in (None, len(text)):
        return 0, len(text)
    end = len(text) if quotation.end is None else len(text) - 1
    return len(text) - len(text[1:].lstrip()), len(text[:end].rstrip())
