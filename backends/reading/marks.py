"""The marks that models write around their words: thoughts, and the tokens of their templates.

A mark is told from words by its name alone, because `List<String>`, `[1]` and `a < b` are words.
Text that may still become a mark is held back until that is certain.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto

from backends.reading.fences import CodeFence
from backends.reading.folds import opens_thought
from backends.reading.marknames import (
    BORDER,
    FOLD,
    HEADERS,
    IN_HEADERS,
    IN_SQUARE,
    IN_TRIANGLES,
    OTHER_ROLES,
    OTHERS,
    OWN_ROLES,
    ROLES,
    TAGS,
    THOUGHT_CHANNELS,
    THOUGHT_NAMES,
    UNUSED,
    UNUSED_SO_FAR,
    UNUSED_SPEECH,
    UNUSED_THOUGHT,
    WRAPPERS,
    WRAPPING_TOKENS,
)
from backends.reading.subjects import asks_so_far, goes_on, is_in_sentence, stands_apart


class Mark(Enum):
    """What a mark says about the text around it."""

    THOUGHT = auto()
    """Thoughts begin."""
    SPEECH = auto()
    """Thoughts end."""
    TURN = auto()
    """A turn begins or ends; before the first word it says nothing."""
    FOREIGN = auto()
    """Somebody else's turn begins."""


_OPENERS = frozenset("<[◁")
_OPENER = re.compile(r"[<\[◁]")
MAX_BEHIND = 80
"""How much of the text before a mark can tell what it is."""
_TAG_SO_FAR = re.compile(r"</?(?P<name>[\w:]*)(?P<rest>[\s/][^<>\n]{0,60})?", re.ASCII)
_TOKEN_SO_FAR = re.compile(r"</?[|｜][\w▁ ./:-]{0,40}[|｜]?")
_SYS_SO_FAR = re.compile(r"<<?(?:/?(?:S(?:Y(?:S>?)?)?)?)?", re.IGNORECASE)

# `List<Answer>` and `/users/<user>` are words; a turn's tag stands apart.
_PLAIN_WORDS = WRAPPERS | OTHERS | {"assistant", "bot", "turn", "s", "reason", "analysis", "plan"}
_TOUCHES = re.compile(r"[\w/`\"'(=.]")
# Somebody else's tag in mid-sentence is a part of it: "How would you parse <user>Ann</user>?"
_MAY_BE_NAMED = OTHERS | {"assistant", "bot", "turn", "s"}

# A thought's mark can be what a sentence is about: "What does <think> do?" It stands between
# blanks then, where a thought begins with its first word or a new line. A thought that is shown
# costs less than a question that is swallowed, so in doubt such a mark is a word.
_AFTER_WORD = frozenset(" \t?!.,;:)'\"`’”*_/")
_QUOTES = frozenset("`\"'“‘«「")


class MarkReader:
    """Splits characters into text and marks."""

    def __init__(self) -> None:
        self._held = ""
        self._doubtful = ""
        self._after = ""
        self._behind = ""
        self._folds = 0
        self._is_subject = False
        self._named: set[str] = set()
        self._role: str | None = None
        self._depth = 0
        self._fence: CodeFence | None = None
        self._is_named_in_fence = False

    def read(self, text: str) -> Iterator[str | Mark]:
        """The text and the marks that are certain now."""
        for part in self._parts(text):
            if not isinstance(part, str):
                self._depth += 1 if part is Mark.THOUGHT else -1 if part is Mark.SPEECH else 0
                self._depth = max(0, self._depth)
            yield part

    def _parts(self, text: str) -> Iterator[str | Mark]:
        at = 0
        while at < len(text):
            if self._role is None and not self._held and not self._doubtful:
                opener = _OPENER.search(text, at)
                end = opener.start() if opener else len(text)
                if end > at:
                    yield self._pass(text[at:end])
                    at = end
                    continue
            yield from self._read_next(text[at])
            at += 1

    def _read_next(self, character: str) -> Iterator[str | Mark]:
        if self._role is None:
            yield from self._read(character)
        else:
            yield from self._read_role(character)

    def _pass(self, text: str) -> str:
        """Note text: what follows it is judged by it."""
        if self._fence is not None or "`" in text or "~" in text:
            self._note_fence(text)
        self._behind = (self._behind + text)[-MAX_BEHIND:]
        return text

    def _note_fence(self, text: str) -> None:
        """Follow code fences, from the first mark on that may open one."""
        fence = self._fence
        if fence is None:
            first = min(at for at in (text.find("`"), text.find("~")) if at >= 0)
            line = (self._behind + text[:first])[-MAX_BEHIND:].rpartition("\n")[2]
            fence = self._fence = CodeFence()
            text = ("x" if line.strip() else "") + text[first:]
        if not fence.is_settled or "\n" in text:
            for character in text:
                fence.push(character)
            self._is_named_in_fence = self._is_named_in_fence and fence.is_open

    def _is_in_code(self) -> bool:
        """Whether a mark is code, unless it ends what was said: models forget to close fences."""
        return self._fence is not None and self._fence.is_open and not self._depth

    def finish(self) -> Iterator[str | Mark]:
        """What was held back. The beginning of a mark is dropped: it was cut off."""
        if self._role is not None:
            role, self._role = self._role, None
            yield from _of_role(role)
        if self._doubtful and self._after.strip():
            name = self._mark_of(self._doubtful)
            assert name is not None, "it is a mark"
            yield from self._of_mark(self._doubtful, name)
            yield self._after
        self._doubtful = self._after = ""
        if len(self._held) < 2 and self._held:  # noqa: PLR2004 - a lone "<" is text
            yield self._held
        self._held = ""

    def _read(self, character: str) -> Iterator[str | Mark]:
        if self._doubtful:
            yield from self._settle(character)
            return
        waiting = self._held + character
        self._held = ""
        while waiting:
            if waiting[0] in _OPENERS and not self._is_quoted():
                if self._could_be_mark(waiting):
                    self._held = waiting
                    return
                name = self._mark_of(waiting)
                if name is not None and self._may_be_subject(waiting, name):
                    self._doubtful = waiting
                    return
                if name is not None:
                    if self._is_apart(waiting, name):
                        yield from self._of_mark(waiting, name)
                    else:
                        yield self._pass(waiting)
                    return
            yield self._pass(waiting[0])
            waiting = waiting[1:]

    def _settle(self, character: str) -> Iterator[str | Mark]:
        """A mark that may be a word, by what follows it."""
        self._after += character
        text, after = self._doubtful, self._after
        name = self._mark_of(text)
        assert name is not None, "it is a mark"
        is_word = self._goes_on(text, name, after)
        if is_word is None:
            return
        self._doubtful = self._after = ""
        if is_word:
            self._is_subject = self._is_subject or name in THOUGHT_NAMES
            self._is_named_in_fence = self._is_in_code()
            self._named.add(name)
            yield self._pass(text)
        else:
            yield from self._of_mark(text, name)
        for one in after:
            yield from self._read_next(one)

    def _goes_on(self, text: str, name: str, after: str) -> bool | None:
        if self._is_in_code():
            line = after.lstrip(" \t")
            is_opener = text[0] in "<[" and text[1] not in "/|｜"
            return (
                True if self._is_named_in_fence or is_opener else line[:1] != "\n" if line else None
            )
        if _is_thought(text, name) and text[1] != "/":
            return after in _AFTER_WORD
        return goes_on(self._behind, after)

    def _is_quoted(self) -> bool:
        """Whether a quotation has just begun, in which a mark is a word."""
        line = self._behind.rpartition("\n")[2]
        if line[-1:] not in _QUOTES or not (line[-2:-1].isspace() or line[-2:-1] in ("", "(")):
            return False
        # At the beginning of a line, the whole reply may stand in quotation marks.
        return line[-1] == "`" or bool(line[:-1].strip())

    def _may_be_subject(self, text: str, name: str) -> bool:
        """Whether what follows tells if a mark is what its sentence is about."""
        if self._is_in_code():
            return True
        if name in (FOLD, UNUSED_THOUGHT, UNUSED_SPEECH):
            return False
        if _is_thought(text, name):
            if not is_in_sentence(self._behind):
                return False
            return text[1] != "/" or (
                self._behind[-1] == " " and (self._is_subject or asks_so_far(self._behind))
            )
        # A tag with a plain name is a word in any sentence, and is read at once.
        is_plain = text[1] not in "/|｜" and name in _MAY_BE_NAMED
        is_closer = text[1] == "/" and name in self._named
        return not is_plain and not is_closer and stands_apart(self._behind)

    def _mark_of(self, text: str) -> str | None:
        """The name of a whole mark, or None where it is none."""
        if text[:2].lower() in ("<d", "</") and (fold := self._fold(text)) is not None:
            return fold
        return _name_of(text)

    def _fold(self, text: str) -> str | None:
        is_end = self._folds > 0 and text.lower() == f"</{FOLD}>"
        return FOLD if is_end or opens_thought(text) else None

    def _could_be_mark(self, text: str) -> bool:
        """Whether more characters can make a mark of the text."""
        if text[0] == "[":
            return text[-1] != "]" and _begins_one(text[1:].removeprefix("/"), IN_SQUARE)
        if text[0] == "◁":
            return text[-1] != "▷" and _begins_one(text[1:].removeprefix("/"), IN_TRIANGLES)
        if _SYS_SO_FAR.fullmatch(text):
            return True
        if opens_thought(text) is None or (self._folds and f"</{FOLD}".startswith(text.lower())):
            return True
        if _TOKEN_SO_FAR.fullmatch(text):
            return True
        so_far = _TAG_SO_FAR.fullmatch(text)
        if so_far is None:
            return False
        name = so_far["name"].lower()
        if UNUSED_SO_FAR.fullmatch(name):
            return not so_far["rest"]
        return name in TAGS if so_far["rest"] else _begins_one(name, TAGS)

    def _is_apart(self, text: str, name: str) -> bool:
        """Whether a whole mark is none of the sentence's own words."""
        if text[1:2] == "/" and name in self._named and not _is_thought(text, name):
            return False
        if text[0] != "<" or text[1:2] in ("|", "｜") or name not in _PLAIN_WORDS:
            return True
        if text[1] == "/":
            return True
        if name in _MAY_BE_NAMED and is_in_sentence(self._behind):
            self._named.add(name)
            return False
        return not _TOUCHES.match(self._behind[-1:])

    def _of_mark(self, text: str, name: str) -> Iterator[Mark]:
        self._behind = ""
        ends = text[1] == "/" or name.startswith("end_")
        kind = BORDER.sub("", name)
        if name in (UNUSED_THOUGHT, UNUSED_SPEECH):
            yield Mark.THOUGHT if name == UNUSED_THOUGHT else Mark.SPEECH
        elif name == FOLD:
            self._folds += -1 if ends else 1
            yield Mark.SPEECH if ends else Mark.THOUGHT
        elif kind in THOUGHT_NAMES:
            if not text.endswith("/>"):
                yield Mark.SPEECH if ends else Mark.THOUGHT
        elif name == "channel":
            self._role = ""
        elif name in HEADERS and not ends:
            yield Mark.TURN
            self._role = ""
        elif name in OTHERS and not ends:
            yield Mark.FOREIGN
        elif name not in IN_HEADERS | WRAPPERS | WRAPPING_TOKENS:
            yield Mark.TURN

    def _read_role(self, character: str) -> Iterator[str | Mark]:
        assert self._role is not None, "a header was read"
        word = self._role + character
        if _begins_one(word, ROLES):
            self._role = word
            return
        role, self._role = self._role, None
        yield from _of_role(role)
        yield from self._read(character)


def _is_thought(text: str, name: str) -> bool:
    return name in THOUGHT_NAMES and text[1:2] not in ("|", "｜")


def _of_role(role: str) -> Iterator[str | Mark]:
    name = role.lower()
    if name in OTHER_ROLES:
        yield Mark.FOREIGN
    elif name in THOUGHT_CHANNELS:
        yield Mark.THOUGHT
    elif name == "final":
        yield Mark.SPEECH
    elif role and name not in OWN_ROLES:
        yield role


def _begins_one(text: str, names: frozenset[str]) -> bool:
    text = text.lower()
    return any(name.startswith(text) for name in names)


def _name_of(text: str) -> str | None:
    """The name of a whole mark, or None where it is none."""
    closers = {"<": ">", "[": "]", "◁": "▷"}
    if len(text) < 3 or text[-1] != closers[text[0]]:  # noqa: PLR2004 - no name between
        return None
    body = text[1:-1].strip("<>").removeprefix("/")
    if body[:1] in ("|", "｜"):
        inner = body.strip("|｜").replace("▁", "_").lower()
        return inner or None
    name = re.split(r"[\s/]", body, maxsplit=1)[0].lower()
    known = {"<": TAGS, "[": IN_SQUARE, "◁": IN_TRIANGLES}[text[0]]
    is_known = name in known or (text[0] == "<" and UNUSED.fullmatch(name))
    return name if is_known else None
