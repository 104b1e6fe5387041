"""A code fence, and JSON: what is in them, and whether it is the reply or only a part of one."""

import re
from collections.abc import Callable
from typing import Protocol

from backends.errors import BackendError
from backends.reading.fences import LEAST, MARKS
from backends.reading.jsonwords import ASKS, NAMES_SPEAKER, SPEAKS, has_thoughts, value_of
from statemachine.wording import QUESTION_MARKS, asks

MAX_DEPTH = 30
MAX_INFO = 20

_TEXT_FENCES = frozenset(["", "text", "txt", "plaintext", "plain", "markdown", "md", "json"])
_INFO = re.compile(r"[\w+#.-]*")
_NAMED_JSON = re.compile(r"json\s+(?=[{\[])", re.IGNORECASE)
_ENDED = re.compile(rf"[.!…{QUESTION_MARKS}][\"'”’»)*_\]]*(?:\s|$)|[。！？]")
_ENDED_LAST = re.compile(rf"[.!…。！{QUESTION_MARKS}][\"'”’»)*_\]]*$")
_CODE = re.compile(r"[{};=]|\w\(|^\s*(?:[#$>]|//|--)", re.MULTILINE)
OPENS_JSON = re.compile(r"\{\s*[\"']|\[\s*[\"'{]")
OPENS_JSON_SO_FAR = re.compile(r"[{\[]\s{0,40}")
_CLOSERS = {"{": "}", "[": "]"}


class Block(Protocol):
    """What stands between two marks. `is_closed`: the second one has come."""

    is_closed: bool

    @property
    def may_be_data(self) -> bool:
        """Whether it may be what a question below is about, although it has words to say."""

    def push(self, character: str) -> bool:
        """Take the next character behind the opening mark, if it belongs to the block."""

    def words(self, *, is_alone: bool) -> str | None:
        """The words in it, or None where it is itself a part of the text. `is_alone`: nothing
        follows. Raises BackendError where it is the whole reply and holds no words."""


class Fence:
    """Three marks such as "`", and what follows them up to as many more.

    `speak` gives the words for a person in a JSON value. `is_led`: a line before leads to it;
    `is_summary`: what it may be a part of is no question.
    """

    def __init__(
        self, mark: str, speak: Callable[[object], str], *, is_led: bool, is_summary: bool
    ) -> None:
        self._marks = mark * LEAST
        self._speak = speak
        self._is_led = is_led
        self._is_summary = is_summary
        self._inside = ""
        self._depth = 1
        self._is_over = False
        self.is_closed = False

    @staticmethod
    def opens(text: str) -> bool | None:
        """Whether the text is the marks that open a fence, or None while it may become them."""
        if text[0] not in MARKS or text != text[0] * len(text):
            return False
        return True if len(text) == LEAST else None

    @property
    def may_be_data(self) -> bool:
        """As in `Block`."""
        json = self._json(self._parts()[1])
        return json is not None and json.may_be_data

    def push(self, character: str) -> bool:
        """As in `Block`. "```python" inside opens another one."""
        if self._is_over:
            return False
        if not self._inside and character == self._marks[0]:
            self._marks += character
            return True
        inside = self._inside + character
        if character.isalpha() and self._inside.endswith(f"\n{self._marks}"):
            self._depth += 2  # it was no end
        elif self.is_closed:
            self._is_over = character != self._marks[0]
            return not self._is_over
        elif inside.endswith(f"\n{self._marks}") or self._is_one_line(inside):
            self._depth -= 1
        self._inside = inside
        self.is_closed = self._depth == 0
        return True

    def _is_one_line(self, inside: str) -> bool:
        return inside.endswith(self._marks) and "\n" not in inside

    def _json(self, inside: str) -> "Json | None":
        if not OPENS_JSON.match(inside):
            return None
        return Json(inside, self._speak, is_led=self._is_led, is_summary=self._is_summary)

    def words(self, *, is_alone: bool) -> str | None:
        """As in `Block`."""
        info, inside = self._parts()
        json = self._json(inside)
        if json is not None:
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
        if named := _NAMED_JSON.match(self._inside):
            info, inside = "json", self._inside[named.end() :]
        else:
            info, _, inside = self._inside.partition("\n")
        if len(info) > MAX_INFO or not _INFO.fullmatch(info.strip()):
            info, inside = "", self._inside
        return info.strip().lower(), inside.strip().removesuffix(self._marks).strip()


class Json:
    """A bracket and what follows it, up to the one that closes it, and more such values beside it.

    `begun` is all so far. The other parameters are as in `Fence`.
    """

    def __init__(
        self, begun: str, speak: Callable[[object], str], *, is_led: bool, is_summary: bool
    ) -> None:
        self._speak = speak
        self._is_led = is_led
        self._is_summary = is_summary
        self._before: tuple[str, BackendError | None] = "", None
        self._keys: set[re.Pattern[str]] = set()
        """Those that are found in the values before."""
        self._source = begun[0]
        self._closers = [_CLOSERS[begun[0]]]
        self._quote = ""
        self._is_escaped = False
        self.is_closed = False
        for character in begun[1:]:
            self.push(character)

    def push(self, character: str) -> bool:
        """As in `Block`. Behind a value that is closed, another one may stand."""
        if self.is_closed:
            return self._push_closed(character)
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

    @property
    def may_be_data(self) -> bool:
        """As in `Block`. A question's key and a speaker's role stand in no such data."""
        return not (self._has(ASKS) or self._has(NAMES_SPEAKER))

    def _has(self, key: re.Pattern[str]) -> bool:
        return key in self._keys or bool(key.search(self._source))

    def _push_closed(self, character: str) -> bool:
        if character not in _CLOSERS:
            return character in ",;."
        # A log has thousands of values in lines, at each of which words may be asked for.
        self._before = self._first_words()
        self._keys.update(filter(self._has, (SPEAKS, ASKS, NAMES_SPEAKER)))
        self._source = character
        self._closers = [_CLOSERS[character]]
        self.is_closed = False
        return True

    def words(self, *, is_alone: bool) -> str | None:
        """As in `Block`. Of several values, the first that says anything is heard."""
        is_data = self._is_summary and is_alone
        # Between a line that leads to it and text below, `{"text": …}` is what the text is about.
        speaks = SPEAKS if is_alone else ASKS
        if self._is_led and not is_data and not self._has(speaks):
            return None
        words, error = self._first_words()
        if is_alone and error is not None:
            raise error
        return words if words and (is_alone or self._is_summary or asks(words)) else None

    def _first_words(self) -> tuple[str, BackendError | None]:
        """The words, or why there are none."""
        words, error = self._before
        if words:
            return words, None
        try:
            value = self._value()
        except BackendError as unreadable:
            return "", error or unreadable
        if words := self._speak(value):
            return words, None
        thinks = has_thoughts(value)
        return "", error or BackendError(
            "Said nothing but thoughts" if thinks else "Answered in JSON without words to say"
        )

    def _value(self) -> object:
        """The value. Where only the closing brackets are missing, they are added."""
        if self._quote:
            raise BackendError("Was cut off in JSON")
        return _parsed(self._source.rstrip(", \n") + "".join(reversed(self._closers)))


def _parsed(source: str) -> object:
    try:
        return value_of(source)
    except ValueError:
        raise BackendError("Answered in JSON that cannot be read") from None
