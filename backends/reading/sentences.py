"""Where sentences end, found one character at a time.

"e.g.", "Node.js", "3.5" and "1." end none, and neither does a mark inside quotation marks or
parentheses whose sentence goes on. An empty line ends one, unless it leads up to what follows:
"Describe these:", "### Question 2".
"""

import re
from dataclasses import dataclass

from backends.reading.fences import CodeFence
from backends.reading.midsentence import is_mid_sentence
from statemachine.wording import QUESTION_MARKS

_WIDE_MARKS = "。！？\uff61।؟፧።\u0589"
# In Armenian the mark that asks stands inside the word, and a colon often for the full stop.
_ARMENIAN_MARK = "\u055e"
_ARMENIAN = re.compile(r"[\u0531-\u058a]")
_ARMENIAN_STOPS = frozenset(":\u0589")
_MARKS = frozenset(f".!…{QUESTION_MARKS}{_WIDE_MARKS}") - {_ARMENIAN_MARK}
# A semicolon asks in Greek. It is only taken for a mark behind a Greek letter.
_GREEK_MARKS = frozenset(";\u037e")
_ASKING = f"{QUESTION_MARKS};\u037e"
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")
_CLOSERS = frozenset("\"'”“’»›)]*_`」』）")
_QUOTES = {
    "“": "”",
    "„": "“",
    "‹": "›",
    "«": "»",
    "「": "」",
    "『": "』",
    "（": "）",
    "(": ")",
    "[": "]",
}
MAX_QUOTED = 200
"""How far a quotation reaches at most: one that is never closed must not swallow what follows."""

_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|dr|mr|mrs|ms|prof|st|no|nr|approx|ca|resp|fig|incl|inc|z\.b|d\.h"
    r"|bzw)|(?:^|[\s(])[A-Za-z]|(?:^|\n)[\s>*_-]*\d{1,3})$",
    re.IGNORECASE,
)
_NUMBERED = r"question\s+(?:no\.?\s*|number\s+|#\s*)?\d"
_BARE_LABEL = re.compile(
    rf"[\W_]*{_NUMBERED}\d*[\W_]*(?:(?:(?:out\s+)?of|/)[\W_]*\d+[\W_]*)?", re.IGNORECASE
)
_LABEL_BEGINS = re.compile(rf"[\W_]*{_NUMBERED}", re.IGNORECASE)
_LABEL_SO_FAR = re.compile(r"[\W_]*question(?:[\W_]|\d|no|number|out|of|question)*", re.IGNORECASE)
MAX_LABEL = 60


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text, from `start` to `end`.

    `has_mark`: it ends in a question mark of its own, not a quoted one; `is_quoted`: in a quoted
    one. `ends_line`: a line or a paragraph ends with it.
    """

    start: int
    end: int
    has_mark: bool = False
    is_quoted: bool = False
    ends_line: bool = False


class SentenceReader:
    """Collects characters as `text` and says when a sentence of it is over.

    `start` is where the sentence under way begins.
    """

    def __init__(self) -> None:
        self.text = ""
        self.start = 0
        self.undecided_at: int | None = None
        """Where the sentence may be over, if the next characters will tell."""
        self._marks_at: int | None = None
        self._marks_end = 0
        self._is_inside = False
        self._asks_inside = False
        self._quote: tuple[str, int] | None = None
        self._code_at: int | None = None
        self._fence = CodeFence()
        self._line_at = 0
        self._breaks = 0
        self._before = " "

    @property
    def under_way(self) -> str:
        """The sentence under way, as far as it has come."""
        return self.text[self.start :]

    def push(self, character: str) -> Sentence | None:
        """Adds a character. Returns the sentence that it shows to be over, if any."""
        at = len(self.text)
        self.text += character
        sentence = self._over(character, at)
        self._note(character, at)
        return sentence

    def awaits_letter(self) -> bool:
        """Whether the next letter can tell more than that the sentence goes on."""
        return self._marks_at is not None or self._breaks > 0

    def add_word(self, letters: str, blank: str) -> None:
        """Add letters in a row, of which none is awaited, and the blank behind them."""
        self._fence.push(letters[0])
        self.text += letters
        if self._quote is not None:
            self._note_quotes(letters[-1], len(self.text) - 1)
        self.text += blank
        self._before = blank or letters[-1]

    def finish(self) -> Sentence | None:
        """The sentence under way, if it ends with the text."""
        marks_at = self._marks_at
        if marks_at is not None and not self._is_no_end(marks_at):
            return self._end(self._marks_end)
        return None

    def rest(self) -> Sentence | None:
        """The sentence under way, whole because the speaker has stopped of their own accord."""
        over = self.finish()
        if over is None and self.under_way.strip():
            over = self._end(len(self.text))
        return over

    def remove(self, start: int, end: int) -> None:
        """Take out what stands between two places before the sentence under way."""
        self.text = self.text[:start] + self.text[end:]
        length = end - start
        self.start = max(start, self.start - length)
        self._line_at = max(start, self._line_at - length)

    def _over(self, character: str, at: int) -> Sentence | None:
        if self._fence.is_open:
            return None
        if self._marks_at is not None:
            return self._after_marks(self._marks_at, character, at)
        if self._breaks and not character.isspace():
            return self._after_break(character)
        if character.isdigit() and at - self._line_at <= MAX_LABEL:
            return self._before_label(at)
        return None

    def _after_marks(self, marks_at: int, character: str, at: int) -> Sentence | None:
        if self._marks_end == at and (character in _MARKS or character in _CLOSERS):
            return None
        marks = self.text[marks_at : self._marks_end]
        asks = self._asks(marks)
        after = self.text[self._marks_end : at + 1]
        is_mid = asks and is_mid_sentence(self.text[self.start : marks_at][-200:], marks, after)
        self.undecided_at = self._marks_end if is_mid is None else None
        if is_mid is None:
            return None
        if is_mid:
            self._pass_over(marks)
            return None
        is_certain = not self._is_inside and not self._is_quotation(marks)
        if asks and is_certain and (after[0].isspace() or after[0] == "と"):
            return self._end(self._marks_end)
        if character.isspace():
            return None
        is_end = False
        if self._marks_end == at:  # nothing between
            is_wide = any(mark in _WIDE_MARKS and mark != "؟" for mark in marks)
            is_end = is_wide or (
                ("!" in marks or asks) and character.isalpha() and not character.islower()
            )
        elif self._breaks > 1 or not character.islower():
            is_end = not self._is_no_end(marks_at)
        if is_end:
            return self._end(self._marks_end)
        self._pass_over(marks)
        return None

    def _asks(self, marks: str) -> bool:
        is_armenian = self._asks_inside and any(mark in _ARMENIAN_STOPS for mark in marks)
        return is_armenian or any(mark in _ASKING for mark in marks)

    def _pass_over(self, marks: str) -> None:
        """The marks end no sentence."""
        self._marks_at = None
        if self._quote is not None and self._quote[0] in marks:
            self._quote = None

    def _after_break(self, character: str) -> Sentence | None:
        before = self.under_way[:-1].rstrip()
        is_paragraph = self._breaks > 1 or character == "#"
        leads_on = before.rstrip("*_").endswith((":", ",", "：", "，"))
        if not is_paragraph or leads_on or not before or _BARE_LABEL.fullmatch(before[:MAX_LABEL]):
            return None
        if not re.search(r"\w", before):
            return None
        return self._end(self.start + len(before), ends_line=True)

    @staticmethod
    def is_bare_label(text: str) -> bool:
        """Whether the text is "Question 2:" and no more."""
        return len(text) <= MAX_LABEL and bool(_BARE_LABEL.fullmatch(text))

    @staticmethod
    def may_be_bare_label(text: str) -> bool:
        """Whether the text is the beginning of one, or one and the beginning of another."""
        return len(text) <= MAX_LABEL and bool(_LABEL_SO_FAR.fullmatch(text))

    def _before_label(self, at: int) -> Sentence | None:
        """The sentence before a label that begins a line, or is under way where it stands."""
        if self._line_at <= self.start or not _LABEL_BEGINS.fullmatch(self.text, self._line_at):
            return None
        before = self.text[self.start : self._line_at].rstrip()
        if not before:
            return None
        sentence = Sentence(self.start, self.start + len(before), ends_line=True)
        self.start = self._line_at
        return sentence

    def _end(self, end: int, *, ends_line: bool = False) -> Sentence:
        marks = self.text[self._marks_at : self._marks_end] if self._marks_at is not None else ""
        asks = self._asks_inside or self._asks(marks)
        quoted = asks and self._is_quoted(marks)
        line_ends = ends_line or self._breaks > 0 or self.text[end : end + 1] == "\n"
        sentence = Sentence(self.start, end, asks and not quoted, quoted, line_ends)
        self.start = end
        self._marks_at, self._quote = None, None
        self._is_inside = self._asks_inside = False
        return sentence

    def _is_no_end(self, marks_at: int) -> bool:
        marks = self.text[marks_at : self._marks_end]
        if marks.rstrip("".join(_CLOSERS)) != ".":
            return False
        before = self.text[max(self.start, marks_at - 30) : marks_at]
        return bool(_ABBREVIATION.search(before) or _BARE_LABEL.fullmatch(before))

    def _reaches_on(self, quote: tuple[str, int]) -> bool:
        """Whether a sentence goes on behind a mark in this quotation, where small letters follow:
        in parentheses, and in a quotation that the sentence did not begin with."""
        closer, opened_at = quote
        return closer in ")]）" or bool(re.search(r"\w", self.text[self.start : opened_at]))

    def _is_quoted(self, marks: str) -> bool:
        """Whether a quotation that is open ends right behind the marks. One that the sentence
        began with is the whole sentence's."""
        if self._quote is None or not self._is_quotation(marks):
            return False
        return bool(re.search(r"\w", self.text[self.start : self._quote[1]]))

    def _is_quotation(self, marks: str) -> bool:
        """Whether a quotation ends right behind the marks. What follows tells whether the sentence
        does too: '"Why?" is a good thing to ask'."""
        return self._quote is not None and self._quote[0] in marks

    def _note(self, character: str, at: int) -> None:
        """Keep what the next characters are judged by."""
        if character.isalnum() and self._fence.is_settled:
            # Most are letters. They end and begin nothing.
            self._breaks = 0
            if self._quote is not None:
                self._note_quotes(character, at)
        elif character == "\n":
            self._breaks += 1
            self._line_at = at + 1
            self._code_at = None
            self._fence.push(character)
            if self._quote is not None and self._breaks > 1:
                self._quote = None
        else:
            was_open = self._fence.is_open
            if not self._fence.is_settled:
                self._fence.push(character)
            if not character.isspace():
                self._note_visible(character, at, in_fence=was_open or self._fence.is_open)
        self._before = character

    def _note_visible(self, character: str, at: int, *, in_fence: bool) -> None:
        is_code = in_fence or self._code_at is not None
        if character == _ARMENIAN_MARK:
            self._asks_inside = not is_code
        if self._is_mark(character) and not is_code:
            if self._marks_at is None:
                self._marks_at = at
                self._is_inside = self._quote is not None and self._reaches_on(self._quote)
            self._marks_end = at + 1
        elif self._marks_end == at and character in _CLOSERS:
            self._marks_end = at + 1
        self._breaks = 0
        if character == "`":
            self._code_at = None if in_fence or self._code_at is not None else at
        self._note_quotes(character, at)

    def _is_mark(self, character: str) -> bool:
        return (
            character in _MARKS
            or (character in _GREEK_MARKS and bool(_GREEK.match(self._before)))
            or (character == ":" and self._asks_inside and bool(_ARMENIAN.match(self._before)))
        )

    def _note_quotes(self, character: str, at: int) -> None:
        if self._quote is not None:
            closer, opened_at = self._quote
            # The quotation stays until its sentence is judged, where marks stand before its end.
            is_over = character == closer and self._marks_at is None
            if is_over or at - opened_at > MAX_QUOTED:
                self._quote = None
        elif character in _QUOTES and self._before != ":":  # a smiley opens nothing
            self._quote = (_QUOTES[character], at)
        elif character == '"' or (character in "'‘" and not self._before.isalnum()):
            self._quote = ("’" if character == "‘" else character, at)
