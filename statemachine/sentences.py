"""Where the sentences of a text begin and end, for what must keep them whole."""

from collections.abc import Iterator

from statemachine.patterns import Pattern

# It looks behind, so that a run of dots is gone through once and not from each of its dots.
_END = Pattern("(?:(?<![.!?…])[.!?…]+[\"'”’)\\]]*(?=\\s|$)|[。！？؟।]+[”’」』)]*|\\n)")


def sentences_in(text: str) -> Iterator[tuple[int, int]]:
    """The sentences as `text[start:end]`, in order, without the white space around them. A line's
    end ends one; where no mark does, the text's end does."""
    start = 0
    for end in (*(mark.end() for mark in _END.finditer(text)), len(text)):
        words = text[start:end]
        bare = words.strip()
        if bare:
            begin = start + len(words) - len(words.lstrip())
            yield begin, begin + len(bare)
        start = end
