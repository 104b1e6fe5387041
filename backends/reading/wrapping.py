"""The wrapping that models put around a whole reply: a code fence, or JSON.

Only its end tells whether it is one: "```" may open the code that a question is about, and
`{"a": 1}` a sentence about JSON. Until then nothing is passed on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from backends.errors import BackendError
from backends.reading.labels import IN_TURNS
from backends.reading.wrapped import OPENS_JSON, OPENS_JSON_SO_FAR, Block, Fence, Json
from statemachine.session import MAX_MESSAGE_CHARS
from statemachine.wording import asks

MAX_LEAD = 150
"""How long a line such as "Here is the next question:" may be."""
MAX_HELD = 4 * MAX_MESSAGE_CHARS
"""How much may be wrapped. JSON needs more characters than its words have."""

# The name of the language, where a fence around JSON was lost.
_BARE_NAME = re.compile(r"json[\s:]{1,40}", re.IGNORECASE)
_BARE_NAME_SO_FAR = re.compile(r"j(?:s(?:o(?:n[\s:]{0,40})?)?)?", re.IGNORECASE)
_ABOUT_DATA = re.compile(
    r"\b(?:this|these|above|json|objects?|records?|payload|document|fields?|keys?|schema|parse"
    r"|deseriali[sz]e)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\W_]*([^:：\n]{1,30})[:：]")
MAX_BELOW = 200
"""How much of the line below JSON tells whether it asks about the JSON."""
_OPENERS = "`~{["
_INVISIBLE = "\u200b\u2060\ufeff"


@dataclass(frozen=True)
class Unwrapped:
    """All so far was wrapped around these words; only a line that leads to them was passed on."""

    words: str


class Wrapping:
    """Passes characters on, or takes the wrapping from around them.

    `speak` gives the words for a person in a JSON value. `is_summary`: code can be no part of it.
    """

    def __init__(self, speak: Callable[[object], str], *, is_summary: bool) -> None:
        self._speak = speak
        self._is_summary = is_summary
        self._held = ""
        self._lead = ""
        self._block: Block | None = None
        self._below: str | None = None
        self._doubtful: str | None = None
        self.is_off = False
        """Whether all that follows is passed on as it is."""

    def push(self, character: str) -> str | Unwrapped:
        """What is certain with the next character."""
        if self._block is not None:
            return self._go_on(self._block, character)
        if not self._held and not self._may_open(character):
            return self._pass(character)
        self._held += character
        name = None if self._lead else _BARE_NAME.match(self._held)
        held = self._held[name.end() :] if name else self._held
        is_led = bool(self._lead)
        opens = held and Fence.opens(held)
        if opens:
            self._block = Fence(held[0], self._speak, is_led=is_led, is_summary=self._is_summary)
        elif OPENS_JSON.fullmatch(held):
            self._block = Json(held, self._speak, is_led=is_led, is_summary=self._is_summary)
        elif opens is False and not self._may_become_json(held):
            return self._release() if self._held[0] in _OPENERS else self._let_go()
        return ""

    def may_begin_with(self, letter: str) -> bool:
        """Whether a wrapping is under way, or may begin with this letter."""
        return bool(self._held) or self._may_open(letter)

    def pass_on(self, word: str) -> None:
        """Pass on a word that begins no wrapping."""
        begins_line = "\n" in self._lead
        self._lead += word
        self.is_off = begins_line or len(self._lead) > MAX_LEAD

    def finish(self, *, is_ended: bool = True) -> str | Unwrapped:
        """What was held. `is_ended`: it is certain that no more comes; else only a block that is
        closed is over. Raises BackendError where the reply is wrapped and holds no words."""
        if self._block is None:
            return self._release()
        if not is_ended and not self._block.is_closed:
            return ""
        if self._doubtful is not None and (self._below or "").strip():
            return self._judge(self._doubtful)
        words = self._block.words(is_alone=True)
        return self._release() if words is None else Unwrapped(words)

    def _may_open(self, character: str) -> bool:
        """Whether nothing was said before but a line that can lead to a block: "Sure! {…"."""
        if character not in _OPENERS:
            return character in "jJ" and not self._lead
        leads = (":", "：", "!", ".") if character in "{[" else (":", "：")
        return not self._lead or self._lead.rstrip().endswith(leads)

    def _let_go(self) -> str:
        """What was held is the beginning of a word, and of a line that may lead to a block."""
        held, self._held = self._held, ""
        passed = self._pass(held[0])
        for one in held[1:]:
            words = self._pass(one) if self.is_off else self.push(one)
            assert isinstance(words, str), "no block has begun"
            passed += words
        return passed

    def _may_become_json(self, held: str) -> bool:
        is_name = not self._lead and _BARE_NAME_SO_FAR.fullmatch(self._held)
        return bool(is_name or OPENS_JSON_SO_FAR.fullmatch(held))

    def _pass(self, character: str) -> str:
        """A character before any wrapping: of a line that may lead to it."""
        is_blank = character.isspace() or character in _INVISIBLE
        if is_blank and not self._lead:
            return character
        begins_line = not is_blank and "\n" in self._lead
        self._lead += character
        self.is_off = begins_line or len(self._lead) > MAX_LEAD
        return character

    def _go_on(self, block: Block, character: str) -> str | Unwrapped:
        belongs = block.push(character)
        self._held += character
        if belongs:
            self._below = self._doubtful = None
        elif self._doubtful is not None:
            self._below = (self._below or "") + character
            if self._is_line(self._below):
                return self._judge(self._doubtful)
        elif character == "\n" and self._below is None:
            self._below = ""
            words = block.words(is_alone=False)
            if words is not None and (self._is_summary or not block.may_be_data):
                return Unwrapped(words + character)
            self._doubtful = words
        elif not character.isspace():
            return self._release()
        if len(self._held) > MAX_HELD:
            raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
        return ""

    @staticmethod
    def _is_line(below: str) -> bool:
        return len(below) > MAX_BELOW or (below[-1] == "\n" and not below.isspace())

    def _judge(self, words: str) -> str | Unwrapped:
        """What to make of a block with words, by the line below: it may ask about the block."""
        below = self._below or ""
        label = _LABEL.match(below)
        is_turn = label is not None and label[1].strip().lower() in IN_TURNS
        if not is_turn and _ABOUT_DATA.search(below) and asks(below):
            return self._release()
        return Unwrapped(f"{words}\n{below}")

    def _release(self) -> str:
        self._block = None
        self.is_off = True
        held, self._held = self._held, ""
        return held
