"""Where a quotation stands. Models quote with other quote marks, dashes, white space and capitals
than were written; what is kept is what stands in the message, with its exact place."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from statemachine.assessment import MAX_QUOTATION_CHARS, Quotation
from statemachine.session import Message

LEAST_CHARS = 10
"""Fewer would be found in any answer: "I", "the team". In scripts without cases a character says
more, and these many are enough:"""
LEAST_CHARS_OF_OTHERS = 4

_SAME = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
_AROUND = " \t\r\n\"'“”„‘’«»"
_LEFT_OUT = re.compile(r"\s*(?:\[\s*)?(?:…|\.{3,})(?:\s*\])?\s*")


def places_of(
    claimed: str, answers: Sequence[tuple[int, Message]], preferred: int | None = None
) -> list[Quotation]:
    """The quotations that the words are; none if no answer holds them. Where words were left out
    ("… and then"), each part that is long enough has a place of its own. Looked for first in the
    message `preferred`."""
    in_order = sorted(answers, key=lambda answer: answer[0] != preferred)
    for words in (claimed, claimed.strip(_AROUND)):
        if found := _place(words, in_order):
            return [found]
    parts = [part.strip(_AROUND) for part in _LEFT_OUT.split(claimed)]
    found_parts = [_place(part, in_order) for part in parts if part]
    # Two halves of which one was never said make a sentence that nobody said.
    return [found for found in found_parts if found] if all(found_parts) else []


def _place(words: str, answers: Sequence[tuple[int, Message]]) -> Quotation | None:
    for index, message in answers:
        content = message.content
        if not _is_enough(words, content):
            continue
        start = content.find(words)
        span = (start, start + len(words)) if start >= 0 else _normalized(words, content)
        if span is not None:
            return quotation(index, content, *_whole_words(content, *span))
    return None


def _whole_words(content: str, start: int, end: int) -> tuple[int, int]:
    """The span without torn words: "able to fix it" can stand in "unable to fix it"."""
    while start > 0 and _in_word(content[start - 1]) and _in_word(content[start]):
        start -= 1
    while end < len(content) and _in_word(content[end - 1]) and _in_word(content[end]):
        end += 1
    return start, end


def _in_word(character: str) -> bool:
    """Whether white space separates the words of its script, and it is part of one."""
    is_wide = unicodedata.east_asian_width(character) in "WF" or "\u0e00" <= character < "\u0f00"
    return not is_wide and unicodedata.category(character)[0] in "LMN"


def quotation(index: int, content: str, start: int, end: int) -> Quotation | None:
    """The quotation of `content[start:end]`, without white space around it and not too long; None
    where nothing is left."""
    if end - start > MAX_QUOTATION_CHARS:
        end = start + MAX_QUOTATION_CHARS
        last_space = content.rfind(" ", start, end)
        end = last_space if last_space > start else end
    while start < end and content[start].isspace():
        start += 1
    while end > start and content[end - 1].isspace():
        end -= 1
    if start == end:
        return None
    return Quotation(message=index, start=start, end=end, text=content[start:end])


def _is_enough(words: str, content: str) -> bool:
    bare = words.strip(_AROUND)
    has_case = bare.isascii() or bare.lower() != bare.upper()
    least = LEAST_CHARS if has_case else LEAST_CHARS_OF_OTHERS
    return len(bare) >= least or (bool(bare) and bare == content.strip(_AROUND))


def _normalized(words: str, content: str) -> tuple[int, int] | None:
    sought = "".join(character for character, _ in _folded(words)).strip()
    if not sought:
        return None
    folded = list(_folded(content))
    start = "".join(character for character, _ in folded).find(sought)
    if start < 0:
        return None
    first, last = folded[start][1], folded[start + len(sought) - 1][1]
    end = last + 1
    while end < len(content) and unicodedata.combining(content[end]):
        end += 1  # a letter and its accents are not torn apart
    return first, end


def _folded(text: str) -> Iterator[tuple[str, int]]:
    """The text's characters without what may differ, each with the index that it comes from."""
    was_space = False
    for index, character in enumerate(text):
        if character.isspace():
            if not was_space:
                yield " ", index
            was_space = True
            continue
        was_space = False
        for part in unicodedata.normalize("NFKD", _SAME.get(character, character)):
            for folded in part.casefold():
                yield folded, index
