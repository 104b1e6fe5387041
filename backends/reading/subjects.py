"""Whether a mark is what a sentence is about: "What does the token <|endoftext|> do in GPT-2?"

What follows a mark tells: where the sentence goes on behind it, the mark is one of its words.
"""

import re

from statemachine.patterns import Pattern

_UNFINISHED = re.compile(r"[\w,;/=&+’'`(]")
_ENDED = re.compile(r"(?:[.!?:。！？][\"'”’)*_]*\s+|^\s*|\n\s*)$")
_APART = frozenset(" \t(")
_AFTER_WORD = frozenset("?!.,;:)'\"`’”*_/")
_MAX_BLANKS = 3
# In a sentence that begins with a mark, its verb follows.
_VERBS = (
    "is|was|does|has|marks|ends|begins|starts|means|stands|opens|closes|tells|separates|signals"
    "|comes|belongs|appears|and|or"
)
_VERB = re.compile(rf"[ \t]+(?:{_VERBS})\W")
_ASKS = Pattern(
    r"(?:how|what|why|when|where|which|who|does|do|did|is|are|was|can|could|would|should|will"
    r"|explain|describe|(?:tell|show)\s+\w+)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?:。！？\n][\s*_\"'(“]*(?=[^.!?:。！？\n]*$)")


def is_in_sentence(behind: str) -> bool:
    """Whether a sentence is under way at the end of the text `behind`."""
    line = behind.rpartition("\n")[2]
    return bool(_UNFINISHED.match(line.rstrip()[-1:]))


def stands_apart(behind: str) -> bool:
    """Whether a blank stands before a mark, inside a sentence or where one can begin."""
    return (behind[-1:] in _APART and is_in_sentence(behind)) or bool(_ENDED.search(behind[-20:]))


def asks_so_far(behind: str) -> bool:
    """Whether the sentence under way begins as a question does."""
    begins = _SENTENCE.search(behind)
    return bool(_ASKS.match(behind, begins.end() if begins else 0))


def goes_on(behind: str, after: str) -> bool | None:
    """Whether the sentence goes on behind a mark, or None while more of `after` has to come."""
    first = after.lstrip(" \t")
    if not is_in_sentence(behind):
        return True if _VERB.match(after) else None if _verb_so_far(after) else False
    if first == after:
        return after[0] in _AFTER_WORD
    if len(after) - len(first) > _MAX_BLANKS:
        return False
    if not first:
        return None
    if first[0] == "i":
        # "i" alone is a candidate who writes in small letters.
        return None if len(first) == 1 else first[1].isalpha()
    return first[0].isdigit() or first[0] in "(=" or (first[0].isalpha() and not first[0].isupper())


def _verb_so_far(after: str) -> bool:
    word = after.lstrip(" \t")
    return word != after and any(verb.startswith(word) for verb in _VERBS.split("|"))
