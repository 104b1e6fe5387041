"""The wrapping that models put around a whole reply: a code fence, or JSON.

Only its end tells whether it is one: "```" may open the code that a question is about, and
`{"a": 1}` a sentence about JSON. Until then nothing is passed on.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backends.errors import BackendError
from backends.reading.wrapped import FENCE, OPENS_JSON, OPENS_JSON_SO_FAR, Block, Fence, Json
from statemachine.session import MAX_MESSAGE_CHARS

MAX_LEAD = 150
"""How long a line such as "Here is the next question:" may be."""
MAX_HELD = 4 * MAX_MESSAGE_CHARS
"""How much may be wrapped. JSON needs more characters than its words have."""

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
        self._is_below = False
        self.is_off = False
        """Whether all that follows is passed on as it is."""

    def push(self, character: str) -> str | Unwrapped:
        """What is certain with the next character."""
        if self._block is not None:
            return self._go_on(self._block, character)
        if not self._held and (character not in "`{[" or not self._may_open(character)):
            return self._pass(character)
        self._held += character
        held = self._held
        is_led = bool(self._lead)
        if held == FENCE:
            self._block = Fence(self._speak, is_led=is_led, is_summary=self._is_summary)
        elif OPENS_JSON.fullmatch(held):
            self._block = Json(held, self._speak, is_led=is_led, is_summary=self._is_summary)
        elif not FENCE.startswith(held) and not OPENS_JSON_SO_FAR.fullmatch(held):
            return self._release()
        return ""

    def finish(self, *, is_ended: bool = True) -> str | Unwrapped:
        """What was held. `is_ended`: it is certain that no more comes; else only a block that is
        closed is over. Raises BackendError where the reply is wrapped and holds no words."""
        if self._block is None:
            return self._release()
        if not is_ended and not self._block.is_closed:
            return ""
        words = self._block.words(is_alone=True)
        return self._release() if words is None else Unwrapped(words)

    def _may_open(self, character: str) -> bool:
        """Whether nothing was said before but a line that can lead to a block: "Sure! {…"."""
        leads = (":", "：") if character == "`" else (":", "：", "!", ".")
        return not self._lead or self._lead.rstrip().endswith(leads)

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
        if not belongs and character == "\n" and not self._is_below:
            self._is_below = True
            words = block.words(is_alone=False)
            if words is not None:
                return Unwrapped(words + character)
        elif not belongs and not character.isspace():
            return self._release()
        if len(self._held) > MAX_HELD:
            raise BackendError(f"Said more than {MAX_MESSAGE_CHARS:,} characters")
        return ""

    def _release(self) -> str:
        self._block = None
        self.is_off = True
        held, self._held = self._held, ""
        return held
