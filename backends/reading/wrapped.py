"""A code fence, and JSON: what is in them, and whether it is the reply or only a part of one."""

import re
from collections.abc import Callable
from typing import Protocol

from backends.errors import BackendError
from backends.reading.jsonwords import ASKS, SPEAKS, has_thoughts, value_of
from statemachine.wording import QUESTION_MARKS, asks

FENCE = "```"
MAX_DEPTH = 30
MAX_INFO = 20

_TEXT_FENCES = frozenset(["", "text", "txt", "plaintext", "plain", "markdown", "md", "json"])
_INFO = re.compile(r"[\w+#.-]*")
_ENDED = re.compile(rf"[.!…{QUESTION_MARKS}][\"'”’»)*_\]]*(?:\s|$)|[。！？]")
_ENDED_LAST = re.compile(rf"[.!…。！{QUESTION_MARKS}][\"'”’»)*_\]]*$")
_CODE = re.compile(r"[{};=]|\w\(|^\s*(?:[#$>]|//|--)", re.MULTILINE)
OPENS_JSON = re.compile(r"\{\s*[\"']|\[\s*[\"'{]")
OPENS_JSON_SO_FAR = re.compile(r"[{\[]\s{0,40}")
_CLOSERS = {"{": "}", "[": "]"}


class Block(Protocol):
    """What stands between two marks. `is_closed`: the second one has come."""

    is_closed: bool

    def push(self, character: str) -> bool:
        """Take the next character behind the opening mark, if it belongs to the block."""

    def words(self, *, is_alone: bool) -> str | None:
        """The words in it, or None where it is itself a part of the text. `is_alone`: nothing
        follows. Raises BackendError where it is the whole reply and holds no words."""


class Fence:
    """Three backticks and what follows them, up to three more.

    `speak` gives the words for a person in a JSON value. `is_led`: a line before leads to it;
    `is_summary`: what it may be a part of is no question.
    """

    def __init__(self, speak: Callable[[object], str], *, is_led: bool, is_summary: bool) -> None:
        self._speak = speak
        self._is_led = is_led
        self._is_summary = is_summary
        self._inside = ""
        self._depth = 1
        self._is_over = False
        self.is_closed = False

    def push(self, character: str) -> bool:
        """As in `Block`. "```python" inside opens another one."""
        inside = self._inside + character
        if self._is_over:
            return False
        if character.isalpha() and self._inside.endswith(f"\n{FENCE}"):
            self._depth += 2  # it was no end
        elif self.is_closed:
            self._is_over = True
            return False
        elif inside.endswith(f"\n{FENCE}") or self._is_one_line(inside):
            self._depth -= 1
        self._inside = inside
        self.is_closed = self._depth == 0
        return True

    @staticmethod
    def _is_one_line(inside: str) -> bool:
        return inside.endswith(FENCE) and len(inside) > len(FENCE) and "\n" not in inside

    def words(self, *, is_alone: bool) -> str | None:
        """As in `Block`."""
        info, inside = self._parts()
        if OPENS_JSON.match(inside):
            json = Json(inside, self._speak, is_led=self._is_led, is_summary=self._is_summary)
            return json.words(is_alone=is_alone)
        is_text = info in _TEXT_FENCES
        is_certain = is_text and _ENDED_LAST.search(inside) and not _CODE.search(inside)
        if not is_alone or self._is_led:
            return inside if is_certain and (is_alone or not self._is_led) else None
        if not is_text or not _ENDED.search(inside):
            raise BackendError("Answered in code")
        return inside

    def _parts(self) -> tuple[str, str]:
        """The name of the language, and the text."""
        info, _, inside = self._inside.partition("\n")
        if len(info) > MAX_INFO or not _INFO.fullmatch(info.strip()):
            info, inside = "", self._inside
        return info.strip().lower(), inside.strip().removesuffix(FENCE).strip()


class Json:
    """A bracket and what follows it, up to the one that closes it: `begun` is all so far. The other
    parameters are as in `Fence`."""

    def __init__(
        self, begun: str, speak: Callable[[object], str], *, is_led: bool, is_summary: bool
    ) -> None:
        self._speak = speak
        self._is_led = is_led
        self._is_summary = is_summary
        self._source = begun[0]
        self._closers = [_CLOSERS[begun[0]]]
        self._quote = ""
        self._is_escaped = False
        self.is_closed = False
        for character in begun[1:]:
            self.push(character)

    def push(self, character: str) -> bool:
        """As in `Block`."""
        if self.is_closed:
            return False
        self._source += character
        if self._quote:
            if self._is_escaped:
                self._is_escaped = False
            elif character == "\\":
                self._is_escaped = True
            elif character == self._quote:
                self._quote = ""
        elif character in "\"'":
            self._quote = character
        elif character in _CLOSERS:
            self._closers.append(_CLOSERS[character])
            if len(self._closers) > MAX_DEPTH:
                raise BackendError("Answered in JSON that cannot be read")
        elif character == self._closers[-1]:
            self._closers.pop()
            self.is_closed = not self._closers
        return True

    def words(self, *, is_alone: bool) -> str | None:
        """As in `Block`."""
        is_data = self._is_summary and is_alone
        # Between a line that leads to it and text below, `{"text": …}` is what the text is about.
        speaks = SPEAKS if is_alone else ASKS
        if self._is_led and not is_data and not speaks.search(self._source):
            return None
        try:
            value = self._value()
        except BackendError:
            if is_alone:
                raise
            return None
        words = self._speak(value)
        if is_alone and not words:
            if has_thoughts(value):
                raise BackendError("Said nothing but thoughts")
            raise BackendError("Answered in JSON without words to say")
        return words if is_alone or self._is_summary or asks(words) else None

    def _value(self) -> object:
        """The value. Where only the closing brackets are missing, they are added."""
        if self._quote:
            raise BackendError("Was cut off in JSON")
        closers = "".join(reversed(self._closers))
        try:
            return value_of(self._source.rstrip(", \n") + closers)
        except ValueError:
            raise BackendError("Answered in JSON that cannot be read") from None
